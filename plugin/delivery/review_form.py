"""The review as a filled-in form: the plan-review Questionnaire, and the answers that the clinician gave."""

from __future__ import annotations

from typing import Any

from plugin.delivery.lines import Line, decidable_lines
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.statements import reference_to
from plugin.drafting.model import CategoryLine
from plugin.drafting.questionnaires import decision_coding, plan_review
from plugin.storage.reviews import Decision

Item = dict[str, Any]
FORM = "plan-review"
ITEM_GROUPS = {"assessment": "assessments", "supportive-care": "support"}


def review_form(plan: ReviewedPlan) -> dict[str, Any]:
    """A QuestionnaireResponse that carries its Questionnaire inside.

    The form lists this patient's lines, so it is of use with these answers alone; EHRs that let apps write no
    Questionnaire still keep both.
    """
    form = plan_review(plan.draft, plan.template) | {"id": FORM}
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
    return response | ({"item": items} if items else {})


def _group(line: Line) -> str:
    return line.disposition if isinstance(line, CategoryLine) else ITEM_GROUPS[line.kind]


def _answer(line: Line, decision: Decision) -> Item:
    link_id = f"{_group(line)}.{line.code}"
    answer = [{"valueCoding": decision_coding(decision.choice)}]
    items: list[Item] = [{"linkId": f"{link_id}.decision", "text": "Decision", "answer": answer}]
    words = "; ".join(filter(None, (decision.text, decision.reason)))
    if words:
        items.append({"linkId": f"{link_id}.reason", "answer": [{"valueString": words}]})
    return {"linkId": link_id, "text": line.label, "item": items}
