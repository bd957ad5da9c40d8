"""Patients made of plain values, each stated by a clinician, so that cases go through the reader's own door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from plugin.findings.model import Findings
from plugin.findings.reader import read_findings
from plugin.library.content import system_url
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary

UNKNOWN = "unknown"


def findings_from_values(values: Mapping[str, Value], vocabulary: Vocabulary, as_of: date) -> Findings:
    """What the reader makes of a chart that holds nothing but these statements.

    values: finding code -> value; `unknown` says that somebody looked and does not know, so nothing is presumed.
    Raises KeyError where the vocabulary has no such finding.
    """
    patient = {"resourceType": "Patient", "id": "stated"}
    statements = [statement(vocabulary[code], value, as_of) for code, value in values.items()]
    return read_findings([patient, *statements], vocabulary, as_of)


def statement(definition: FindingDefinition, value: Value, as_of: date) -> dict[str, Any]:
    """The Observation by which a clinician states one value on that day."""
    return {
        "resourceType": "Observation",
        "id": f"stated-{definition.code}",
        "status": "final",
        "code": {"coding": [{"system": system_url("finding"), "code": definition.code}]},
        "subject": {"reference": "Patient/stated"},
        "effectiveDateTime": as_of.isoformat(),
        "performer": [{"reference": "Practitioner/p"}],
        **_value(definition, value),
    }


def _value(definition: FindingDefinition, value: Value) -> dict[str, Any]:
    if value == UNKNOWN:
        return {"dataAbsentReason": {"coding": [{"code": "unknown"}]}}
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, str):
        return {"valueCodeableConcept": {"text": value}}
    if definition.type == "integer":
        return {"valueInteger": value}
    return {"valueQuantity": {"value": value, "unit": definition.unit}}
