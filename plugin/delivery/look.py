"""What the EHR holds of a plan before it is written: the plan itself, our statements, its goals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from plugin.chart.client import FhirClient
from plugin.delivery.filled_forms import form_identifier
from plugin.delivery.goals import goal_names
from plugin.delivery.held import STATEMENT_SYSTEM, Copies, copies_among, statement_identifier
from plugin.delivery.plan import IDENTIFIER_SYSTEM, ReviewedPlan
from plugin.delivery.statement_entries import stated
from plugin.errors import Refused
from plugin.storage.reviews import Delivery, PatientKey

Resource = dict[str, Any]
ASKED_AT_ONCE = 20  # identifiers in one search, so that its address stays short


@dataclass(frozen=True, slots=True)
class Held:
    """What the EHR holds: the plan of an earlier save, our statements by finding, goals and forms by identifier."""

    care_plan: Resource | None = None
    statements: Copies = field(default_factory=dict)
    goals: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)


def look(plan: ReviewedPlan, client: FhirClient) -> tuple[ReviewedPlan, Held]:
    """What the EHR holds of a plan; the plan keeps its goals inside where the EHR refuses to search for goals.

    Raises RemoteError where it gives no answer, since then nothing is known.
    """
    existing = identified(client, "CarePlan", plan.patient, plan.identifier("care-plan"))
    statements = _statements(plan, client) if plan.writes_statements else {}
    plan, goals = _goals(plan, client)
    return plan, Held(next(iter(existing), None), statements, goals, _forms(plan, client))


def identified(client: FhirClient, kind: str, patient: PatientKey, identifier: Mapping[str, str]) -> list[Resource]:
    """The patient's resources with this identifier; servers that do not know the search may answer with others."""
    search = [("patient", patient.patient_id), ("identifier", f"{identifier['system']}|{identifier['value']}")]
    found = [resource for page in client.search(kind, search) for resource in page.resources]
    return [each for each in found if each.get("resourceType") == kind and identifier["value"] in _values(each)]


def version_of(resource: Mapping[str, Any]) -> str:
    """The version of a resource as the EHR counts it; empty where it does not."""
    return str(resource.get("meta", {}).get("versionId", ""))


def versions_known(deliveries: Iterable[Delivery], reference: str) -> set[str]:
    """The versions of a resource that these deliveries have seen or made."""
    told = (each.response for each in deliveries if each.reference == reference and each.response)
    return {str(response["version"]) for response in told if "version" in response}


def _statements(plan: ReviewedPlan, client: FhirClient) -> Copies:
    """Our statements as the EHR holds them now, those taken back included."""
    codes = [*stated(plan), *plan.withdrawn]
    names = [f"{STATEMENT_SYSTEM}|{statement_identifier(plan.patient, code)['value']}" for code in codes]
    return copies_among(_in_batches(client, "Observation", plan.patient, names), plan.patient, codes)


def _goals(plan: ReviewedPlan, client: FhirClient) -> tuple[ReviewedPlan, dict[str, str]]:
    names = [plan.identifier("goal", name)["value"] for name in goal_names(plan)] if plan.writes_goals else []
    asked = [f"{IDENTIFIER_SYSTEM}|{name}" for name in names]
    try:
        found = list(_in_batches(client, "Goal", plan.patient, asked))
    except Refused:
        return replace(plan, parts=plan.parts - {"Goal"}), {}
    held = {name: f"Goal/{goal['id']}" for goal in found for name in names if name in _values(goal)}
    return plan, held


def _forms(plan: ReviewedPlan, client: FhirClient) -> dict[str, str]:
    """The forms that it holds; none where it refuses to search for them, since each is created only once."""
    if "QuestionnaireResponse" not in plan.parts:
        return {}
    names = [form_identifier(plan.patient, filled)["value"] for filled in plan.forms]
    asked = [f"{IDENTIFIER_SYSTEM}|{name}" for name in names]
    try:
        found = list(_in_batches(client, "QuestionnaireResponse", plan.patient, asked))
    except Refused:
        return {}
    return {name: f"QuestionnaireResponse/{form['id']}" for form in found for name in names if name in _values(form)}


def _in_batches(client: FhirClient, kind: str, patient: PatientKey, identifiers: list[str]) -> Iterator[Resource]:
    for start in range(0, len(identifiers), ASKED_AT_ONCE):
        asked = ",".join(identifiers[start : start + ASKED_AT_ONCE])
        for page in client.search(kind, [("patient", patient.patient_id), ("identifier", asked)]):
            yield from page.resources


def _values(resource: Mapping[str, Any]) -> set[str]:
    found = resource.get("identifier", ())
    identifiers = found if isinstance(found, list) else [found]
    return {str(each.get("value")) for each in identifiers if isinstance(each, dict)}
