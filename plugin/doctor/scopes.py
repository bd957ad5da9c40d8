"""Which scopes we ask for, which of them the server says it supports, and which a token was granted."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from plugin.doctor.needs import ESSENTIAL, WRITES
from plugin.doctor.report import ADMINISTRATOR, REGISTRATION, Check, Table
from plugin.launch.scopes import backend_scopes, not_granted, scopes_to_request, speaks_version_1_only

_RESOURCE = re.compile(r"(?P<level>patient|user|system)/(?P<type>\*|[A-Za-z]+)\.(?P<rights>\S+)")
_LOSS = {write.resource_type: write.loss for write in WRITES}


def scope_checks(document: dict[str, Any] | None, granted: str) -> tuple[list[Check], list[Table]]:
    """The checks, and the table of every scope we ask for. granted: scopes of a token, apart by blanks; empty: none."""
    given, supported = granted.split(), _texts(document, "scopes_supported")
    launch = scopes_to_request(True, version_1=speaks_version_1_only(_texts(document, "capabilities"), supported))
    mine = backend_scopes() if is_backend(given) else launch
    by_them = _of_server(supported, launch) if document else _unread()
    checks = [*by_them, *(_of_token(given, mine) if given else ())]
    every = tuple(dict.fromkeys((*launch, *mine)))
    by_server = {scope: _said(scope, not_granted(every, supported)) for scope in every} if supported else {}
    by_token = {scope: _said(scope, not_granted(mine, given)) for scope in mine} if given else {}
    rows = [
        (scope, by_server.get(scope, "not said"), by_token.get(scope, "not asked for" if given else "not said"))
        for scope in every
    ]
    return checks, [Table("Scopes that we ask for", ("scope", "server supports", "token granted"), tuple(rows))]


def is_backend(granted: Sequence[str]) -> bool:
    """Whether a token is that of a backend service, which reads and never writes."""
    return any(scope.startswith("system/") for scope in granted)


def names_types(granted: Sequence[str]) -> bool:
    """Whether any of the scopes speaks of resources; some servers put other words of their own into a token."""
    return any(map(_RESOURCE.fullmatch, granted))


def granted_in(token: str) -> str:
    """The scopes that a token names itself, where it is a JWT; read only to be shown, so not verified."""
    try:
        part = token.split(".")[1]
        claims = orjson.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, binascii.Error, ValueError):
        return ""
    found = claims.get("scope", claims.get("scp")) if isinstance(claims, dict) else None
    if isinstance(found, list):
        return " ".join(scope for scope in found if isinstance(scope, str))
    return found if isinstance(found, str) else ""


def may(granted: Sequence[str], resource_type: str, rights: str) -> bool:
    """Whether scopes allow all of these rights (letters of SMART 2) on a type, at any level."""
    levels = ("patient", "user", "system")
    return any(not not_granted([f"{level}/{resource_type}.{rights}"], granted) for level in levels)


def _texts(document: dict[str, Any] | None, member: str) -> list[str]:
    named = document.get(member) if document else None
    return [text for text in named if isinstance(text, str)] if isinstance(named, list) else []


def _unread() -> Iterator[Check]:
    yield Check("scopes-supported", "open", "no SMART configuration was read, which would name the scopes supported")


def _of_server(supported: list[str], wanted: tuple[str, ...]) -> Iterator[Check]:
    if not any(map(_RESOURCE.fullmatch, supported)):
        seen = "the server does not say which resource scopes it supports"
        yield Check("scopes-supported", "note", f"{seen}; what it grants decides")
        return
    missing = not_granted(wanted, supported)
    if not missing:
        yield Check("scopes-supported", "good", f"the server supports all {len(wanted)} scopes that we ask for")
    for scope in missing:
        remedy = "support what is missing, and name it in scopes_supported"
        yield _missing(scope, supported, f"scope-{scope}", "the server does not support", remedy, ADMINISTRATOR)


def _of_token(granted: list[str], wanted: tuple[str, ...]) -> Iterator[Check]:
    missing = not_granted(wanted, granted)
    if not missing:
        whom = "of a backend service" if is_backend(granted) else "of a launch"
        seen = f"the token {whom} was granted all {len(wanted)} scopes that we ask for it"
        yield Check("scopes-granted", "good", seen)
    for scope in missing:
        remedy = "add the scopes to the app's registration, and let the user approve them"
        yield _missing(scope, granted, f"granted-{scope}", "the token was not granted", remedy, REGISTRATION)


def _missing(scope: str, given: Sequence[str], name: str, seen: str, remedy: str, who: str) -> Check:
    kind, unreadable = _unreadable(scope, given)
    shown = f"{seen} {scope}"
    if kind in ESSENTIAL and unreadable:
        return Check(name, "fault", shown, f"no plan can be drafted without reading {kind}", remedy, who)
    if scope == "openid":
        why = "who reviews a plan is not known, so no plan can be signed with a name"
    elif unreadable:
        why = f"{kind or scope} cannot be read, and what depends on it stays open"
    else:
        why = _LOSS.get(kind, f"{kind} cannot be written")
    return Check(name, "limit", shown, why, remedy, who)


def _unreadable(scope: str, given: Sequence[str]) -> tuple[str, bool]:
    """The type of a resource scope, and whether what is given does not even allow to read it."""
    match = _RESOURCE.fullmatch(scope)
    if match is None:
        return "", True
    if match["rights"] in ("read", "write"):  # SMART 1 asks for each on its own
        return match["type"], match["rights"] == "read"
    reading = "".join(letter for letter in match["rights"] if letter in "rs")
    return match["type"], bool(not_granted([f"{match['level']}/{match['type']}.{reading}"], given))


def _said(scope: str, lacking: Sequence[str]) -> str:
    return "no" if scope in lacking else "yes"
