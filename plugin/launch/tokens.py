"""Access tokens: exchanged for a code, refreshed, sealed for storage. Nothing here reaches a log or a browser."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from plugin.chart.http import Limits
from plugin.errors import LaunchError, Refused, RemoteError, Unreachable
from plugin.setting_kinds import Issuer

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


def oauth_client(issuer: Issuer, limits: Limits, redirect_uri: str = "") -> Any:
    """Our side of the conversation with one authorization server: HTTP Basic where we have a secret, else public."""
    return OAuth2Session(
        client_id=issuer.client_id,
        client_secret=issuer.client_secret or None,
        redirect_uri=redirect_uri or None,
        code_challenge_method="S256",
        default_timeout=(limits.connect, limits.read),
    )


def exchange_code(
    issuer: Issuer, token_endpoint: str, code: str, verifier: str, redirect_uri: str, limits: Limits
) -> Mapping[str, Any]:
    """Trade the authorization code for the token response.

    Raises LaunchError with the server's own words when it says no, RemoteError when it fails or gives no token.
    """
    with oauth_client(issuer, limits, redirect_uri) as client:
        # Without grant_type the library would fall back to client credentials when the code is missing.
        return _answer(
            issuer,
            lambda: client.fetch_token(
                token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                allow_redirects=False,
            ),
        )


def refresh_tokens(issuer: Issuer, token_endpoint: str, tokens: Tokens, now: datetime, limits: Limits) -> Tokens:
    """New tokens for a refresh token; the old refresh token stays where the server does not rotate it.

    Raises as `exchange_code` does.
    """
    with oauth_client(issuer, limits) as client:
        answer = _answer(
            issuer,
            lambda: client.refresh_token(token_endpoint, refresh_token=tokens.refresh, allow_redirects=False),
        )
    return tokens_from(answer, now, tokens.refresh)


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


def _answer(issuer: Issuer, ask: Any) -> Mapping[str, Any]:
    try:
        answer = ask()
    except AuthlibBaseError as refusal:
        raise LaunchError(server_says(issuer, refusal.error, refusal.description), 403) from refusal
    except requests.HTTPError as fault:
        raise Refused(f"the authorization server of {issuer.name} failed", fault.response.status_code) from fault
    except requests.RequestException as fault:
        reason = type(fault).__name__
        raise Unreachable(f"the authorization server of {issuer.name} gave no answer ({reason})") from fault
    except ValueError as fault:
        raise RemoteError(
            f"the answer of the authorization server of {issuer.name} cannot be read as a token"
        ) from fault
    _check_bearer(issuer, answer)
    return dict(answer)


def _check_bearer(issuer: Issuer, answer: Mapping[str, Any]) -> None:
    # The library hands a refusal without `error` back as if it were a token.
    if not isinstance(answer.get("access_token"), str) or not answer["access_token"]:
        raise RemoteError(f"the authorization server of {issuer.name} answered without an access token")
    if str(answer.get("token_type", "")).lower() != "bearer":
        raise RemoteError(f"the authorization server of {issuer.name} gave a token that is not a bearer token")


def server_says(issuer: Issuer, error: str | None, description: str | None) -> str:
    """The authorization server's refusal in its own words, shortened."""
    words = f"{error or 'refused'}: {description}" if description else str(error or "refused")
    return f"{issuer.name} did not allow the launch; it says: {words[:300]}"
