"""The review as a filled-in form: the plan-review Questionnaire, and the answers that the clinician gave."""

from __future__ import annotations

from typing import Any

from plugin.delivery.decision_words import decision_in_words
from plugin.delivery.lines import Line, decidable_lines
from plugin.delivery.own_lines import own_answer, own_question
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.statements import reference_to
from plugin.drafting.model import CategoryLine
from plugin.drafting.questionnaires import decision_coding, plan_review
from plugin.storage.reviews import Decision

Item = dict[str, Any]
FORM = "plan-review"
UNTIL = "Until"
ITEM_GROUPS = {"assessment": "assessments", "supportive-care": "support"}


def review_form(plan: ReviewedPlan) -> dict[str, Any]:
    """A QuestionnaireResponse that carries its Questionnaire inside.

    The form lists this patient's lines, so it is of use with these answers alone; EHRs that let apps write no
    Questionnaire still keep both.
    """
    form = _form(plan)
    answered: dict[str, list[Item]] = {}
    for line in decidable_lines(plan.draft):
        decision = plan.decision(line)
        if decision is not None:
            answered.setdefault(_group(line), []).append(_answer(line, decision))
    groups = [item for item in form["item"] if item["linkId"] in answered]
    open_lines = any(plan.decision(line) is None for line in decidable_lines(plan.draft))
    response: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "contained": [form],
        "questionnaire": f"#{FORM}",
        "status": "in-progress" if open_lines else "completed",
        "subject": {"reference": f"Patient/{plan.patient.patient_id}"},
        "authored": plan.at.isoformat(timespec="seconds"),
        "author": reference_to(plan.reviewer),
    }
    items = [{"linkId": item["linkId"], "text": item["text"], "item": answered[item["linkId"]]} for item in groups]
    items += [own_answer(plan.own_lines)] if plan.own_lines else []
    return response | ({"item": items} if items else {})


def _form(plan: ReviewedPlan) -> Item:
    """The form of the draft, and what this review added to it: lines of the reviewers' own, days to wait for."""
    form = plan_review(plan.draft, plan.template) | {"id": FORM}
    waiting = {_link_id(line) for line in decidable_lines(plan.draft) if _until(plan.decision(line))}
    groups = [_with_days(group, waiting) for group in form["item"]]
    return form | {"item": [*groups, *([own_question(plan.own_lines)] if plan.own_lines else ())]}


def _with_days(group: Item, waiting: set[str]) -> Item:
    def asked(item: Item) -> Item:
        if item["linkId"] not in waiting:
            return item
        return item | {"item": [*item["item"], {"linkId": f"{item['linkId']}.until", "text": UNTIL, "type": "date"}]}

    return group | {"item": [asked(item) for item in group.get("item", ())]}


def _until(decision: Decision | None) -> str:
    return decision.terms.until_date if decision else ""


def _link_id(line: Line) -> str:
    return f"{_group(line)}.{line.code}"


def _group(line: Line) -> str:
    return line.disposition if isinstance(line, CategoryLine) else ITEM_GROUPS[line.kind]


def _answer(line: Line, decision: Decision) -> Item:
    link_id = _link_id(line)
    answer = [{"valueCoding": decision_coding(decision.choice)}]
    items: list[Item] = [{"linkId": f"{link_id}.decision", "text": "Decision", "answer": answer}]
    words = decision_in_words(decision)
    if words:
        items.append({"linkId": f"{link_id}.reason", "answer": [{"valueString": words}]})
    if _until(decision):
        items.append({"linkId": f"{link_id}.until", "text": UNTIL, "answer": [{"valueDate": _until(decision)}]})
    return {"linkId": link_id, "text": line.label, "item": items}
