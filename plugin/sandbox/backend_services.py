"""Apps that prove who they are by their key set, and what they get without a person (SMART Backend Services)."""

from __future__ import annotations

import threading
import time
from typing import Any

import requests
from authlib.oauth2.rfc6749 import ClientCredentialsGrant, InvalidClientError, InvalidScopeError, OAuth2Request
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from plugin.sandbox.oauth_store import Client, Grant, LaunchContext
from plugin.sandbox.scopes import granted_to_backend

SIGNING_ALGORITHMS = ("RS384", "ES384")
LONGEST_SECONDS = 300
KEY_SET_SECONDS = 10


class ClientAssertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """Authlib's check of a signed JWT, by the key set that the app registered, with the limits that SMART sets."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, token_url: str) -> None:
        super().__init__()
        self._audience = token_url
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], float] = {}

    def get_audiences(self) -> list[str]:
        return [self._audience]

    def resolve_client_public_key(self, client: Client) -> KeySet:
        """The key set as it is now: an app may have changed its keys a moment ago."""
        if not client.jwks_uri:
            raise InvalidClientError(description="this app has no key set registered")
        try:
            answer = requests.get(client.jwks_uri, timeout=KEY_SET_SECONDS)
            return KeySet.import_key_set(answer.json())
        except (requests.RequestException, ValueError, KeyError, TypeError, JoseError) as fault:
            raise InvalidClientError(
                description=f"the key set at {client.jwks_uri} cannot be read ({type(fault).__name__})"
            ) from fault

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> Any:
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=list(SIGNING_ALGORITHMS))
        except (JoseError, ValueError) as fault:
            raise InvalidClientError(description=f"the assertion does not hold ({type(fault).__name__})") from fault
        if "kid" not in token.header or token.header.get("typ") != "JWT":
            raise InvalidClientError(description="the header of the assertion needs kid, and typ JWT")
        self.verify_claims(token.claims)
        if token.claims["exp"] > time.time() + LONGEST_SECONDS:
            raise InvalidClientError(description="exp is more than five minutes away")
        return token.claims

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:
        key, now = (str(claims["sub"]), jti), time.time()
        with self._lock:
            self._seen = {each: until for each, until in self._seen.items() if until > now}
            if key in self._seen:
                return False
            self._seen[key] = float(claims["exp"]) + self.leeway
        return True


class BackendGrant(ClientCredentialsGrant):  # type: ignore[misc]
    """A token for an app of its own, with `system/` scopes and no patient."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("private_key_jwt",)

    def validate_requested_scope(self) -> None:
        if not granted_to_backend(self.request.payload.scope or ""):
            raise InvalidScopeError("a backend service asks for system/ scopes")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        request: OAuth2Request = self.request
        grant = Grant(request.client.client_id, LaunchContext(user=""))
        scope = granted_to_backend(request.payload.scope)
        token = self.generate_token(user=grant, scope=scope, include_refresh_token=False)
        self.server.store.add_tokens(grant, scope, token["access_token"], token["expires_in"], "", scope)
        return 200, token, self.TOKEN_RESPONSE_HEADER
