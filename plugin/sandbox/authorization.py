"""The authorization server: Authlib's, with what SMART App Launch 2.2 adds to OAuth 2 and OpenID Connect."""

from __future__ import annotations

import secrets
import time
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeGrant,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Request,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask
from joserfc.jwk import RSAKey

from plugin.sandbox.backend_services import BackendGrant, ClientAssertion
from plugin.sandbox.oauth_store import Client, Code, Grant, LaunchContext, Store, Token
from plugin.sandbox.revocation import Revocation
from plugin.sandbox.scopes import REFRESH_SCOPES

AUTH_METHODS = ("none", "client_secret_basic", "private_key_jwt")


class SmartAuthorizationServer(AuthorizationServer):  # type: ignore[misc]
    """Issues codes and tokens for the FHIR server at `fhir_url`, in the name of `issuer`."""

    def __init__(self, app: Flask, store: Store, fhir_url: str, issuer: str, token_seconds: int) -> None:
        self.store = store
        self.fhir_url = fhir_url
        self.issuer = issuer
        self.token_seconds = token_seconds
        self.style_url = f"{issuer}/style.json"
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        super().__init__(app, query_client=store.clients.get, save_token=self._save_token)
        self.register_token_generator("default", self._generate_token)
        self.register_grant(_CodeGrant, [_SmartRequest(self), _RequiredS256(required=True), _IdToken(self)])
        self.register_grant(_RefreshGrant)
        self.register_grant(BackendGrant)
        self.register_endpoint(Revocation)
        self.register_client_auth_method("private_key_jwt", ClientAssertion(f"{issuer}/token"))

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        """Authlib's request for the one being served, or for one that was kept while a person chose."""
        if not isinstance(request, dict):
            return super().create_oauth2_request(request)
        kept = OAuth2Request("GET", f"{self.issuer}/authorize")
        kept.payload = BasicOAuth2Payload(request)
        return kept

    def _generate_token(
        self,
        grant_type: str,
        client: Client,
        user: Grant,
        scope: str,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        scopes = set(scope.split())
        token: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": secrets.token_urlsafe(32),
            "expires_in": self.token_seconds,
            "scope": scope,
        }
        if include_refresh_token and (grant_type == "refresh_token" or scopes & REFRESH_SCOPES):
            token["refresh_token"] = secrets.token_urlsafe(32)
        return token | self._launch_parameters(user.context, scopes)

    def _launch_parameters(self, context: LaunchContext, scopes: set[str]) -> dict[str, Any]:
        """What the token response tells the app about the launch (SMART, "Launch context arrives with your token")."""
        parameters: dict[str, Any] = {}
        if context.patient and scopes & {"launch", "launch/patient"}:
            parameters["patient"] = context.patient
            parameters["need_patient_banner"] = context.need_patient_banner
        if context.encounter and scopes & {"launch", "launch/encounter"}:
            parameters["encounter"] = context.encounter
        if context.on_screen and "launch" in scopes:
            parameters["fhirContext"] = [{"reference": reference} for reference in context.on_screen]
        return parameters | {"smart_style_url": self.style_url} if parameters else {}

    def _save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        source: Code | Token = request.authorization_code or request.refresh_token
        self.store.add_tokens(
            source.grant,
            token["scope"],
            token["access_token"],
            token["expires_in"],
            token.get("refresh_token", ""),
            source.scope,
        )


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        data = request.payload.data
        self.server.store.add_code(
            code,
            Code(
                grant=Grant(request.client.client_id, request.user),
                redirect_uri=request.payload.redirect_uri,
                scope=request.scope,
                nonce=data.get("nonce", ""),
                code_challenge=data["code_challenge"],
                code_challenge_method=data["code_challenge_method"],
                issued=time.time(),
            ),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.store.use_code(code, client)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Used codes are kept, so that a second use is noticed."""

    def authenticate_user(self, authorization_code: Code) -> Grant:
        return authorization_code.grant


class _RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        found: Token | None = self.server.store.refresh_token(refresh_token)
        return found

    def authenticate_user(self, refresh_token: Token) -> Grant:
        return refresh_token.grant

    def revoke_old_credential(self, refresh_token: Token) -> None:
        refresh_token.used = True


class _SmartRequest:
    """`aud` names our FHIR server and `launch` is one that we gave out (SMART App Launch 2.2)."""

    def __init__(self, server: SmartAuthorizationServer) -> None:
        self._server = server

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self.check)

    def check(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if data.get("aud", "").rstrip("/") != self._server.fhir_url:
            raise InvalidRequestError(f"aud must be the FHIR base URL {self._server.fhir_url}")
        if not data.get("state"):
            raise InvalidRequestError("Missing 'state': SMART requires one for every request")
        launch = data.get("launch")
        asks_for_launch = "launch" in grant.request.scope.split()
        if launch and not asks_for_launch:
            raise InvalidScopeError("the launch parameter needs the scope 'launch'")
        if asks_for_launch and (not launch or self._server.store.launch(launch) is None):
            raise InvalidRequestError("the launch parameter is missing, unknown or older than ten minutes")


class _RequiredS256(CodeChallenge):  # type: ignore[misc]
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge': PKCE is required")
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("'code_challenge_method' must be S256")
        super().validate_code_challenge(grant, redirect_uri)


class _IdToken(OpenIDCode):  # type: ignore[misc]
    def __init__(self, server: SmartAuthorizationServer) -> None:
        super().__init__(require_nonce=False)
        self._server = server

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return self._server.store.nonce_seen(request.payload.client_id, nonce)

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self._server.key

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": str(self._server.key.kid), "typ": "JWT"}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self._server.issuer, "aud": client.client_id}

    def generate_user_info(self, user: Grant, scope: str) -> dict[str, str]:
        reference = user.context.user
        claims = {"sub": reference.rpartition("/")[2]}
        url = f"{self._server.fhir_url}/{reference}"
        if "fhirUser" in scope.split():
            claims["fhirUser"] = url
        if "profile" in scope.split():
            claims["profile"] = url
        return claims
