"""What the sandbox says about itself: SMART configuration, key set, style, security section of the metadata."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from plugin.sandbox.authorization import SmartAuthorizationServer
from plugin.sandbox.backend_services import SIGNING_ALGORITHMS
from plugin.sandbox.scopes import SCOPES_SUPPORTED

CAPABILITIES = (
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-style",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
)
STYLE = {
    "color_background": "#f4f6f8",
    "color_error": "#b3261e",
    "color_highlight": "#0b5c8a",
    "color_modal_backdrop": "",
    "color_success": "#1e7b45",
    "color_text": "#1c2b36",
    "dim_border_radius": "4px",
    "dim_font_size": "15px",
    "dim_spacing_size": "16px",
    "font_family_body": "system-ui, 'Segoe UI', 'Liberation Sans', sans-serif",
    "font_family_heading": "system-ui, 'Segoe UI', 'Liberation Sans', sans-serif",
}


def smart_configuration(server: SmartAuthorizationServer) -> dict[str, Any]:
    """The document at `/.well-known/smart-configuration` (SMART App Launch 2.2, conformance)."""
    issuer = server.issuer
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks",
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "revocation_endpoint": f"{issuer}/revoke",
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(SCOPES_SUPPORTED),
        "capabilities": list(CAPABILITIES),
    }


def security_statement(server: SmartAuthorizationServer) -> dict[str, Any]:
    """`CapabilityStatement.rest.security` for the metadata that the FHIR server behind us gives out."""
    return {
        "service": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                        "code": "SMART-on-FHIR",
                        "display": "SMART-on-FHIR",
                    }
                ]
            }
        ],
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": [
                    {"url": "authorize", "valueUri": f"{server.issuer}/authorize"},
                    {"url": "token", "valueUri": f"{server.issuer}/token"},
                ],
            }
        ],
    }


def discovery_blueprint(server: SmartAuthorizationServer) -> Blueprint:
    """Routes that anyone may read: discovery, the issuer's public keys, the style of the EHR."""
    blueprint = Blueprint("discovery", __name__)

    @blueprint.get("/fhir/.well-known/smart-configuration")
    def configuration() -> Response:
        return jsonify(smart_configuration(server))

    @blueprint.get("/oauth/.well-known/openid-configuration")
    def openid() -> Response:
        identity = {"subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"]}
        return jsonify(smart_configuration(server) | identity)

    @blueprint.get("/oauth/jwks")
    def jwks() -> Response:
        return jsonify({"keys": [server.key.as_dict(private=False)]})

    @blueprint.get("/oauth/style.json")
    def style() -> Response:
        return jsonify(STYLE)

    return blueprint
