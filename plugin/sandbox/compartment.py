"""Whose a FHIR resource is: the rule by which the sandbox keeps one patient's token away from other charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Resource = dict[str, Any]
Find = Callable[[str], Resource | None]

# Resources that belong to no patient: definitions, terminology, and the people and places that give care.
SHARED_TYPES = frozenset(
    {
        "ActivityDefinition",
        "CodeSystem",
        "ConceptMap",
        "HealthcareService",
        "Library",
        "Location",
        "Medication",
        "Organization",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "StructureDefinition",
        "ValueSet",
    }
)
_OWNER_ELEMENTS = ("subject", "patient", "for", "beneficiary", "individual", "target", "securityContext")
_DEPTH = 3  # a Provenance of a Provenance of a plan is as far as real charts go


def belongs(resource: Mapping[str, Any], patient: str, find: Find, depth: int = _DEPTH) -> bool:
    """Whether `resource` is part of the chart of the patient with this logical id.

    find: gives the resource that a reference points at, for resources that name a patient only through another one
    (Provenance.target); None where there is none.
    """
    if resource.get("resourceType") == "Patient":
        return resource.get("id") == patient
    owners = list(_owners(resource))
    return bool(owners) and all(_is_theirs(owner, patient, find, depth) for owner in owners)


def local_reference(reference: str) -> tuple[str, str] | None:
    """Type and id of a relative reference `Type/id` or `Type/id/_history/n`; None for any other."""
    parts = reference.split("/")
    if len(parts) < 2 or not all(parts[:2]) or ":" in reference:
        return None
    return parts[0], parts[1]


def _owners(resource: Mapping[str, Any]) -> Iterator[str]:
    for element in _OWNER_ELEMENTS:
        value = resource.get(element)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield str(item.get("reference", ""))


def _is_theirs(reference: str, patient: str, find: Find, depth: int) -> bool:
    local = local_reference(reference)
    if local and local[0] == "Patient":
        return local[1] == patient
    if depth == 0:
        return False
    found = find(reference)
    return found is not None and belongs(found, patient, find, depth - 1)
