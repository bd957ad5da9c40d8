"""The structural check that everything made here passes before it leaves."""

from __future__ import annotations

from typing import Any

from plugin.library.validation import check_structure


class InvalidDraft(RuntimeError):
    """A resource of ours is not valid FHIR R4: a fault of ours, never of the input."""


def checked(bundle: dict[str, Any]) -> dict[str, Any]:
    """The same Bundle; raises InvalidDraft naming each resource and element that breaks FHIR's structure."""
    faults = [
        f"{entry['resource']['resourceType']}: {message}"
        for entry in bundle["entry"]
        for message in check_structure(entry["resource"])
    ]
    if faults:
        raise InvalidDraft("what was made is not valid FHIR R4: " + "; ".join(faults))
    return bundle
