"""What a clinician stated, as Observations: read again with the chart, and written to it with the plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plugin.library.content import system_url
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary
from plugin.storage.reviews import Author, Fact

UCUM = "http://unitsofmeasure.org"


def observations(statements: Iterable[Fact], vocabulary: Vocabulary, patient_id: str) -> list[dict[str, Any]]:
    """One Observation of our finding CodeSystem per statement, in the order of the vocabulary.

    Statements about findings that the template no longer has are left out: nothing could read them.
    """
    by_code = {statement.finding: statement for statement in statements if statement.value is not None}
    return [
        observation(by_code[code], definition, patient_id) for code, definition in vocabulary.items() if code in by_code
    ]


def observation(statement: Fact, definition: FindingDefinition, patient_id: str) -> dict[str, Any]:
    """A statement as FHIR: who said it in `performer`, when in `effectiveDateTime`, why in `note`."""
    stated: dict[str, Any] = {
        "resourceType": "Observation",
        "id": f"stated-{statement.id}",
        "status": "final",
        "code": {
            "coding": [{"system": system_url("finding"), "code": definition.code, "display": definition.label}],
            "text": definition.label,
        },
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": statement.at.isoformat(timespec="seconds"),
        "performer": [reference_to(statement.author)],
        **_value(statement.value, definition),
    }
    if statement.reason:
        stated["note"] = [{"text": statement.reason}]
    return stated


def _value(value: Value | None, definition: FindingDefinition) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, str):
        return {
            "valueCodeableConcept": {"coding": [{"system": system_url("finding-value"), "code": value}], "text": value}
        }
    if isinstance(value, int) and not definition.unit:
        return {"valueInteger": value}
    quantity: dict[str, Any] = {"value": value}
    if definition.unit:
        quantity |= {"unit": definition.unit, "system": UCUM, "code": definition.unit}
    return {"valueQuantity": quantity}


def reference_to(author: Author) -> dict[str, str]:
    """A Reference to a person; by name only where the launch did not say which resource stands for them."""
    named = {"display": author.name} if author.name else {}
    return {"reference": author.reference, **named} if "/" in author.reference else named
