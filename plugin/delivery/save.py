"""Writing a reviewed plan to the EHR: check, send once, read back, compare; `saved` is said only then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from plugin.chart.client import FhirClient
from plugin.delivery.compare import differences
from plugin.delivery.document import document_bundle, earlier_documents, is_this_version
from plugin.delivery.failures import is_refusal, why_again, without_answer, words_of
from plugin.delivery.filled_forms import form_entries
from plugin.delivery.in_log import cause_of
from plugin.delivery.journal import PATIENCE, Attempt, Clock, Journal, writing
from plugin.delivery.look import Held, look, version_of, versions_known
from plugin.delivery.one_by_one import send_one_by_one
from plugin.delivery.parts import Outcome, Part, any_stored, not_sent, parts_of
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.printed import print_plan
from plugin.delivery.reviewed import care_plan, content_key, transaction
from plugin.delivery.route import DOCUMENT, WHOLE, Route, same_way
from plugin.delivery.statement_entries import statement_entries
from plugin.delivery.together import NO_TRANSACTION, send_together
from plugin.errors import InputError, RemoteError
from plugin.library.terminology import Terminology
from plugin.library.validation import check_model, check_profile
from plugin.storage.database import Database
from plugin.storage.reviews import Delivery

Resource = dict[str, Any]


class UnsoundPlan(RuntimeError):
    """The plan we built is not valid: a fault of ours, so nothing is sent."""


@dataclass(frozen=True, slots=True)
class Saving:
    """One save at work."""

    plan: ReviewedPlan
    client: FhirClient
    journal: Journal
    route: Route

    @property
    def key(self) -> str:
        """What tells this save from all others, beginning with what is saved."""
        return f"{content_key(self.plan)}:{self.route.strategy}:{self.plan.at.isoformat()}"


def save_plan(
    plan: ReviewedPlan,
    client: FhirClient,
    database: Database,
    clock: Clock,
    route: Route = WHOLE,
    attempt: Attempt | None = None,
    patience: float = PATIENCE,
) -> Delivery:
    """Save the plan the given way, and keep how that went.

    A plan that the EHR already holds is not sent again, so that pressing twice, or again after a lost answer, doubles
    nothing; one that was stored in part goes on where it stopped. A plan that somebody changed in the EHR is replaced
    only after the reader was told. Where the EHR turns out to take no transactions, single requests follow at once.
    Raises UnsoundPlan before anything is sent, InputError for a route that writes nothing, BeingSaved where another one
    writes this plan; a failure of the other side is an outcome, not an exception.
    """
    if route.strategy == "download":
        raise InputError("nothing can be written to this EHR: download the plan instead")
    plan = replace(plan, parts=plan.parts & route.parts) if route.strategy != "document" else plan
    with writing(database, clock, plan.patient, attempt or Attempt(), patience) as journal:
        saving = Saving(plan, client, journal, route)
        return _save_document(saving) if route.strategy == "document" else _save_resources(saving)


def plan_bundle(plan: ReviewedPlan) -> Resource:
    """The plan as a Bundle to take along, with everything that would be written where the EHR holds nothing yet.

    Raises UnsoundPlan where what we built is not valid.
    """
    bundle = _sound(transaction(plan, None), plan.template.terminology)
    entries = [{"fullUrl": entry["fullUrl"], "resource": entry["resource"]} for entry in bundle["entry"]]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _save_resources(saving: Saving) -> Delivery:
    earlier = saving.journal.earlier()
    unfinished = _unfinished(saving, earlier)
    if unfinished is not None:
        return _go_on(saving, unfinished)
    try:
        plan, held = look(saving.plan, saving.client)
    except RemoteError as failure:
        return _not_sent(saving, transaction(saving.plan, None), failure)
    saving = replace(saving, plan=plan)
    bundle = _sound(
        transaction(plan, held.care_plan, held.statements, held.goals, held.forms), plan.template.terminology
    )
    rest_stands = _rest_stands(plan, held)
    existing = held.care_plan
    if existing is not None and rest_stands and _is_last_saved(plan, earlier, existing):
        return saving.journal.repeated(earlier[0], saving.route.strategy)
    delivery = saving.journal.open(saving.key, bundle, plan.at)
    outcome = _settled(plan, held, earlier, rest_stands) or _send(saving, delivery)
    if outcome.changed:
        outcome = _seen_again(saving, earlier, outcome)
    return saving.journal.close(delivery, outcome, _way_taken(saving, outcome))


def _rest_stands(plan: ReviewedPlan, held: Held) -> bool:
    """Whether the EHR holds every statement and every filled-in form as it stands."""
    stated = statement_entries(plan, held.statements).entries if plan.writes_statements else []
    return not stated and not form_entries(plan, held.forms).entries


def _save_document(saving: Saving) -> Delivery:
    earlier = saving.journal.earlier()
    unfinished = _unfinished(saving, earlier)
    if unfinished is not None:
        return _go_on(saving, unfinished)
    plan = saving.plan
    pdf = print_plan(plan)
    try:
        documents = earlier_documents(plan, saving.client)
    except RemoteError as failure:
        return _not_sent(saving, document_bundle(plan, pdf, [], supersedes=False), failure)
    bundle = document_bundle(plan, pdf, documents, saving.route.supersedes)
    same = [each for each in documents if is_this_version(plan, each)]
    if same and earlier and earlier[0].status == "saved" and earlier[0].reference == f"{DOCUMENT}/{same[0]['id']}":
        return saving.journal.repeated(earlier[0], saving.route.strategy)
    delivery = saving.journal.open(saving.key, _sound(bundle, plan.template.terminology), plan.at)
    return saving.journal.close(delivery, _send(saving, delivery), "document")


def _unfinished(saving: Saving, earlier: list[Delivery]) -> Delivery | None:
    """The last attempt, where it sent this very content one by one and stopped on the way."""
    last = earlier[0] if earlier else None
    if last is None or last.status not in ("partial", "failed", "refused", "pending") or last.response is None:
        return None
    parts = parts_of(last.response)
    began = any_stored(parts) or any(part.state == "uncertain" for part in parts)
    ours = last.idempotency_key.partition(":")[0] == content_key(saving.plan)
    way = str(last.response.get("strategy", ""))
    one_by_one = way != "transaction" and same_way(way, saving.route.strategy)
    within = {part.resource_type for part in parts} <= saving.route.parts
    differs = any(part.state == "differs" for part in parts)
    changed = any(part.state == "refused" and part.where for part in parts)
    return last if began and ours and one_by_one and within and not differs and not changed else None


def _go_on(saving: Saving, unfinished: Delivery) -> Delivery:
    """Send what the last attempt did not, in the words of that attempt."""
    response = unfinished.response or {}
    strategy = str(response["strategy"])
    delivery = saving.journal.open(saving.key, unfinished.request, saving.plan.at)
    outcome = _send_parts(saving, delivery, strategy, parts_of(response), str(response.get("version", "")))
    return saving.journal.close(delivery, outcome, strategy)


def _send(saving: Saving, delivery: Delivery) -> Outcome:
    if saving.route.strategy != "transaction":
        return _send_parts(saving, delivery, saving.route.strategy)
    base, on_step = saving.plan.patient.iss, saving.journal.keep_lease
    outcome = send_together(delivery.request, saving.client, base, on_step)
    if outcome.lacks != (NO_TRANSACTION,):
        return outcome
    single = _send_parts(saving, delivery, "single")
    return replace(single, lacks=(NO_TRANSACTION, *single.lacks))


def _send_parts(
    saving: Saving, delivery: Delivery, strategy: str, before: tuple[Part, ...] = (), version: str = ""
) -> Outcome:
    return send_one_by_one(
        delivery.request,
        saving.client,
        saving.plan.patient.iss,
        saving.journal.keep_lease,
        saving.route.conditional,
        before,
        version,
        lambda outcome: saving.journal.note(delivery, outcome, strategy),
    )


def _way_taken(saving: Saving, outcome: Outcome) -> str:
    return "single" if NO_TRANSACTION in outcome.lacks else saving.route.strategy


def _settled(plan: ReviewedPlan, held: Held, earlier: list[Delivery], rest_stands: bool) -> Outcome | None:
    """The outcome where nothing is to be sent: an earlier attempt has arrived after all, or somebody changed the plan.

    References are not compared: the server has given the statements ids that we have not seen.
    """
    existing = held.care_plan
    if existing is None:
        return None
    reference, version = f"CarePlan/{existing['id']}", version_of(existing)
    found = differences(care_plan(plan), existing, {}, plan.patient.iss)
    if rest_stands and all(".reference: " in difference for difference in found):
        return Outcome("saved", reference, version=version, parts=(Part("CarePlan", "stored", reference),))
    if version in versions_known(earlier, reference):
        return None
    return _changed_elsewhere(reference, version)


def _seen_again(saving: Saving, earlier: list[Delivery], outcome: Outcome) -> Outcome:
    """The EHR says that something changed since we looked: where it is the plan, the reader has to know of it."""
    try:
        _, held = look(saving.plan, saving.client)
    except RemoteError:
        return outcome
    if held.care_plan is None:
        return outcome
    reference, version = f"CarePlan/{held.care_plan['id']}", version_of(held.care_plan)
    return outcome if version in versions_known(earlier, reference) else _changed_elsewhere(reference, version)


def _changed_elsewhere(reference: str, version: str) -> Outcome:
    message = (
        f"The plan in the EHR ({reference}) was changed since it was last saved from here. "
        "Look at it in the EHR first; saving once more replaces it."
    )
    parts = (Part("CarePlan", "not-sent", reference),)
    return Outcome("failed", reference, message, version, parts, cause="changed-elsewhere")


def _is_last_saved(plan: ReviewedPlan, earlier: list[Delivery], existing: Resource) -> bool:
    if not earlier or earlier[0].status != "saved":
        return False
    same_content = earlier[0].idempotency_key.partition(":")[0] == content_key(plan)
    return same_content and version_of(existing) in versions_known(earlier[:1], f"CarePlan/{existing['id']}")


def _not_sent(saving: Saving, bundle: Resource, failure: RemoteError) -> Delivery:
    """Keep that nothing was sent, since the EHR did not say what it holds."""
    delivery = saving.journal.open(saving.key, bundle, saving.plan.at)
    parts = not_sent(bundle)
    if is_refusal(failure):
        message, cause = "; ".join(words_of(failure)) or str(failure), cause_of(failure)
        outcome = Outcome("refused", message=message, parts=parts, cause=cause)
    else:
        message = f"Nothing was sent: the EHR could not say what it holds already: {without_answer(failure)}."
        again, cause = why_again(failure), cause_of(failure)
        outcome = Outcome("failed", message=message, parts=parts, again=again, cause=cause)
    return saving.journal.close(delivery, outcome, saving.route.strategy)


def _sound(bundle: Resource, terminology: Terminology) -> Resource:
    faults = list(_faults((entry["resource"] for entry in bundle["entry"]), terminology))
    if faults:
        raise UnsoundPlan("the reviewed plan is not valid FHIR R4: " + "; ".join(faults))
    return bundle


def _faults(resources: Iterable[Resource], terminology: Terminology) -> Iterable[str]:
    for resource in resources:
        yield from check_model(resource)
        yield from check_profile(resource, terminology)
