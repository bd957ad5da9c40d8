"""SMART scopes: which ones we ask for and why, and which of them were not granted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from plugin.chart.searches import CHART_SEARCHES

# Who is using the plug-in.
_IDENTITY = ("openid", "fhirUser")

# What prescriptions refer to.
_REFERRED_TO = {"Medication": "r"}

# What a reviewed plan is written as, and read back.
_WRITTEN = {
    "CarePlan": "crus",
    "DocumentReference": "crus",
    "Goal": "crs",
    "Observation": "crus",
    "Provenance": "crs",
    "QuestionnaireResponse": "crs",
}

_RESOURCE_SCOPE = re.compile(
    r"(?P<level>patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]+)\.(?P<rights>read|write|\*|c?r?u?d?s?)(?P<query>\?.+)?"
)
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
_URI_PREFIXES = ("http://smarthealthit.org/fhir/scopes/", "http://openid.net/specs/openid-connect-core-1_0#")
# Granted or not, these show in what comes with the token, not in what we may read.
_NOT_A_RIGHT = frozenset({"launch", "launch/patient", "online_access", "offline_access"})


def scopes_to_request(from_ehr: bool, refresh: str = "online_access", version_1: bool = False) -> tuple[str, ...]:
    """The scopes of a launch: context, identity, and what the chart and the plan need, each type on its own.

    refresh: `online_access` (a refresh token while the person is online), `offline_access` (as long as the server
    lets it live) or empty. version_1: in the words of SMART 1, for servers that know no others.
    """
    rights = {search.resource_type: "rs" for search in CHART_SEARCHES} | _REFERRED_TO | _WRITTEN
    wanted = [("user", "Practitioner", "r"), ("patient", "Patient", "r")]
    wanted += [("patient", kind, letters) for kind, letters in sorted(rights.items())]
    asked = ("launch" if from_ehr else "launch/patient", *_IDENTITY, refresh, *_in_words(wanted, version_1))
    return tuple(scope for scope in asked if scope)


def backend_scopes(version_1: bool = False) -> tuple[str, ...]:
    """What a backend service asks for: reading what a chart is read from, of every patient it may see."""
    rights = {search.resource_type: "rs" for search in CHART_SEARCHES} | _REFERRED_TO | {"Patient": "rs"}
    return tuple(_in_words([("system", kind, letters) for kind, letters in sorted(rights.items())], version_1))


def speaks_version_1_only(capabilities: Collection[str], supported: Iterable[str]) -> bool:
    """Whether a server knows scopes of SMART 1 only, by its capabilities; by `scopes_supported` where they are silent.

    One that says nothing at all is taken to speak version 2.
    """
    if {"permission-v1", "permission-v2"} & set(capabilities):
        return "permission-v2" not in capabilities
    rights = [match["rights"] for scope in supported if (match := _RESOURCE_SCOPE.fullmatch(_plain(scope)))]
    return bool(rights) and all(word in _VERSION_1 for word in rights)


def not_granted(requested: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The requested scopes that nothing granted covers, in the order asked; SMART 1 scopes count as what they mean."""
    given = [_plain(scope) for scope in granted]
    return tuple(scope for scope in requested if scope not in _NOT_A_RIGHT and not _covered(_plain(scope), given))


def _in_words(wanted: Iterable[tuple[str, str, str]], version_1: bool) -> list[str]:
    if not version_1:
        return [f"{level}/{kind}.{letters}" for level, kind, letters in wanted]
    return [
        f"{level}/{kind}.{word}"
        for level, kind, letters in wanted
        for word in ("read", "write")
        if set(letters) & set(_VERSION_1[word])
    ]


def _covered(wanted: str, given: list[str]) -> bool:
    if wanted in given:
        return True
    need = _RESOURCE_SCOPE.fullmatch(wanted)
    if need is None:
        return wanted == "fhirUser" and "profile" in given
    letters = set(_rights(need))
    for scope in given:
        have = _RESOURCE_SCOPE.fullmatch(scope)
        # A scope with a search query opens only a part, which is not what was asked for.
        if have is not None and not have["query"] and have["type"] in ("*", need["type"]) and _reaches(have, need):
            letters -= set(_rights(have))
    return not letters


def _reaches(have: re.Match[str], need: re.Match[str]) -> bool:
    return have["level"] == need["level"] or (need["level"] == "patient" and have["level"] == "user")


def _rights(match: re.Match[str]) -> str:
    return _VERSION_1.get(match["rights"], match["rights"])


def _plain(scope: str) -> str:
    for prefix in _URI_PREFIXES:
        scope = scope.removeprefix(prefix)
    return scope
