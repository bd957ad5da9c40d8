"""What else was on the user's screen: the `fhirContext` of a token response, read without trusting its shape.

Source: SMART App Launch 2.2, "fhirContext".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ROLE_LAUNCH = "launch"  # what an item without a role means
TYPE_NAME = re.compile(r"[A-Z][A-Za-z]{1,39}")
_MOST_ITEMS = 50
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class ContextItem:
    """One resource that the launch is about: a relative reference, a canonical URL or an identifier, and its role.

    reference: `DiagnosticReport/7`. canonical: of a Questionnaire, say. identifier: `system|value`. type: resource type
    where it is told, or can be seen from the reference. role: `launch`, or a URI that says what for.
    """

    reference: str = ""
    canonical: str = ""
    identifier: str = ""
    type: str = ""
    role: str = ROLE_LAUNCH


def read_fhir_context(value: object) -> tuple[ContextItem, ...]:
    """The items that can be read, in their order, at most 50; what names no resource is left out.

    A role that is missing is `launch`; one that is there and no text makes the item unreadable, for nobody knows then
    what the resource is for.
    """
    if not isinstance(value, list):
        return ()
    items = (_item(entry) for entry in value[:_MOST_ITEMS] if isinstance(entry, Mapping))
    return tuple(item for item in items if item is not None)


def opened_from(items: Iterable[ContextItem]) -> tuple[str, ...]:
    """The types of what the app was launched from, each once, in their order; for the page, so without any id.

    The words are the EHR's: what is not written as a type of resource is left out, and so is what has another role.
    """
    types = (item.type for item in items if item.role == ROLE_LAUNCH)
    return tuple(dict.fromkeys(kind for kind in types if TYPE_NAME.fullmatch(kind)))


def _item(entry: Mapping[str, Any]) -> ContextItem | None:
    reference, canonical = _text(entry.get("reference")), _text(entry.get("canonical"))
    identifier, role = _identifier(entry.get("identifier")), entry.get("role", ROLE_LAUNCH)
    if not (reference or canonical or identifier) or not _text(role):
        return None
    kind = _text(entry.get("type")) or reference.rpartition("/")[0].rpartition("/")[2]
    return ContextItem(reference, canonical, identifier, kind, _text(role))


def _identifier(value: object) -> str:
    if not isinstance(value, Mapping) or not _text(value.get("value")):
        return ""
    return f"{_text(value.get('system'))}|{_text(value.get('value'))}"


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""
