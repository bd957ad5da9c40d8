"""When a record of a drug says that it was taken: from when, until when, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugin.findings.dates import day_of
from plugin.findings.elements import Json, objects, text_of


@dataclass(frozen=True, slots=True)
class Span:
    """When a drug was taken, as far as its record says.

    day, until: (partial) dates, empty where unknown. planned: the end was only planned. single: one dose, which ends as
    it begins.
    """

    day: str = ""
    until: str = ""
    planned: bool = False
    single: bool = False


def span_of_drug(resource: Json) -> Span:
    """The span of a MedicationRequest, -Statement, -Administration or -Dispense.

    When somebody told of a drug is not when it was begun.
    """
    if day := day_of(resource.get("effectiveDateTime")):
        single = text_of(resource.get("resourceType")) == "MedicationAdministration"
        return Span(day, day if single else "", single=single)
    told = resource.get("reportedBoolean") is True or "reportedReference" in resource
    taken, planned = list(objects(resource.get("effectivePeriod"))), list(_planned(resource))
    starts = [resource.get("whenHandedOver"), *(period.get("start") for period in (*taken, *planned))]
    starts += [] if told else [resource.get("authoredOn")]
    day = next((day for value in starts if (day := day_of(value))), "")
    if end := next((end for period in taken if (end := day_of(period.get("end")))), ""):
        single = text_of(resource.get("resourceType")) == "MedicationAdministration"
        return Span(day, end, single=single)
    request = resource.get("dispenseRequest")
    valid = objects(request.get("validityPeriod")) if isinstance(request, dict) else []
    end = next((end for period in (*planned, *valid) if (end := day_of(period.get("end")))), "")
    return Span(day, end, planned=bool(end))


def span_of_procedure(procedure: Json) -> Span:
    """The span of a Procedure."""
    if day := day_of(procedure.get("performedDateTime")):
        return Span(day, day, single=True)
    return span_of_period(procedure.get("performedPeriod"))


def span_of_period(period: object, planned: bool = False) -> Span:
    """The span of a FHIR Period."""
    found = period if isinstance(period, dict) else {}
    return Span(day_of(found.get("start")), day_of(found.get("end")), planned=planned)


def _planned(resource: Json) -> Iterator[Json]:
    for dosage in objects(resource.get("dosageInstruction")):
        timing = dosage.get("timing")
        repeat = timing.get("repeat") if isinstance(timing, dict) else None
        yield from objects(repeat.get("boundsPeriod") if isinstance(repeat, dict) else None)
