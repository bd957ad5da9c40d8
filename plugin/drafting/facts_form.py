"""The form of facts to confirm: what each is today, where that comes from, and what another answer would change."""

from __future__ import annotations

from typing import Any

from plugin.drafting.consequence_words import consequences_in_words
from plugin.drafting.model import Draft
from plugin.findings.model import Finding
from plugin.library.content import extension_url, system_url
from plugin.library.rules import Template
from plugin.library.unit_words import unit_in_words
from plugin.library.vocabulary import FindingDefinition

Item = dict[str, Any]
# States in which the chart itself speaks: whoever contradicts it says why.
SETTLED_BY_CHART = frozenset({"known", "derived", "conflicting"})
ITEM_TYPES = {"code": "choice", "boolean": "boolean", "integer": "integer", "decimal": "decimal"}
INITIAL = {"boolean": "valueBoolean", "integer": "valueInteger", "decimal": "valueDecimal"}
ANSWER = {"boolean": "answerBoolean", "integer": "answerInteger", "decimal": "answerDecimal"}
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
ITEM_CONTROL = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"


def facts_to_confirm(draft: Draft, template: Template) -> list[Item]:
    """An item for each fact that would change the plan, those that would change most first."""
    return [
        _fact(template.vocabulary[code], draft.findings[code], _told(code, draft, template))
        for code in draft.to_confirm
    ]


def facts_stated(draft: Draft, template: Template) -> list[Item]:
    """An item for each fact that a clinician stated, with that answer: reading the chart again does not replace it."""
    return [
        _fact(template.vocabulary[code], finding, (finding.note,))
        for code, finding in draft.findings.items()
        if finding.stated
    ]


def _told(code: str, draft: Draft, template: Template) -> tuple[str, ...]:
    finding = draft.findings[code]
    note = (f"{finding.state.capitalize()}: {finding.note}",) if finding.note else ()
    return (*note, *consequences_in_words(draft.consequences.get(code, ()), template.label))


def _fact(definition: FindingDefinition, finding: Finding, told: tuple[str, ...]) -> Item:
    value = finding.value
    item: Item = {
        "linkId": definition.code,
        "code": [{"system": system_url("finding"), "code": definition.code, "display": definition.label}],
        "text": definition.label,
        "type": ITEM_TYPES[definition.type],
    }
    extensions = []
    if definition.unit:
        extensions.append({"url": UNIT, "valueCoding": {"display": unit_in_words(definition.unit)}})
    if value is not None:
        extensions.append({"url": extension_url("item-origin"), "valueCode": _origin(finding)})
    if extensions:
        item["extension"] = extensions
    if definition.type == "code":
        item["answerOption"] = [
            {"valueString": each} | ({"initialSelected": True} if each == value else {}) for each in definition.values
        ]
    elif value is not None:
        item["initial"] = [{INITIAL[definition.type]: value}]
    return item | {"item": [_help(definition, told), *_reason(definition, finding)]}


def _help(definition: FindingDefinition, told: tuple[str, ...]) -> Item:
    return {
        "linkId": f"{definition.code}.help",
        "text": " ".join(map(_sentence, told)),
        "type": "display",
        "extension": [
            {"url": ITEM_CONTROL, "valueCodeableConcept": {"coding": [{"system": CONTROLS, "code": "help"}]}}
        ],
    }


def _reason(definition: FindingDefinition, finding: Finding) -> list[Item]:
    """Asked for where another answer would overrule what the chart says.

    Of a choice among plain words it is asked whatever was chosen: a renderer stumbles over comparing those.
    """
    if finding.state not in SETTLED_BY_CHART:
        return []
    when: Item = {"question": definition.code}
    if finding.value is None or definition.type not in ANSWER:
        when |= {"operator": "exists", "answerBoolean": True}
    else:
        when |= {"operator": "!=", ANSWER[definition.type]: finding.value}
    text = "Reason, if the chart says something else"
    return [{"linkId": reason_link(definition.code), "text": text, "type": "text", "enableWhen": [when]}]


def reason_link(code: str) -> str:
    """The linkId under which the form asks why the chart is overruled about a fact."""
    return f"{code}.reason"


def _origin(finding: Finding) -> str:
    return {"": "auto", "agrees": "manual", "overrules": "override"}[finding.stated]


def _sentence(text: str) -> str:
    """A note as a sentence: with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
