"""Findings as FHIR R4: one Observation per fact, as software read it and nobody stated it.

Whoever reads such an Observation must not take it for a clinician's word: it names no performer, the software stands in
`device`, and `method` says how surely the chart tells the fact. Only what is known is final. Reading it again with the
chart changes no finding; see `plugin.findings.statements`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from plugin.findings.model import Finding, Findings, Patient, Result
from plugin.library.content import CANONICAL, system_url
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary

UCUM = "http://unitsofmeasure.org"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
OBSERVED = "Observation/"  # FHIR lets an Observation be derived from few kinds of resource; the note names the others

Resource = dict[str, Any]


def findings_bundle(findings: Findings, vocabulary: Vocabulary, as_of: date, software_version: str) -> Resource:
    """Every finding as a Bundle of type collection; the same findings give the same bytes.

    software_version: of this package, named in `device`; the vocabulary in `meta.source`.
    """
    key = f"{vocabulary.url}/{vocabulary.version}/{findings.patient.id}/{as_of}/finding"
    meta = {
        "source": f"{vocabulary.url}|{vocabulary.version}",
        "profile": [f"{CANONICAL}/StructureDefinition/finding-read"],
    }
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": f"{as_of}T00:00:00Z",
        "entry": [
            {
                "fullUrl": f"urn:uuid:{uuid5(NAMESPACE_URL, f'{key}/{code}')}",
                "resource": {
                    "resourceType": "Observation",
                    "meta": meta,
                    **_observation(finding, vocabulary[code], findings.patient, as_of, software_version),
                },
            }
            for code, finding in findings.items()
        ],
    }


def coded(definition: FindingDefinition) -> Resource:
    """A finding as the code of an Observation."""
    coding = {"system": system_url("finding"), "code": definition.code, "display": definition.label}
    return {"coding": [coding], "text": definition.label}


def value_element(value: Value, definition: FindingDefinition) -> Resource:
    """A value as the one element of an Observation that carries it."""
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, str):
        return {
            "valueCodeableConcept": {"coding": [{"system": system_url("finding-value"), "code": value}], "text": value}
        }
    if isinstance(value, int) and not definition.unit:
        return {"valueInteger": value}
    quantity: Resource = {"value": value}
    if definition.unit:
        quantity |= {"unit": definition.unit, "system": UCUM, "code": definition.unit}
    return {"valueQuantity": quantity}


def subject_of(patient: Patient) -> Resource:
    """A Reference to the patient; by name only where the input had no Patient to refer to."""
    if patient.reference:
        return {"reference": patient.reference}
    return {"display": patient.name or "patient without a Patient resource"}


def _observation(
    finding: Finding, definition: FindingDefinition, patient: Patient, as_of: date, software_version: str
) -> Resource:
    read: Resource = {
        "status": "final" if finding.state == "known" else "preliminary",
        "code": coded(definition),
        "subject": subject_of(patient),
        "effectiveDateTime": as_of.isoformat(),
        "issued": f"{as_of}T00:00:00Z",
        "method": {"coding": [{"system": system_url("finding-state"), "code": finding.state}]},
        "device": {"display": f"careplan-plugin {software_version}"},
    }
    if finding.value is None:
        read["dataAbsentReason"] = {"coding": [{"system": ABSENT, "code": "unknown"}]}
    else:
        read |= value_element(finding.value, definition)
    behind = [{"reference": name} for name in finding.evidence if name.startswith(OBSERVED)]
    if notes := [{"text": text} for text in _notes(finding)]:
        read["note"] = notes
    if behind:
        read["derivedFrom"] = behind
    return read


def _notes(finding: Finding) -> Iterator[str]:
    if finding.note:
        yield finding.note
    if finding.detail:
        yield f"In the chart's words: {finding.detail}"
    if others := [name for name in finding.evidence if not name.startswith(OBSERVED)]:
        yield f"Read from {', '.join(others)}"
    yield from (f"Set aside: {_said(result)}: {result.set_aside}" for result in finding.results if result.set_aside)


def _said(result: Result) -> str:
    """`Blood group "AB" of 2026-10-01 (Observation/1)`."""
    words = f' "{result.text}"' if result.text else ""
    dated = f" of {result.date}" if result.date else ""
    return f"{result.label or 'a result'}{words}{dated} ({result.reference})"
