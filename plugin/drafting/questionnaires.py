"""The three Questionnaires of a draft: plan review, facts to confirm, and the patient's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.drafting.model import CategoryLine, Draft, ItemLine
from plugin.library.content import CANONICAL, system_url
from plugin.library.rules import Template
from plugin.library.vocabulary import FindingDefinition, Value

Item = dict[str, Any]
ITEM_TYPES = {"code": "choice", "boolean": "boolean", "integer": "integer", "decimal": "decimal"}
REVIEW_PROFILE = f"{CANONICAL}/StructureDefinition/plan-review-questionnaire"
INITIAL = {"boolean": "valueBoolean", "integer": "valueInteger", "decimal": "valueDecimal"}
DECISIONS = {"accept": "Accept", "change": "Change", "decline": "Decline"}


def questionnaires(draft: Draft, template: Template) -> dict[str, dict[str, Any]]:
    """The template's Questionnaires by id, the two skeletons among them filled with this draft's lines and facts."""
    filled = dict(template.questionnaires)
    groups: dict[str, tuple[CategoryLine | ItemLine, ...]] = {
        "offered": draft.standing("offered"),
        "conditional": draft.standing("conditional"),
        "judgement": draft.standing("judgement"),
        "not-offered": draft.standing("not-offered"),
        "assessments": draft.assessments,
        "support": draft.supportive_care,
    }
    filled["plan-review"] = {"meta": {"profile": [REVIEW_PROFILE]}} | _with_items(
        filled["plan-review"], {link_id: [_line(link_id, line) for line in lines] for link_id, lines in groups.items()}
    )
    facts = [_fact(template.vocabulary[code], draft.findings[code].value) for code in draft.to_confirm]
    filled["facts-to-confirm"] = _with_items(filled["facts-to-confirm"], {"facts": facts})
    return filled


def _with_items(skeleton: dict[str, Any], items: dict[str, list[Item]]) -> dict[str, Any]:
    return skeleton | {"item": [_group(group, items.get(group["linkId"])) for group in skeleton["item"]]}


def _group(group: Item, items: list[Item] | None) -> Item:
    if items is None:
        return group
    nothing = {"linkId": f"{group['linkId']}.none", "text": "Nothing in this list.", "type": "display"}
    return group | {"item": [*group.get("item", []), *(items or [nothing])]}


def _line(group: str, line: CategoryLine | ItemLine) -> Item:
    link_id = f"{group}.{line.code}"
    return {
        "linkId": link_id,
        "text": line.label,
        "type": "group",
        "item": list(_line_items(link_id, line)),
    }


def _line_items(link_id: str, line: CategoryLine | ItemLine) -> Iterator[Item]:
    yield {"linkId": f"{link_id}.why", "text": line.why, "type": "display"}
    yield {
        "linkId": f"{link_id}.decision",
        "text": "Decision",
        "type": "choice",
        "answerOption": [{"valueCoding": _decision(code)} for code in DECISIONS],
    }
    yield {
        "linkId": f"{link_id}.reason",
        "text": "Reason, or the change in words",
        "type": "text",
        "enableWhen": [
            {"question": f"{link_id}.decision", "operator": "=", "answerCoding": _decision(code)}
            for code in ("change", "decline")
        ],
        "enableBehavior": "any",
    }


def _decision(code: str) -> dict[str, str]:
    return {"system": system_url("review-decision"), "code": code, "display": DECISIONS[code]}


def _fact(definition: FindingDefinition, value: Value | None) -> Item:
    item: Item = {"linkId": definition.code, "text": definition.label, "type": ITEM_TYPES[definition.type]}
    item["code"] = [{"system": system_url("finding"), "code": definition.code, "display": definition.label}]
    if definition.type == "code":
        item["answerOption"] = [
            {"valueString": each} | ({"initialSelected": True} if each == value else {}) for each in definition.values
        ]
    elif value is not None:
        item["initial"] = [{INITIAL[definition.type]: value}]
    return item
