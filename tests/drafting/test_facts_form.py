"""The form of facts to confirm: what would change the plan, in that order, with value, origin, unit and consequence."""

from __future__ import annotations

from datetime import date

import orjson
import pytest

from plugin.drafting.plan import draft_plan
from plugin.drafting.questionnaires import questionnaires
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import PACKAGE, extension_url
from plugin.quality.stated import statement

AS_OF = date(2026, 11, 22)
SUSPECTED = {"bone-metastases": ("cord-compression-suspected", "pathological-fracture", "impending-fracture")}
PATIENTS = sorted(set((PACKAGE / "sandbox" / "patients").glob("*.json")) - {PACKAGE / "sandbox/patients/index.json"})


def chart(path):
    return resources_of(orjson.loads(path.read_bytes()))


@pytest.fixture
def drafted(template):
    def run(resources):
        return draft_plan(read_findings(resources, template.vocabulary, AS_OF), template, AS_OF)

    return run


@pytest.fixture
def form(template, drafted):
    """The groups of the form by linkId, each with its items by linkId."""

    def run(resources):
        made = questionnaires(drafted(resources), template)["facts-to-confirm"]
        return {group["linkId"]: {item["linkId"]: item for item in group["item"]} for group in made["item"]}

    return run


def said(resources, code, value, template, day=AS_OF):
    patient = next(resource["id"] for resource in resources if resource["resourceType"] == "Patient")
    return statement(template.vocabulary[code], value, day) | {"subject": {"reference": f"Patient/{patient}"}}


def origin(item):
    return [each["valueCode"] for each in item["extension"] if each["url"] == extension_url("item-origin")]


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_only_facts_that_move_a_line_are_asked_those_that_move_most_first(path, drafted):
    draft = drafted(chart(path))
    moved = {code: set().union(*(e.moved for e in consequences)) for code, consequences in draft.consequences.items()}
    assert all(moved.values())
    first = SUSPECTED.get(path.stem, ())
    assert set(first) == set(draft.to_confirm[: len(first)])
    for derived in (False, True):
        sizes = [
            len(moved[code])
            for code in draft.to_confirm[len(first) :]
            if code in moved and (draft.findings[code].state == "derived") is derived
        ]
        assert sizes == sorted(sizes, reverse=True)
    assert {draft.findings[code].state for code in draft.to_confirm} <= {
        "unknown", "presumed", "derived", "conflicting", "known",
    }  # fmt: skip
    assert not [code for code in draft.to_confirm if draft.findings[code].stated]


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_no_line_waits_without_a_question_that_leads_on(path, drafted):
    draft = drafted(chart(path))
    asked = set(draft.to_confirm)
    assert [line.code for line in draft.standing("conditional") if line.missing and not asked & set(line.missing)] == []


def test_an_item_shows_value_origin_and_what_it_would_change(form):
    facts = form(chart(PACKAGE / "sandbox/patients/hr-positive.json"))["facts"]
    crisis = facts["visceral-crisis"]
    assert crisis["initial"] == [{"valueBoolean": False}]
    assert origin(crisis) == ["auto"]
    [told] = crisis["item"]
    assert told["text"].startswith("Presumed: ")
    assert "Yes: offers Single-agent chemotherapy" in told["text"]
    assert "initial" not in facts["pain"]


def test_a_number_has_its_unit(form):
    facts = form(chart(PACKAGE / "sandbox/patients/no-results.json"))["facts"]
    units = [each for each in facts["creatinine-clearance"]["extension"] if "questionnaire-unit" in each["url"]]
    assert units[0]["valueCoding"] == {"display": "mL/min"}
    assert "below 30 mL/min: " in facts["creatinine-clearance"]["item"][0]["text"].lower().replace("ml/min", "mL/min")


def test_what_a_person_answered_stays_however_often_the_chart_is_read(form, template):
    resources = chart(PACKAGE / "sandbox/patients/hr-positive.json")
    answer = said(resources, "visceral-crisis", True, template)
    once = form([*resources, answer])
    assert "visceral-crisis" not in once["facts"]
    again = form([*resources, answer, *chart(PACKAGE / "sandbox/patients/hr-positive.json")])
    for read in (once, again):
        item = read["stated"]["visceral-crisis"]
        assert item["initial"] == [{"valueBoolean": True}]
        assert origin(item) == ["manual"]


def test_an_answer_that_overrules_the_chart_says_so_and_is_not_replaced_by_a_result(form, template):
    resources = chart(PACKAGE / "sandbox/patients/hr-positive.json")
    item = form([*resources, said(resources, "her2", "positive", template)])["stated"]["her2"]
    assert origin(item) == ["override"]
    assert [option["valueString"] for option in item["answerOption"] if option.get("initialSelected")] == ["positive"]
    assert "the chart says negative" in item["item"][0]["text"]
