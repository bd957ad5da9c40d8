"""What an EHR says about its authorization server, and the keys with which that server signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import orjson
import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from plugin.chart.bounded import Unending
from plugin.errors import Refused, Unreachable
from plugin.launch.scopes import speaks_version_1_only
from plugin.setting_kinds import is_loopback


@dataclass(frozen=True, slots=True)
class SmartConfiguration:
    """The part of `.well-known/smart-configuration` that a launch needs; all addresses absolute and over TLS."""

    authorization_endpoint: str
    token_endpoint: str
    issuer: str
    jwks_uri: str = ""
    revocation_endpoint: str = ""
    names_itself: bool = False  # the server puts `iss` into its answer to the authorization request (RFC 9207)
    takes_post: bool = False  # capability authorize-post
    version_1_scopes: bool = False  # the server knows scopes like patient/*.read only
    auth_methods: tuple[str, ...] = ()  # at the token endpoint; empty: the server does not say
    signing_algorithms: tuple[str, ...] = ()  # of client assertions; empty: the server does not say

    @classmethod
    def kept(cls, document: Mapping[str, Any]) -> Self:
        """The configuration back from what `asdict` and JSON made of it."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in document.items()
        }
        return cls(**values)


def discover(http: requests.Session, fhir_base: str) -> SmartConfiguration:
    """Read the SMART configuration of a FHIR server.

    Relative addresses count from the FHIR base. Raises Unreachable, or Refused where the document is missing, is not
    JSON, lacks an endpoint or names one without TLS.
    """
    document = _json(http, f"{fhir_base}/.well-known/smart-configuration", "the SMART configuration of the EHR")
    return SmartConfiguration(
        authorization_endpoint=_endpoint(document, "authorization_endpoint", fhir_base),
        token_endpoint=_endpoint(document, "token_endpoint", fhir_base),
        issuer=str(document.get("issuer") or fhir_base),
        jwks_uri=_endpoint(document, "jwks_uri", fhir_base) if document.get("jwks_uri") else "",
        revocation_endpoint=_endpoint(document, "revocation_endpoint", fhir_base)
        if document.get("revocation_endpoint")
        else "",
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        takes_post="authorize-post" in _words(document, "capabilities"),
        version_1_scopes=speaks_version_1_only(_words(document, "capabilities"), _words(document, "scopes_supported")),
        auth_methods=_words(document, "token_endpoint_auth_methods_supported"),
        signing_algorithms=_words(document, "token_endpoint_auth_signing_alg_values_supported"),
    )


def signing_keys(http: requests.Session, configuration: SmartConfiguration) -> KeySet:
    """The issuer's public keys, by its OpenID configuration; by the SMART configuration where the issuer has none.

    The issuer is the one the EHR named at discovery, never one that a token names. Raises Unreachable or Refused.
    """
    issuer = configuration.issuer.rstrip("/")
    _require_tls(issuer, "issuer")
    try:
        document = _json(http, f"{issuer}/.well-known/openid-configuration", "the OpenID configuration of the EHR")
    except Refused as refusal:
        if refusal.status != 404 or not configuration.jwks_uri:
            raise
        address = configuration.jwks_uri
    else:
        if str(document.get("issuer", "")).rstrip("/") != issuer:
            raise Refused(
                "the OpenID configuration of the EHR belongs to another issuer", 200, str(document.get("issuer"))
            )
        address = _endpoint(document, "jwks_uri", f"{issuer}/")
    try:
        return KeySet.import_key_set(_json(http, address, "the key set of the EHR"))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise Refused("the key set of the EHR cannot be used", 200, type(fault).__name__) from fault


def _json(http: requests.Session, url: str, what: str) -> Mapping[str, Any]:
    try:
        response = http.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
    except Unending as fault:
        raise Refused(f"{what} could not be read from {url}", 0, str(fault)) from fault
    except requests.RequestException as fault:
        raise Unreachable(f"{what} could not be read from {url}: no answer ({type(fault).__name__})") from fault
    if response.status_code != 200:
        raise Refused(f"{what} could not be read from {url}", response.status_code, f"status {response.status_code}")
    try:
        document = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise Refused(f"{what} at {url} is not a JSON object", response.status_code)
    return document


def _words(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name)
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()


def _endpoint(document: Mapping[str, Any], name: str, base: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(f"the EHR's configuration names no {name}: its administrator has to add it", 200)
    address = urljoin(base.rstrip("/") + "/", value)
    _require_tls(address, name)
    return address


def _require_tls(address: str, name: str) -> None:
    parts = urlsplit(address)
    plain_here = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not plain_here:
        raise Refused(f"the EHR's {name} is not https and would carry secrets in the clear", 200, address)
