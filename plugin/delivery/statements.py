"""What a clinician stated, as Observations: read again with the chart, and written to it with the plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plugin.findings.as_fhir import coded, value_element
from plugin.library.vocabulary import FindingDefinition, Vocabulary
from plugin.storage.reviews import Author, Fact


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
        "code": coded(definition),
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": statement.at.isoformat(timespec="seconds"),
        "performer": [reference_to(statement.author)],
    }
    if statement.value is not None:
        stated |= value_element(statement.value, definition)
    if statement.reason:
        stated["note"] = [{"text": statement.reason}]
    return stated


def reference_to(author: Author) -> dict[str, str]:
    """A Reference to a person; by name only where the launch did not say which resource stands for them."""
    named = {"display": author.name} if author.name else {}
    return {"reference": author.reference, **named} if "/" in author.reference else named
