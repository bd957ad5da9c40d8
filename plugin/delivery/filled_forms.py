"""Forms that were filled in here: read with the chart until the EHR holds them, and written to it with the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from plugin.delivery.plan import IDENTIFIER_SYSTEM, ReviewedPlan
from plugin.delivery.requests import created
from plugin.storage.forms import FilledForm
from plugin.storage.reviews import PatientKey

Resource = dict[str, Any]
KIND = "QuestionnaireResponse"


@dataclass(slots=True)
class FormEntries:
    """Entries of the transaction, and where each form will be found: the reference of the draft -> that of the EHR."""

    entries: list[Resource] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)


def form_identifier(patient: PatientKey, filled: FilledForm) -> dict[str, str]:
    """The identifier of one filled-in form; says nothing about patient or answers."""
    name = f"{patient.iss}/{patient.patient_id}/form/{filled.id}/{filled.at.isoformat()}"
    return {"system": IDENTIFIER_SYSTEM, "value": str(uuid5(NAMESPACE_URL, name))}


def not_in_chart(forms: Iterable[FilledForm], chart: Iterable[Resource], patient: PatientKey) -> tuple[Resource, ...]:
    """The forms as resources of the chart, but those that it holds already: what the EHR has of them leads."""
    held = {_identifier_of(each) for each in chart if each.get("resourceType") == KIND}
    return tuple(
        filled.response | {"id": _own_id(filled)}
        for filled in forms
        if form_identifier(patient, filled)["value"] not in held
    )


def form_entries(plan: ReviewedPlan, held: Mapping[str, str]) -> FormEntries:
    """What has to be written so that the EHR holds each form once.

    held: identifier value -> reference of the forms that it holds already; whoever corrected one there has the last
    word. Where it takes none from us, they stay inside the plan (`contained_forms`).
    """
    result = FormEntries()
    for filled in plan.forms:
        identifier, own = form_identifier(plan.patient, filled), f"{KIND}/{_own_id(filled)}"
        if KIND not in plan.parts:
            result.places[own] = f"#{_own_id(filled)}"
        elif identifier["value"] in held:
            result.places[own] = held[identifier["value"]]
        else:
            entry = created(filled.response | {"identifier": identifier})
            result.entries.append(entry)
            result.places[own] = entry["fullUrl"]
    return result


def contained_forms(plan: ReviewedPlan) -> list[Resource]:
    """The forms as they stand inside the plan, where the EHR takes none from us. One that carries its own questions
    leaves them out there, since what is contained contains nothing.
    """
    if KIND in plan.parts:
        return []
    bare = [{key: value for key, value in filled.response.items() if key != "contained"} for filled in plan.forms]
    return [
        response | {"id": _own_id(filled)}
        for response, filled in zip(bare, plan.forms, strict=True)
        if not str(response.get("questionnaire", "")).startswith("#")
    ]


def _own_id(filled: FilledForm) -> str:
    return f"filled-{filled.id}"


def _identifier_of(resource: Resource) -> str:
    identifier = resource.get("identifier")
    return str(identifier.get("value", "")) if isinstance(identifier, dict) else ""
