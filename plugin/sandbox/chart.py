"""What the sandbox EHR shows of its charts, straight from the FHIR server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from plugin.sandbox.backend import Backend
from plugin.sandbox.compartment import Resource
from plugin.sandbox.sample_patients import sample_patients

FINDING_SYSTEM = "https://careplan-plugin.example.org/fhir/CodeSystem/finding"
WRITTEN_TYPES = ("CarePlan", "QuestionnaireResponse", "DocumentReference", "Goal", "GuidanceResponse", "Provenance")


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient as the EHR lists one; `age` in whole years, at death for the dead."""

    id: str
    name: str
    gender: str
    birth_date: str
    age: int
    mrn: str
    story: str
    deceased: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list in the chart: what, its value or status, when, and the resource it comes from."""

    reference: str
    name: str
    value: str
    date: str
    status: str


class Charts:
    """Reads charts for the pages of the EHR."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def patients(self) -> list[PatientRow]:
        """The sample patients that the FHIR server holds, in the order of the index."""
        samples = sample_patients()
        found = self._backend.search("Patient", _id=",".join(sample.id for sample in samples))
        by_id = {patient["id"]: patient for patient in found}
        return [_row(by_id[sample.id], sample.story) for sample in samples if sample.id in by_id]

    def patient(self, patient_id: str) -> PatientRow | None:
        """One patient; None where the FHIR server knows no such patient."""
        resource = self._backend.find(f"Patient/{patient_id}")
        if resource is None:
            return None
        return _row(resource, next((s.story for s in sample_patients() if s.id == patient_id), ""))

    def current_encounter(self, patient_id: str) -> str:
        """Logical id of the visit under way, empty where there is none."""
        visits = self._backend.search("Encounter", patient=patient_id)
        return next((str(visit["id"]) for visit in visits if visit.get("status") == "in-progress"), "")

    def latest_report(self, patient_id: str) -> str:
        """Reference of the newest report, empty where there is none."""
        reports = self._backend.search("DiagnosticReport", patient=patient_id)
        newest = max(reports, key=lambda report: str(report.get("issued", "")), default=None)
        return f"DiagnosticReport/{newest['id']}" if newest else ""

    def written(self, patient_id: str) -> dict[str, list[Resource]]:
        """Plans and what goes with them, by resource type, newest first."""
        found = {kind: self._backend.search(kind, patient=patient_id) for kind in WRITTEN_TYPES}
        return {kind: sorted(resources, key=_updated, reverse=True) for kind, resources in found.items() if resources}

    def results(self, patient_id: str) -> list[Line]:
        """Every Observation, newest first, those of clinicians included."""
        lines = [_observation_line(resource) for resource in self._backend.search("Observation", patient=patient_id)]
        return sorted(lines, key=lambda line: (line.date, line.reference), reverse=True)

    def problems(self, patient_id: str) -> list[Line]:
        """Every Condition, newest first."""
        lines = [_condition_line(resource) for resource in self._backend.search("Condition", patient=patient_id)]
        return sorted(lines, key=lambda line: (line.date, line.reference), reverse=True)

    def resource(self, reference: str) -> Resource | None:
        """One resource as it is stored; None where it is not there."""
        return self._backend.find(reference)


def concept_text(concept: Any) -> str:
    """The words of a CodeableConcept: its text, else the first display, else the first code."""
    if not isinstance(concept, dict):
        return ""
    codings = concept.get("coding") or [{}]
    return str(concept.get("text") or codings[0].get("display") or codings[0].get("code") or "")


def narrative_text(resource: Resource) -> str:
    """The narrative of a resource without its markup; empty where it has none."""
    div = str(resource.get("text", {}).get("div", ""))
    blocks = re.sub(r"</(p|li|h\d|tr|div|caption)>|<br\s*/?>", "\n", div)
    lines = (Markup(line).striptags() for line in blocks.split("\n"))  # noqa: S704 - only to take the tags out
    return "\n".join(line for line in lines if line)


def _row(patient: Resource, story: str) -> PatientRow:
    name = (patient.get("name") or [{}])[0]
    born = str(patient.get("birthDate", ""))
    deceased = str(patient.get("deceasedDateTime", ""))
    until = deceased[:10] or date.today().isoformat()
    return PatientRow(
        id=str(patient["id"]),
        name=str(name.get("text") or " ".join([*name.get("given", []), name.get("family", "")])),
        gender=str(patient.get("gender", "")),
        birth_date=born,
        age=int(until[:4]) - int(born[:4]) - (until[5:] < born[5:]) if born else 0,
        mrn=str((patient.get("identifier") or [{}])[0].get("value", "")),
        story=story,
        deceased=deceased[:10],
    )


def _updated(resource: Resource) -> str:
    return str(resource.get("meta", {}).get("lastUpdated", ""))


def _observation_line(resource: Resource) -> Line:
    parts = [_value(resource), *(f"{concept_text(c.get('code'))}: {_value(c)}" for c in resource.get("component", []))]
    return Line(
        reference=f"Observation/{resource['id']}",
        name=concept_text(resource.get("code")),
        value="; ".join(part for part in parts if part),
        date=str(resource.get("effectiveDateTime", ""))[:10],
        status=str(resource.get("status", "")),
    )


def _condition_line(resource: Resource) -> Line:
    return Line(
        reference=f"Condition/{resource['id']}",
        name=concept_text(resource.get("code")),
        value=concept_text(resource.get("clinicalStatus")),
        date=str(resource.get("onsetDateTime", ""))[:10],
        status=concept_text(resource.get("verificationStatus")),
    )


def _value(element: Resource) -> str:
    key = next((name for name in element if name.startswith("value")), "")
    value: Any = element.get(key)
    if key == "valueCodeableConcept":
        return concept_text(value)
    if key == "valueQuantity":
        return f"{value.get('comparator', '')}{value.get('value')} {value.get('unit', '')}".strip()
    if key == "valueRatio":
        return f"{value['numerator'].get('value')} / {value['denominator'].get('value')}"
    if key == "valueBoolean":
        return "yes" if value else "no"
    if value is None:
        return concept_text(element.get("dataAbsentReason"))
    return str(value)
