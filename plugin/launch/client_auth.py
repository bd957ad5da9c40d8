"""How we prove to an authorization server who we are: by a JWT that our private key signs, once for each request.

Source: SMART App Launch 2.2, "Client Authentication: Asymmetric (public key)"; RFC 7523.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion

from plugin.launch.keys import Key, algorithm_of

LIFETIME = 240  # seconds; SMART allows 300, and the server's clock may be behind ours


class SmartPrivateKeyJWT(PrivateKeyJWT):  # type: ignore[misc]
    """Authlib's `private_key_jwt` with the header and the lifetime that SMART asks for.

    The library's own lets a JWT live for an hour, takes a PEM for RSA, and gives the same `jti` again to whoever
    passes claims of their own.
    """

    def __init__(self, token_endpoint: str, key: Key, key_set_url: str, now: Callable[[], datetime]) -> None:
        """token_endpoint: the audience. key_set_url: sent as `jku`; empty sends none."""
        super().__init__(token_endpoint)
        self._key = key
        self._key_set_url = key_set_url
        self._now = now

    def sign(self, auth: Any, token_endpoint: str) -> str:
        header = {"typ": "JWT", "kid": str(self._key.kid)}
        if self._key_set_url:
            header["jku"] = self._key_set_url
        return str(
            sign_jwt_bearer_assertion(
                key=self._key,
                issuer=auth.client_id,
                subject=auth.client_id,
                audience=token_endpoint,
                issued_at=int(self._now().timestamp()),
                expires_in=LIFETIME,
                header=header,
                alg=algorithm_of(self._key),
            )
        )
