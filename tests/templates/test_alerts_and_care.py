"""Alerts never rest on what is only presumed; care puts first what this patient needs, and leads when it must."""

from __future__ import annotations

from datetime import date

import pytest

from plugin.drafting.as_json import draft_json
from plugin.drafting.model import Draft, ItemLine
from plugin.drafting.narrative import as_text
from plugin.drafting.plan import draft_plan
from plugin.library.expressions import evaluate
from plugin.library.rules import Template
from plugin.library.vocabulary import Value
from plugin.quality.stated import findings_from_values
from tests.templates.case_files import Case, all_cases, facts_of, template

AS_OF = date(2026, 11, 22)
PATIENT: dict[str, Value] = {"sex": "female", "age": 58, "breast-cancer": True, "metastatic": True}
RECEPTORS: dict[str, Value] = {
    "er": "positive", "er-low": False, "pr": "positive", "her2": "negative", "ecog": 1,
    "menopausal-status": "postmenopausal", "prior-systemic-therapy-metastatic": False,
    "prior-systemic-therapy-adjuvant": False,
}  # fmt: skip


@pytest.mark.parametrize("case", [case for case in all_cases() if "alert" in case.rule], ids=lambda case: case.id)
def test_an_alert_that_speaks_speaks_also_when_nothing_is_presumed(case: Case) -> None:
    facts = facts_of(case)
    chosen = template()
    presumed = {
        chosen.vocabulary[code].variable for code, finding in facts.findings.items() if finding.state == "presumed"
    }
    bare = {name: None if name in presumed else value for name, value in facts.environment.items()}
    speaking = [rule for rule in chosen.alert_rules if facts.truth(rule.condition) is True]
    assert [rule.id for rule in speaking if evaluate(rule.condition.expression, bare) is not True] == []


def test_the_gravest_alert_stands_first(template: Template) -> None:
    draft = _draft(template, {**RECEPTORS, "neutrophils-below-1": True, "pik3ca-plasma-only": True, "fever": True})
    levels = [alert.level for alert in draft.alerts]
    assert levels == sorted(levels, key=["critical", "warning", "info"].index)
    assert len(set(levels)) == 3


def test_what_a_reported_fact_calls_for_stands_before_what_is_for_everybody(template: Template) -> None:
    draft = _draft(template, {"fatigue": True, "sleep-problem": True, "employed": True})
    symptoms = [line.code for line in draft.supportive_care if line.topic == "Symptoms"]
    everyday = [line.code for line in draft.supportive_care if line.topic == "Everyday life and family"]
    assert symptoms[:2] == ["fatigue", "sleep"]
    assert everyday[0] == "work"
    assert set(symptoms[2:]) == {"pain", "nutrition"}


def test_lines_of_one_topic_stand_together(template: Template) -> None:
    draft = _draft(template, {**RECEPTORS, "metastasis-bone": True, "distress": True, "pain": True})
    topics = [line.topic for line in draft.supportive_care]
    assert len(list(dict.fromkeys(topics))) == sum(
        topic != before for topic, before in zip(topics, ["", *topics], strict=False)
    )


def test_the_reason_begins_with_what_is_reported(template: Template) -> None:
    line = _line(_draft(template, {"pain": True}), "pain")
    assert line.rules == ("support-pain-present", "support-pain")
    assert line.why.startswith("Pain is on record")


def test_where_treatment_ends_hospice_palliative_care_and_goals_lead(template: Template) -> None:
    draft = _draft(template, {**RECEPTORS, "stop-anticancer-treatment-wish": True, "fatigue": True})
    assert [line.code for line in draft.supportive_care][:3] == ["hospice", "pc", "acp"]
    assert draft.care_leads
    text = as_text(draft, template)
    assert text.index("PALLIATIVE") < text.index("Hospice") < text.index("OFFERED")


def test_beside_treatment_care_stands_after_it(template: Template) -> None:
    draft = _draft(template, RECEPTORS)
    text = as_text(draft, template)
    assert not draft.care_leads
    assert text.index("OFFERED") < text.index("PALLIATIVE")


def test_nothing_of_care_is_lost_when_treatment_ends(template: Template) -> None:
    before = _draft(template, {**RECEPTORS, "metastasis-bone": True, "pain": True, "distress": True})
    after = _draft(
        template,
        {**RECEPTORS, "metastasis-bone": True, "pain": True, "distress": True, "stop-anticancer-treatment-wish": True},
    )
    of_treatment = {line.code for line in before.supportive_care if line.accompanies}
    kept = {line.code for line in after.supportive_care}
    assert {line.code for line in before.supportive_care} - of_treatment <= kept


def test_care_and_alerts_do_not_wait_for_receptors(template: Template) -> None:
    told: dict[str, Value] = {"pain": True, "seizure": True, "metastasis-brain": True, "caregiver-strain": True}
    bare, settled = _draft(template, told), _draft(template, {**RECEPTORS, **told})
    beside_treatment = {line.code for line in settled.supportive_care if line.accompanies}
    assert {line.code for line in settled.supportive_care} - {line.code for line in bare.supportive_care} <= (
        beside_treatment
    )
    assert _urgent(bare) == _urgent(settled) != []


def test_every_item_of_care_says_who_does_it_and_what_to_ask(template: Template) -> None:
    codes = {rule.code for rule in template.item_rules if rule.kind == "supportive-care"}
    assert [code for code in codes if not (template.activities[code].who and template.activities[code].asks)] == []


def _draft(template: Template, values: dict[str, Value]) -> Draft:
    findings = findings_from_values({**PATIENT, **values}, template.vocabulary, AS_OF)
    return draft_plan(findings, template, AS_OF)


def _line(draft: Draft, code: str) -> ItemLine:
    return next(line for line in draft.supportive_care if line.code == code)


def _urgent(draft: Draft) -> list[str]:
    return [alert["text"] for alert in draft_json(draft)["alerts"] if alert["code"] == "urgent"]
