"""SMART scopes, as far as the sandbox grants them: launch context, identity, refresh, access to resources.

Grammar: SMART App Launch 2.2, "Scopes for requesting FHIR Resources"; the older `.read`, `.write` and `.*` are
understood. Scopes with a search query (`patient/Observation.rs?category=laboratory`) are not granted.
"""

from __future__ import annotations

import re

CONTEXT_SCOPES = frozenset(
    {"openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter", "offline_access", "online_access"}
)
REFRESH_SCOPES = frozenset({"offline_access", "online_access"})
SCOPES_SUPPORTED = (
    *sorted(CONTEXT_SCOPES),
    "patient/*.cruds",
    "user/*.cruds",
    "system/*.cruds",
    "patient/*.read",
    "patient/*.write",
)

_RESOURCE_SCOPE = re.compile(
    r"(?P<level>patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]+)\.(?P<rights>read|write|\*|c?r?u?d?s?)"
)
_OLD_RIGHTS = {"read": "rs", "write": "cud", "*": "cruds"}


def granted(requested: str) -> str:
    """The part of the requested scopes that the sandbox grants, in the order asked."""
    wanted = dict.fromkeys(requested.split())
    return " ".join(scope for scope in wanted if scope in CONTEXT_SCOPES or _level(scope) in ("patient", "user"))


def granted_to_backend(requested: str) -> str:
    """The part of the requested scopes that an app without a person gets: `system/` access."""
    return " ".join(scope for scope in dict.fromkeys(requested.split()) if _level(scope) == "system")


def permits(scopes: str, resource_type: str, right: str, levels: tuple[str, ...] = ("patient", "user")) -> bool:
    """Whether `scopes` hold one of `levels` that allows `right` (c, r, u, d or s) on `resource_type`."""
    for scope in scopes.split():
        rights = _rights(scope)
        if rights is None:
            continue
        level, of_type, letters = rights
        if level in levels and of_type in ("*", resource_type) and right in letters:
            return True
    return False


def _level(scope: str) -> str:
    rights = _rights(scope)
    return rights[0] if rights else ""


def _rights(scope: str) -> tuple[str, str, str] | None:
    """Level, resource type and letters of a resource scope; None for anything else."""
    match = _RESOURCE_SCOPE.fullmatch(scope)
    if match is None or not match["rights"]:
        return None
    return match["level"], match["type"], _OLD_RIGHTS.get(match["rights"], match["rights"])
