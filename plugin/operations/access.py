"""Who may call: access tokens as JWT (RFC 9068) of the authorization servers that the settings name, as bearer tokens.

No token and no claim of one reaches a log or an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.util import urlsafe_b64decode

from plugin.operations.faults import OperationFault
from plugin.setting_clients import OperationsClient
from plugin.signatures import ALGORITHMS

LEEWAY = 60  # seconds that two clocks may differ
LONGEST_TOKEN = 16_384  # characters; a signature is not checked on more
TYPES = frozenset({"at+jwt", "application/at+jwt", "jwt"})
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE)
_SCOPE = re.compile(r"(?:system|user)/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)")
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a valid token was given to. label: of the authorization server in the settings."""

    label: str
    scopes: tuple[str, ...]

    def may(self, need: str) -> bool:
        """Whether a scope allows `need`, such as `PlanDefinition.r`; one with a search query opens only a part."""
        kind, _, letters = need.partition(".")
        allowed: set[str] = set()
        for scope in self.scopes:
            if (match := _SCOPE.fullmatch(scope)) and match[1] in ("*", kind):
                allowed |= set(_VERSION_1.get(match[2], match[2]))
        return set(letters) <= allowed


class Gate:
    """Lets in whom a token of one of the clients allows it. audience: our base address, which a token must name."""

    def __init__(self, clients: tuple[OperationsClient, ...], audience: str) -> None:
        self._clients = {client.iss: client for client in clients}
        self._audience = audience

    def require(self, authorization: str, need: str, now: datetime) -> Caller:
        """The caller; authorization: the header, empty where none came. need: such as `PlanDefinition.r`.

        Raises OperationFault with 401 where no valid token came, with 403 where its scopes do not reach
        (RFC 6750, section 3.1).
        """
        if not authorization:
            hint = "" if self._clients else "; no authorization server is trusted yet: see operations_clients"
            raise _unauthorized(f"this needs an access token; send Authorization: Bearer with one{hint}", "")
        caller = self._caller(authorization, now)
        if not caller.may(need):
            scope = f"system/{need}"
            header = f'Bearer realm="FHIR operations", error="insufficient_scope", scope="{scope}"'
            message = f"the scopes of the token do not allow this; ask for a token with {scope}"
            raise OperationFault(403, "forbidden", message, headers={"WWW-Authenticate": header})
        return caller

    def _caller(self, authorization: str, now: datetime) -> Caller:
        match = _BEARER.fullmatch(authorization.strip())
        if match is None or len(authorization) > LONGEST_TOKEN:
            raise _unauthorized("the Authorization header holds no bearer token; send Bearer and one token", "invalid")
        token = match[1]
        client = self._clients.get(_issuer_of(token))
        if client is None:
            raise _unauthorized(
                "the issuer (iss) of the token is no authorization server that is trusted here; see operations_clients"
            )
        claims = _verified(token, client, client.audience or self._audience, now)
        return Caller(client.label or client.iss, _scopes(claims))


def _issuer_of(token: str) -> str:
    """Whom the token says it is from: that only chooses the keys by which it must hold."""
    try:
        claims = orjson.loads(urlsafe_b64decode(token.split(".")[1].encode()))
    except (IndexError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise _unauthorized("the token is no signed JWT; send the access token that the authorization server gave")
    issuer = claims.get("iss")
    return issuer if isinstance(issuer, str) else ""


def _verified(token: str, client: OperationsClient, audience: str, now: datetime) -> Mapping[str, Any]:
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY,
        iss={"essential": True, "value": client.iss},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
    )
    try:
        decoded = jwt.decode(token, client.jwks, algorithms=list(ALGORITHMS))
        registry.validate(decoded.claims)
    except InvalidKeyIdError:
        raise _unauthorized(
            "the key that the token names (kid) is not among the keys of its issuer; after a rotation, update the jwks "
            "of this server in operations_clients"
        ) from None
    except (JoseError, ValueError, TypeError) as fault:
        claim = getattr(fault, "claim", "")
        why = f"{type(fault).__name__}: {claim}" if claim else type(fault).__name__
        raise _unauthorized(
            f"the token does not hold ({why}); it must be signed by a published key of its issuer, name {audience} as "
            "audience and not be expired"
        ) from None
    kind = decoded.header.get("typ", "jwt")
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise _unauthorized("the token is no access token (typ); send the one from the token endpoint")
    return decoded.claims


def _scopes(claims: Mapping[str, Any]) -> tuple[str, ...]:
    scope = claims.get("scope", "")
    return tuple(scope.split()) if isinstance(scope, str) else ()


def _unauthorized(message: str, error: str = "invalid_token") -> OperationFault:
    named = {"": "", "invalid": ', error="invalid_request"'}.get(error, f', error="{error}"')
    return OperationFault(401, "login", message, headers={"WWW-Authenticate": f'Bearer realm="FHIR operations"{named}'})
