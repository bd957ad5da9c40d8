"""SMART scopes: which ones we ask for and why, and which of them were not granted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from plugin.chart.searches import CHART_SEARCHES

# Who is using the plug-in, and a refresh token for as long as that person is online.
_IDENTITY = ("openid", "fhirUser", "user/Practitioner.r", "online_access")

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


def scopes_to_request(from_ehr: bool) -> tuple[str, ...]:
    """The scopes of a launch: context, identity, and what the chart and the plan need, each type on its own."""
    rights = {search.resource_type: "rs" for search in CHART_SEARCHES} | _REFERRED_TO | _WRITTEN
    resources = [f"patient/{kind}.{letters}" for kind, letters in sorted(rights.items())]
    return ("launch" if from_ehr else "launch/patient", *_IDENTITY, "patient/Patient.r", *resources)


def not_granted(requested: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The requested scopes that nothing granted covers, in the order asked; SMART 1 scopes count as what they mean."""
    given = [_plain(scope) for scope in granted]
    return tuple(scope for scope in requested if scope not in _NOT_A_RIGHT and not _covered(_plain(scope), given))


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
