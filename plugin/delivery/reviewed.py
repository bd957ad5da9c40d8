"""A reviewed plan as FHIR: one transaction of CarePlan, Goals, statements, filled-in form and Provenance. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from plugin.delivery.decision_extension import decision_extension
from plugin.delivery.decision_words import decision_in_words, terms_in_words
from plugin.delivery.filled_forms import contained_forms, form_entries, form_identifier
from plugin.delivery.goals import PlanGoals, goal_names, plan_goals
from plugin.delivery.held import Copies
from plugin.delivery.lines import Line, decidable_lines, standing_of
from plugin.delivery.narrative import narrative
from plugin.delivery.own_lines import own_activity
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.requests import added, created, reference_of, updated
from plugin.delivery.review_form import review_form
from plugin.delivery.statement_entries import (
    StatementEntries,
    contained_statements,
    own_reference,
    stated,
    statement_entries,
)
from plugin.delivery.statements import observation, reference_to
from plugin.drafting.activities import activity_of
from plugin.drafting.bundle import CAREPLAN_CATEGORY, PARTICIPANT, URI_SYSTEM
from plugin.findings.dates import spoken
from plugin.library.content import CANONICAL

Resource = dict[str, Any]
UNDECIDED = "Not decided at this review."
# Such lines have the status of an undecided one: a viewer that knows no extension tells them apart by these words.
TAKEN = {"accept": "Accepted", "change": "Changed"}


def care_plan(plan: ReviewedPlan, goals: PlanGoals | None = None) -> Resource:
    """The CarePlan: a draft proposal, whatever was decided; declined lines stay, cancelled, with their reason.

    goals: as they are written beside it; as if the EHR held none of them yet, when None.
    """
    goals = goals or plan_goals(plan, {})
    activities = [_activity(plan, line) for line in decidable_lines(plan.draft) if _is_written(plan, line)]
    activities += map(own_activity, plan.own_lines)
    resource: Resource = {
        "resourceType": "CarePlan",
        "meta": {"profile": [f"{CANONICAL}/StructureDefinition/careplan-reviewed"]},
        "text": {"status": "generated", "div": narrative(plan)},
        "identifier": [plan.identifier("care-plan")],
        "instantiatesCanonical": [f"{plan.template.url}|{plan.template.version}"],
        "status": "draft",
        "intent": "proposal",
        "category": [{"coding": [{"system": CAREPLAN_CATEGORY, "code": "assess-plan"}]}],
        "title": plan.template.title,
        "subject": {"reference": f"Patient/{plan.patient.patient_id}"},
        "created": plan.draft.as_of,
        "author": reference_to(plan.reviewer),
    }
    told = [*([] if plan.writes_statements else contained_statements(plan)), *contained_forms(plan)]
    if goals.contained or told:
        resource["contained"] = [*goals.contained, *told]
    if told:
        resource["supportingInfo"] = [{"reference": f"#{each['id']}"} for each in told]
    if goals.references:
        resource["goal"] = [{"reference": reference} for reference in goals.references]
    return resource | ({"activity": activities} if activities else {})


def content_key(plan: ReviewedPlan) -> str:
    """The same for the same decisions, facts and reviewer, on whatever day they are sent."""
    content = [
        [_activity(plan, line) for line in decidable_lines(plan.draft)],
        [own_activity(line) for line in plan.own_lines],
        [observation(fact, plan.template.vocabulary[code], "") for code, fact in sorted(stated(plan).items())],
        goal_names(plan),
        plan.reviewer.reference,
        plan.reviewer.name,
        plan.template.version,
    ]
    if plan.forms:
        content.append([form_identifier(plan.patient, filled)["value"] for filled in plan.forms])
    return hashlib.sha256(orjson.dumps(content)).hexdigest()[:40]


def transaction(
    plan: ReviewedPlan,
    existing: Resource | None,
    held: Copies | None = None,
    goals_held: Mapping[str, str] | None = None,
    forms_held: Mapping[str, str] | None = None,
) -> Resource:
    """The transaction that writes the plan.

    existing: the CarePlan that the EHR holds from an earlier save; it is updated, and only if nobody changed it since.
    held: our statements as the EHR holds them; those that say something else now are updated.
    goals_held, forms_held: identifier -> reference of the goals and of the filled-in forms that it holds already.
    Everything else is created once: a repeated save finds it by its identifier. Of what the EHR does not take from us
    (`plan.parts`), goals and statements are kept inside the plan, the form and the Provenance are left out.
    """
    statements = statement_entries(plan, held or {}) if plan.writes_statements else _kept_inside(plan)
    goals = plan_goals(plan, goals_held or {})
    forms = form_entries(plan, forms_held or {})
    entries = [_plan_entry(plan, existing, goals), *goals.entries, *statements.entries, *forms.entries]
    if "QuestionnaireResponse" in plan.parts:
        entries.append(created(review_form(plan) | {"identifier": plan.identifier("review", plan.at)}))
    if "Provenance" in plan.parts:
        provenance = _provenance(plan, [reference_of(entry) for entry in entries])
        entries.append(added(provenance, f"urn:uuid:{plan.uuid('provenance', plan.at)}"))
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return _linked(bundle, statements.places | forms.places)


def _kept_inside(plan: ReviewedPlan) -> StatementEntries:
    """Nothing to write; whatever names a statement finds it inside the plan."""
    inside = {own_reference(fact): f"#stated-{fact.id}" for fact in stated(plan).values()}
    return StatementEntries(places=inside)


def _is_written(plan: ReviewedPlan, line: Line) -> bool:
    """Undecided and deferred lines become activities only where every condition holds; words and form keep the rest."""
    return plan.choice(line) not in (None, "defer") or standing_of(line) in ("offered", "due")


def _activity(plan: ReviewedPlan, line: Line) -> Resource:
    activity = activity_of(line, plan.template, plan.clashing(line))
    detail = activity["detail"]
    decision = plan.decision(line)
    if decision is None:
        detail["statusReason"] = {"text": " ".join(filter(None, (UNDECIDED, plan.asked_again(line))))}
        return activity
    if decision.choice == "decline":
        detail["status"] = "cancelled"
        detail["statusReason"] = {"text": decision_in_words(decision)}
    if decision.choice == "defer":
        detail["statusReason"] = {"text": f"Deferred: {decision_in_words(decision)}"}
    if decision.choice in TAKEN:
        day = spoken(decision.at.date().isoformat())
        waits = f"; {words}" if (words := plan.waits_in_words(line)) else ""
        detail["statusReason"] = {"text": f"{TAKEN[decision.choice]} by {decision.author.name} on {day}{waits}."}
    if decision.choice == "change":
        detail["description"] = "; ".join((decision.text or line.why, *terms_in_words(decision.terms)))
    activity["extension"] = [*activity.get("extension", ()), decision_extension(decision)]
    return activity


def _plan_entry(plan: ReviewedPlan, existing: Resource | None, goals: PlanGoals) -> Resource:
    resource = care_plan(plan, goals)
    if existing is None:
        return created(resource)
    return updated(resource | {"id": existing["id"]}, existing, plan.patient.iss)


def _provenance(plan: ReviewedPlan, targets: list[str]) -> Resource:
    urls = dict.fromkeys([f"{plan.template.url}|{plan.template.version}", *plan.template.part_urls])
    made_from = [{"role": "derivation", "what": {"identifier": {"system": URI_SYSTEM, "value": url}}} for url in urls]
    ours = set() if plan.writes_statements else {own_reference(fact) for fact in plan.statements.values()}
    inputs = [reference for reference in plan.draft.findings.inputs if reference not in ours]
    read = [{"role": "source", "what": {"reference": reference}} for reference in inputs]
    return {
        "resourceType": "Provenance",
        "meta": {"profile": [f"{CANONICAL}/StructureDefinition/review-provenance"]},
        "target": [{"reference": target} for target in targets],
        "occurredDateTime": plan.at.isoformat(timespec="seconds"),
        "recorded": plan.at.isoformat(timespec="seconds"),
        "agent": [
            _agent("assembler", {"display": f"careplan-plugin {plan.software_version}"}),
            _agent("verifier", reference_to(plan.reviewer)),
        ],
        "entity": made_from + read,
    }


def _agent(role: str, who: Resource) -> Resource:
    return {"type": {"coding": [{"system": PARTICIPANT, "code": role}]}, "who": who}


def _linked(bundle: Resource, places: Mapping[str, str]) -> Resource:
    """The bundle with its references to statements pointing at where the EHR holds or will hold them."""

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: places.get(value, value) if key == "reference" and isinstance(value, str) else walk(value)
                for key, value in node.items()
            }
        return [walk(each) for each in node] if isinstance(node, list) else node

    linked: Resource = walk(bundle)
    return linked
