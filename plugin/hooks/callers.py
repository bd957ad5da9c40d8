"""Who calls us: the JWT of a CDS client, verified before anything else of the call is looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError

from plugin.cds_clients import CdsClient
from plugin.errors import HookError, RemoteError
from plugin.hooks.key_sets import KeySets
from plugin.settings import Settings
from plugin.storage.cds import use_token
from plugin.storage.database import Database

# Signatures with a private key only: `none` proves nothing, and HS* needs a secret that both sides hold.
ALGORITHMS = ("ES384", "RS384", "ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512")
LEEWAY = 60  # seconds that clocks may differ
LONGEST_LIFE = 3600  # seconds; a used token is remembered as long as it would be good
LONGEST_TOKEN = 8_000  # characters
ANONYMOUS = CdsClient(iss="", label="an anonymous caller")


@dataclass(frozen=True, slots=True)
class Callers:
    """Lets callers in, or says why not (CDS Hooks 2.0, Trusting CDS Clients)."""

    settings: Settings
    database: Database
    keys: KeySets

    def identify(self, authorization: str, audiences: tuple[str, ...], now: datetime) -> CdsClient:
        """The client that a call comes from.

        authorization: the header of that name. audiences: our addresses that a token for this call may name.
        Raises HookError 401 where the caller is not let in, 503 where its keys cannot be had just now.
        """
        scheme, _, token = authorization.strip().partition(" ")
        if not authorization.strip() and self.settings.cds_anonymous:
            return ANONYMOUS
        if scheme.lower() != "bearer" or not token.strip():
            raise HookError("this service needs a signed JWT of a known CDS client: Authorization: Bearer <token>", 401)
        return self._verified(token.strip(), audiences, now)

    def _verified(self, token: str, audiences: tuple[str, ...], now: datetime) -> CdsClient:
        header, said = _unverified(token)
        client = next((each for each in self.settings.cds_clients if each.iss == said.get("iss")), None)
        if client is None:
            raise _refused("its issuer (iss) is not among the CDS clients of this service: add it to cds_clients")
        self._check_header(header, client)
        claims = self._signed(token, str(header["kid"]), client)
        expires = _times(claims, now)
        _audience(claims, audiences)
        token_id = claims.get("jti")
        if not isinstance(token_id, str) or not token_id:
            raise _refused("it has no jti, by which a repeated token is told")
        if not use_token(self.database, client.iss, token_id, expires, now):
            raise _refused("its jti was used before: every call needs a token of its own")
        return client

    def _check_header(self, header: Mapping[str, Any], client: CdsClient) -> None:
        if header.get("alg") not in ALGORITHMS:
            raise _refused(f"it is signed with an algorithm that is not accepted: use one of {', '.join(ALGORITHMS)}")
        if not isinstance(header.get("kid"), str) or not header["kid"]:
            raise _refused("its header has no kid, which names the key that it was signed with")
        if "jku" in header and header["jku"] != client.jku:
            raise _refused("the key address in its header (jku) is not the one on record for this issuer")

    def _signed(self, token: str, key_id: str, client: CdsClient) -> Mapping[str, Any]:
        try:
            key = self.keys.key(client, key_id)
        except RemoteError as failure:
            raise HookError(f"{failure}; the token cannot be verified without it: try again", 503) from failure
        if key is None:
            raise _refused("the key that it names (kid) is not among the public keys of its issuer")
        try:
            return jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError) as fault:
            raise _refused(f"its signature does not hold ({type(fault).__name__})") from fault


def _unverified(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims as they say of themselves, only to find out whose key to verify them with."""
    if len(token) > LONGEST_TOKEN:
        raise _refused(f"it is longer than {LONGEST_TOKEN} characters")
    try:
        found = jws.extract_compact(token.encode())
        claims = orjson.loads(found.payload)
    except (JoseError, ValueError) as fault:
        raise _refused("it is no signed JWT in compact form") from fault
    if not isinstance(claims, dict) or not isinstance(found.protected, dict):
        raise _refused("it holds no claims")
    return found.protected, claims


def _times(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When the token ends; until then it is remembered."""
    seconds = now.timestamp()
    exp, iat = (_seconds(claims, name) for name in ("exp", "iat"))
    if exp <= seconds - LEEWAY:
        raise _refused("it has expired (exp): send a fresh one with every call")
    if iat > seconds + LEEWAY:
        raise _refused("it was issued in the future (iat): compare the clocks of both machines")
    if exp > seconds + LONGEST_LIFE + LEEWAY:
        raise _refused(f"it is good for more than {LONGEST_LIFE // 60} minutes (exp): make it good for five")
    return datetime.fromtimestamp(exp + LEEWAY, UTC)


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refused(f"it has no {name} in seconds")
    return float(value)


def _audience(claims: Mapping[str, Any], audiences: tuple[str, ...]) -> None:
    named = claims.get("aud")
    names = named if isinstance(named, list) else [named]
    if not any(name in audiences for name in names):
        raise _refused(f"it was made for another service (aud): name {audiences[0]}")


def _refused(why: str) -> HookError:
    return HookError(f"the token is refused: {why}", 401)
