"""An app gives its tokens back (RFC 7009)."""

from __future__ import annotations

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc7009 import RevocationEndpoint

from plugin.sandbox.oauth_store import Token


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """Revoking one token ends everything that was issued with it."""

    CLIENT_AUTH_METHODS = ("none", "client_secret_basic", "private_key_jwt")

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        found: Token | None = self.server.store.any_token(token_string)
        return found

    def revoke_token(self, token: Token, request: OAuth2Request) -> None:
        token.grant.revoked = True
