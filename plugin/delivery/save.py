"""Writing a reviewed plan to the EHR: check, send once, read back, compare; `saved` is said only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from plugin.chart.client import FhirClient
from plugin.delivery.compare import differences
from plugin.delivery.goals import goal_names
from plugin.delivery.held import STATEMENT_SYSTEM, Copies, copies_among, statement_identifier
from plugin.delivery.plan import IDENTIFIER_SYSTEM, ReviewedPlan
from plugin.delivery.reviewed import care_plan, content_key, transaction
from plugin.delivery.statement_entries import stated, statement_entries
from plugin.errors import Refused, RemoteError
from plugin.library.terminology import Terminology
from plugin.library.validation import check_model, check_profile
from plugin.storage.database import Database
from plugin.storage.reviews import Delivery, DeliveryStatus, add_delivery, deliveries_of, update_delivery

Resource = dict[str, Any]
Clock = Callable[[], datetime]
MOST_SHOWN = 5
ASKED_AT_ONCE = 20  # identifiers in one search, so that its address stays short
REFUSING = range(300, 500)


class UnsoundPlan(RuntimeError):
    """The plan we built is not valid: a fault of ours, so nothing is sent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a delivery went. `reference` is the CarePlan's, `message` what the reader should know."""

    status: DeliveryStatus
    reference: str = ""
    message: str = ""
    response: Resource | None = None


def save_plan(plan: ReviewedPlan, client: FhirClient, database: Database, clock: Clock) -> Delivery:
    """Save the plan, and keep how that went.

    A plan that the EHR already holds is not sent again, so that pressing twice, or again after a lost answer, doubles
    nothing. A plan that somebody changed in the EHR is replaced only after the reader was told.
    Raises UnsoundPlan before anything is sent; a failure of the other side is an outcome, not an exception.
    """
    with database.session() as session:
        earlier = deliveries_of(session, plan.patient)
    try:
        existing, held = _existing(plan, client), _held(plan, client)
        plan, goals_held = _with_goals(plan, client)
    except RemoteError as failure:
        return _keep(database, clock, _open(plan, None, transaction(plan, None), database), _not_sent(failure))
    bundle = _sound(transaction(plan, existing, held, goals_held), plan.template.terminology)
    statements_stand = not statement_entries(plan, held).entries
    if existing is not None and earlier and statements_stand and _is_last_saved(plan, earlier[0], existing):
        return earlier[0]
    delivery = _open(plan, existing, bundle, database)
    if existing is not None and statements_stand and _holds_the_same(plan, existing):
        return _keep(database, clock, delivery, _saved(existing))
    if existing is not None and _version(existing) not in _versions_known(earlier):
        return _keep(database, clock, delivery, _changed_elsewhere(existing))
    return _keep(database, clock, delivery, _send(plan, bundle, client))


def _existing(plan: ReviewedPlan, client: FhirClient) -> Resource | None:
    """The CarePlan of an earlier save, if the EHR holds one."""
    identifier = plan.identifier("care-plan")
    search = [
        ("patient", plan.patient.patient_id),
        ("identifier", f"{IDENTIFIER_SYSTEM}|{identifier['value']}"),
    ]
    for page in client.search("CarePlan", search):
        for resource in page.resources:
            if identifier["value"] in {each.get("value") for each in resource.get("identifier", ())}:
                return resource
    return None


def _held(plan: ReviewedPlan, client: FhirClient) -> Copies:
    """Our statements as the EHR holds them now, those taken back included."""
    codes = [*stated(plan), *plan.withdrawn]
    names = [f"{STATEMENT_SYSTEM}|{statement_identifier(plan.patient, code)['value']}" for code in codes]
    found: list[Resource] = []
    for start in range(0, len(names), ASKED_AT_ONCE):
        asked = ",".join(names[start : start + ASKED_AT_ONCE])
        search = [("patient", plan.patient.patient_id), ("identifier", asked)]
        found += [resource for page in client.search("Observation", search) for resource in page.resources]
    return copies_among(found, plan.patient, codes)


def _with_goals(plan: ReviewedPlan, client: FhirClient) -> tuple[ReviewedPlan, dict[str, str]]:
    """The plan, and the goals of it that the EHR holds; an EHR that refuses to search for goals gets them inside.

    Raises RemoteError where it gives no answer at all, since then nothing is known.
    """
    names = [plan.identifier("goal", name)["value"] for name in goal_names(plan)] if plan.writes_goals else []
    held: dict[str, str] = {}
    for start in range(0, len(names), ASKED_AT_ONCE):
        asked = ",".join(f"{IDENTIFIER_SYSTEM}|{name}" for name in names[start : start + ASKED_AT_ONCE])
        search = [("patient", plan.patient.patient_id), ("identifier", asked)]
        try:
            found = [goal for page in client.search("Goal", search) for goal in page.resources]
        except Refused:
            return replace(plan, writes_goals=False), {}
        for goal in found:
            values = {each.get("value") for each in goal.get("identifier", ())}
            held |= {name: f"Goal/{goal['id']}" for name in names if name in values}
    return plan, held


def _is_last_saved(plan: ReviewedPlan, last: Delivery, existing: Resource) -> bool:
    same_content = last.idempotency_key.partition(":")[0] == content_key(plan)
    return last.status == "saved" and same_content and _version(existing) in _versions_known([last])


def _holds_the_same(plan: ReviewedPlan, existing: Resource) -> bool:
    """Whether an earlier attempt arrived after all, though its answer was lost.

    References are left out: the server has given the statements ids that we have not seen.
    """
    found = differences(care_plan(plan), existing, {}, plan.patient.iss)
    return all(".reference: " in difference for difference in found)


def _versions_known(deliveries: list[Delivery]) -> set[str]:
    return {str(delivery.response["version"]) for delivery in deliveries if delivery.response}


def _version(resource: Resource) -> str:
    return str(resource.get("meta", {}).get("versionId", ""))


def _sound(bundle: Resource, terminology: Terminology) -> Resource:
    faults = [
        fault
        for entry in bundle["entry"]
        for fault in (*check_model(entry["resource"]), *check_profile(entry["resource"], terminology))
    ]
    if faults:
        raise UnsoundPlan("the reviewed plan is not valid FHIR R4: " + "; ".join(faults))
    return bundle


def _send(plan: ReviewedPlan, bundle: Resource, client: FhirClient) -> Outcome:
    try:
        answer = client.transaction(bundle)
    except RemoteError as failure:
        return _failed(failure)
    answers = answer.get("entry", [])
    stored = [_place(entry, said) for entry, said in zip(bundle["entry"], answers, strict=False)]
    if len(answers) != len(bundle["entry"]) or not all(stored):
        return Outcome("failed", message="The EHR took the plan but did not say where it stored every part of it.")
    links = {entry["fullUrl"]: where for entry, where in zip(bundle["entry"], stored, strict=True)}
    try:
        parts = [client.read(*where.split("/")) for where in stored]
    except RemoteError as failure:
        return Outcome("failed", stored[0], f"The EHR took the plan, but reading it back failed: {failure}.")
    found = [
        difference
        for entry, part in zip(bundle["entry"], parts, strict=True)
        for difference in differences(entry["resource"], part, links, plan.patient.iss)
    ]
    if found:
        shown = "; ".join(found[:MOST_SHOWN])
        return Outcome("failed", stored[0], f"The EHR stored something else than was sent ({len(found)}): {shown}")
    return _saved(parts[0])


def _place(entry: Resource, answer: Resource) -> str:
    """`CarePlan/7`: where an entry was stored; empty where the server does not say and it is not ours to know."""
    if entry["request"]["method"] == "PUT":
        return str(entry["request"]["url"])
    location = str(answer.get("response", {}).get("location", "")).split("/_history/")[0]
    return "/".join(location.rstrip("/").split("/")[-2:]) if "/" in location else ""


def _saved(care_plan: Resource) -> Outcome:
    return Outcome("saved", f"CarePlan/{care_plan['id']}", response={"version": _version(care_plan)})


def _changed_elsewhere(existing: Resource) -> Outcome:
    message = (
        f"The plan in the EHR (CarePlan/{existing['id']}) was changed since it was last saved from here. "
        "Look at it in the EHR first; saving once more replaces it."
    )
    return Outcome("failed", f"CarePlan/{existing['id']}", message, {"version": _version(existing)})


def _not_sent(failure: RemoteError) -> Outcome:
    if _is_refusal(failure):
        return Outcome("refused", message=str(failure))
    return Outcome("failed", message=f"Nothing was sent: the EHR could not say what it holds already: {failure}.")


def _failed(failure: RemoteError) -> Outcome:
    if _is_refusal(failure):
        return Outcome("refused", message=str(failure))
    return Outcome("failed", message=f"It is not certain that the plan arrived: {failure}.")


def _is_refusal(failure: RemoteError) -> bool:
    """Whether the EHR said no. A server that broke down, or answered with something else, may have stored it all."""
    return isinstance(failure, Refused) and failure.status in REFUSING


def _open(plan: ReviewedPlan, existing: Resource | None, bundle: Resource, database: Database) -> Delivery:
    key = f"{content_key(plan)}:{_version(existing) if existing else 'new'}:{plan.at.isoformat()}"
    with database.session() as session:
        return add_delivery(session, plan.patient, idempotency_key=key, request=bundle, at=plan.at)


def _keep(database: Database, clock: Clock, delivery: Delivery, outcome: Outcome) -> Delivery:
    with database.session() as session:
        return update_delivery(
            session,
            delivery.id,
            status=outcome.status,
            at=clock(),
            response=outcome.response,
            reference=outcome.reference,
            message=outcome.message,
        )
