"""Access tokens: read from an answer, sealed for storage. Nothing here reaches a log or a browser."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from plugin.errors import LaunchError, Refused

_SEAL = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What opens the EHR. `expires` is None where the server does not say."""

    access: str
    refresh: str
    expires: datetime | None

    def __repr__(self) -> str:
        """Without the tokens: a repr ends up in logs and tracebacks."""
        return f"Tokens(expires={self.expires!r})"

    def due(self, now: datetime, leeway: timedelta) -> bool:
        """Whether the access token ends within `leeway`."""
        return self.expires is not None and now >= self.expires - leeway


def tokens_from(answer: Mapping[str, Any], now: datetime, refresh: str = "") -> Tokens:
    """The tokens of a token response received `now`."""
    lifetime = answer.get("expires_in")
    try:
        expires = None if lifetime is None else now + timedelta(seconds=int(lifetime))
    except (TypeError, ValueError, OverflowError):
        raise Refused(
            "the authorization server gave a token whose lifetime cannot be read", 200, str(lifetime)
        ) from None
    return Tokens(str(answer["access_token"]), str(answer.get("refresh_token") or refresh), expires)


def seal(tokens: Tokens, secret_key: str) -> str:
    """The tokens encrypted for the database."""
    return jwe.encrypt_compact(_SEAL, orjson.dumps(asdict(tokens)), _sealing_key(secret_key))


def unseal(sealed: str, secret_key: str) -> Tokens:
    """The tokens back. Raises LaunchError where they were sealed with another secret key."""
    try:
        plaintext = jwe.decrypt_compact(sealed, _sealing_key(secret_key)).plaintext
    except (JoseError, ValueError) as fault:
        raise LaunchError("this session can no longer be opened: launch the plug-in from the EHR again", 401) from fault
    kept = orjson.loads(plaintext or b"{}")
    expires = kept["expires"] and datetime.fromisoformat(kept["expires"])
    return Tokens(kept["access"], kept["refresh"], expires)


def _sealing_key(secret_key: str) -> OctKey:
    return OctKey.import_key(hashlib.sha256(b"careplan tokens\x00" + secret_key.encode()).digest())
