"""Orders whose drug nobody can tell: which they are, and why. They are said, since no card means that all is well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugin.findings.chart import Chart
from plugin.findings.elements import codings_of, reference_of, texts_of

Json = dict[str, Any]
CONCEPT, REFERENCE = "medicationCodeableConcept", "medicationReference"
# Codes that say why there is no value, and name nothing (FHIR R4, data-absent-reason; HL7 v3, NullFlavor).
ABSENT = frozenset(
    {
        "http://terminology.hl7.org/CodeSystem/data-absent-reason",
        "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    }
)


@dataclass(frozen=True, slots=True)
class Unread:
    """One order whose drug cannot be told.

    number, among: its place, from 1, and how many orders of drugs the call is about. identity: its id, may be empty.
    dose: how it is to be taken, as it says, may be empty. why: a sentence without its full stop.
    """

    number: int
    among: int
    identity: str
    dose: str
    why: str

    @property
    def place(self) -> str:
        """Which of the orders it is."""
        return f"order {self.number} of {self.among}" if self.among > 1 else "the only order"


def says_nothing(concept: Json | None) -> bool:
    """Whether a CodeableConcept has neither words nor a code that names anything."""
    return not texts_of(concept) and all(coding.system in ABSENT for coding in codings_of(concept))


def why_unread(order: Json, chart: Chart, unread: Mapping[str, str]) -> str:
    """Why nobody can tell the drug of an order. unread: what stopped the reading of a Medication, by reference."""
    reference = reference_of(order.get(REFERENCE))
    found = chart.resolved(order.get(REFERENCE), "Medication")
    codings = codings_of(order.get(CONCEPT)) + [each for one in found for each in codings_of(one.get("code"))]
    if coding := next((each for each in codings if each.system not in ABSENT), None):
        system = f"the system {coding.system}" if coding.system else "no system"
        return f"it has only the code {coding.code} of {system}, which is not known here, and no name"
    if found:
        return f"the Medication that it refers to, {reference}, names no drug: no code, no words, no ingredient"
    if reference.startswith("#"):
        return f"it refers to {reference}, which is not contained in it"
    if reference:
        return f"it refers to {reference}, which did not come along, {unread.get(reference, 'and it was not read')}"
    if order.get(REFERENCE):
        return f"its {REFERENCE} has neither a reference that can be followed nor a display"
    if order.get(CONCEPT):
        return f"its {CONCEPT} has neither words nor a code that names a drug"
    return f"it names no drug: it has neither {CONCEPT} nor {REFERENCE}"
