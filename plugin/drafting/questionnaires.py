"""The three Questionnaires of a draft: plan review, facts to confirm, and the patient's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.drafting.facts_form import facts_stated, facts_to_confirm
from plugin.drafting.fitting import fitted
from plugin.drafting.model import CategoryLine, Draft, ItemLine
from plugin.drafting.outline import closed_entry, item_entry, offered_entry, waiting_entry
from plugin.library.content import CANONICAL, system_url
from plugin.library.rules import Template

Item = dict[str, Any]
Line = CategoryLine | ItemLine
REVIEW_PROFILE = f"{CANONICAL}/StructureDefinition/plan-review-questionnaire"
DECISIONS = {"accept": "Accept", "change": "Change", "decline": "Decline", "defer": "Defer"}
EXPLAINED = ("change", "decline", "defer")
PREFILLED = frozenset({"plan-review", "facts-to-confirm"})


def questionnaires(draft: Draft, template: Template) -> dict[str, dict[str, Any]]:
    """The template's Questionnaires by id, filled with this draft's lines and facts, or fitted to it."""
    forms = {
        name: form if name in PREFILLED else fitted(form, draft, template)
        for name, form in template.questionnaires.items()
    }
    forms["plan-review"] = plan_review(draft, template)
    facts = {"facts": facts_to_confirm(draft, template), "stated": facts_stated(draft, template)}
    forms["facts-to-confirm"] = _with_items(forms["facts-to-confirm"], facts)
    return forms


def plan_review(draft: Draft, template: Template) -> dict[str, Any]:
    """The review form: every line of the draft under the heading where it stands."""
    groups: dict[str, tuple[Line, ...]] = {
        "offered": draft.standing("offered"),
        "conditional": draft.standing("conditional"),
        "judgement": draft.standing("judgement"),
        "not-offered": draft.standing("not-offered"),
        "assessments": draft.assessments,
        "support": draft.supportive_care,
    }
    items = {link_id: [_line(link_id, line, draft, template) for line in lines] for link_id, lines in groups.items()}
    return {"meta": {"profile": [REVIEW_PROFILE]}} | _with_items(template.questionnaires["plan-review"], items)


def _with_items(skeleton: dict[str, Any], items: dict[str, list[Item]]) -> dict[str, Any]:
    return skeleton | {"item": [_group(group, items.get(group["linkId"])) for group in skeleton["item"]]}


def _group(group: Item, items: list[Item] | None) -> Item:
    if items is None:
        return group
    nothing = {"linkId": f"{group['linkId']}.none", "text": "Nothing in this list.", "type": "display"}
    return group | {"item": [*group.get("item", []), *(items or [nothing])]}


def _line(group: str, line: Line, draft: Draft, template: Template) -> Item:
    link_id = f"{group}.{line.code}"
    return {
        "linkId": link_id,
        "text": line.label,
        "type": "group",
        "item": list(_line_items(link_id, line, draft, template)),
    }


def _line_items(link_id: str, line: Line, draft: Draft, template: Template) -> Iterator[Item]:
    yield {"linkId": f"{link_id}.why", "text": line.why, "type": "display"}
    if basis := _basis(line, draft, template):
        yield {"linkId": f"{link_id}.basis", "text": basis, "type": "display"}
    yield {
        "linkId": f"{link_id}.decision",
        "text": "Decision",
        "type": "choice",
        "answerOption": [{"valueCoding": decision_coding(code)} for code in DECISIONS],
    }
    yield {
        "linkId": f"{link_id}.reason",
        "text": "Reason, or the change in words",
        "type": "text",
        "enableWhen": [
            {"question": f"{link_id}.decision", "operator": "=", "answerCoding": decision_coding(code)}
            for code in EXPLAINED
        ],
        "enableBehavior": "any",
    }


def _basis(line: Line, draft: Draft, template: Template) -> str:
    """What stands beside the reason in the plan: the facts it rests on or waits for, and on whose authority."""
    if isinstance(line, ItemLine):
        return " ".join(item_entry(line, template).details[1:])
    if line.disposition == "not-offered":
        return " ".join(detail for detail in closed_entry(line).details if detail != line.why)
    entry = offered_entry if line.disposition == "offered" else waiting_entry
    return " ".join(entry(line, draft, template).details[1:])


def decision_coding(code: str) -> dict[str, str]:
    """A decision as a form answers it."""
    return {"system": system_url("review-decision"), "code": code, "display": DECISIONS[code]}
