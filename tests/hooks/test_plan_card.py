"""The card when a chart is opened: what it says, and of whom it is silent."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import orjson
import pytest

from plugin.drafting.plan import draft_plan
from plugin.findings.reader import read_findings
from plugin.hooks.conformance import response_faults
from plugin.hooks.plan_card import due_by_worth, plan_message
from tests.hooks.ehr import PATIENTS, PLUGIN, Ehr, cds, patient_view, resources_of, searchset

EVERYBODY = [entry.stem for entry in sorted(PATIENTS.glob("*.json")) if entry.stem != "index"]
NOT_FOR_THEM = {"early-stage", "deceased"}


def nothing_empty(value: object) -> bool:
    """Whether no element is null, an empty text, array or object, at any depth."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return bool(value) and all(map(nothing_empty, inner))
    return value is not None and value != ""


@cds(3, 80, 81, 83, 85, 87, 88, 90, 105, 115, 216, 217, 218, 220)
@pytest.mark.parametrize("name", [name for name in EVERYBODY if name not in NOT_FOR_THEM])
def test_one_card_for_everybody_whom_the_template_is_for(ehr, name):
    response = ehr.call(patient_view(name))
    assert response.get_json().keys() == {"cards"}
    [card] = response.get_json()["cards"]
    assert nothing_empty(card)
    assert str(UUID(card["uuid"])) == card["uuid"]
    assert 0 < len(card["summary"]) < 140
    assert card["indicator"] in ("info", "warning", "critical")
    assert card["source"]["topic"].keys() == {"system", "code", "display"}
    assert "Nothing was ordered" in card["detail"]


@cds(74, 77)
@pytest.mark.parametrize("name", sorted(NOT_FOR_THEM))
def test_no_card_where_nothing_is_drafted(ehr, name):
    assert ehr.call(patient_view(name)).get_json() == {"cards": []}


@cds(77)
def test_no_card_for_somebody_of_whom_the_chart_does_not_say_that_the_disease_is_there(ehr):
    other = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/hr-positive"},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003", "display": "Hypertension"}]},
    }
    assert ehr.cards(patient_view(condition=searchset(other), observation=searchset(), procedure=None)) == []


@pytest.mark.parametrize("user", ["Patient/hr-positive", "RelatedPerson/1"])
def test_no_card_for_laypeople(ehr, user):
    call = patient_view()
    call["context"]["userId"] = user
    assert ehr.cards(call) == []


@cds(84, 85)
def test_it_tells_what_the_plan_holds_the_lines_in_their_lists(ehr, template, as_of):
    draft = draft_plan(read_findings(resources_of("hr-positive"), template.vocabulary, as_of), template, as_of)
    [card] = ehr.cards(patient_view())
    counts = [len(draft.standing(name)) for name in ("offered", "conditional", "judgement")]
    assert [int(number) for number in re.findall(r"\d+", card["summary"])] == [*counts, len(draft.assessments)]
    sections = dict(re.findall(r"\*\*(.+?)\*\*\n\n((?:- .+\n?)+)", card["detail"]))
    assert list(sections) == [
        "Offered",
        "Waiting for facts",
        "For your judgement",
        "Tests missing, what decides most first",
    ]
    for line in draft.standing("offered"):
        assert f"- {line.label}" in sections["Offered"]
    first = draft.standing("conditional")[0]
    assert f"- {first.label}: waits for " in sections["Waiting for facts"]
    assert template.vocabulary[first.missing[0]].label in sections["Waiting for facts"]


def test_the_test_that_could_move_most_lines_comes_first(template, as_of):
    draft = draft_plan(read_findings(resources_of("no-results"), template.vocabulary, as_of), template, as_of)
    [*tests] = due_by_worth(draft, template)
    moved = [count for _, count in tests]
    assert moved == sorted(moved, reverse=True)
    assert moved[0] > 20
    assert {label for label, _ in tests} == {item.label for item in draft.assessments}


@cds(103, 138, 139, 141, 142, 144, 145, 146)
def test_the_link_launches_the_review_and_carries_nothing_about_the_patient(ehr):
    call = patient_view()
    [card] = ehr.cards(call)
    [link] = card["links"]
    assert link.keys() == {"label", "url", "type", "appContext"}
    assert (link["type"], link["url"]) == ("smart", f"{PLUGIN}/smart/launch")
    context = orjson.loads(link["appContext"])
    assert context["hookInstance"] == call["hookInstance"]
    assert context["card"] == card["uuid"]
    assert "hr-positive" not in link["appContext"]


@cds(107, 108, 109, 110)
def test_the_source_leads_to_what_the_template_says_of_itself_whoever_the_patient_is(ehr):
    first, second = (ehr.cards(patient_view(name))[0] for name in ("hr-positive", "her2-positive"))
    assert first["source"] == second["source"] | {"topic": first["source"]["topic"]}
    assert first["source"]["url"].startswith(PLUGIN)
    answer = ehr.app.test_client().get(first["source"]["url"].removeprefix(PLUGIN))
    assert (answer.status_code, answer.get_json(force=True)["resourceType"]) == (200, "Library")


@cds(94)
def test_nothing_is_ever_suggested_or_done_by_itself(ehr):
    for name in EVERYBODY:
        response = ehr.call(patient_view(name)).get_json()
        assert "systemActions" not in response
        assert not any({"suggestions", "selectionBehavior"} & card.keys() for card in response["cards"])


def test_words_of_the_chart_are_words_and_no_markup(template, as_of):
    draft = draft_plan(read_findings(resources_of("hr-positive"), template.vocabulary, as_of), template, as_of)
    line = replace(draft.categories[0], disposition="offered", label="<img src=x> [a](https://b) *c*\n# d")
    message = plan_message(replace(draft, categories=(line,)), [], template)
    [shown] = [row for part in message.detail for row in part.splitlines() if "img" in row]
    assert shown.startswith(r"- \<img src=x\> \[a\](https://b) \*c\* \# d")


@pytest.mark.parametrize("name", ["hr-positive", "no-results"])
def test_the_same_chart_gives_the_same_card_but_for_its_id(ehr, name):
    call = patient_view(name)
    first, second = ehr.cards(call), ehr.cards(call)
    assert first[0].pop("uuid") != second[0].pop("uuid")
    for card in (*first, *second):
        card["links"][0].pop("appContext")
    assert first == second


def test_a_card_that_breaks_the_specification_does_not_leave(ehr: Ehr, monkeypatch, capsys):
    monkeypatch.setattr("plugin.hooks.card.LONGEST_SUMMARY", 400)
    monkeypatch.setattr("plugin.hooks.plan_card._summary", lambda *_: "Anna Example " * 20)
    response = ehr.call(patient_view())
    assert response.status_code == 500
    assert response.get_json()["error_id"] in (logged := capsys.readouterr().err)
    assert "$.cards[0].summary: maxLength" in logged
    assert "Anna" not in logged + response.text


@cds(147)
@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda card: card["links"][0].update(type="absolute"), "links[0]: not"),
        (lambda card: card.update(suggestions=[{"label": "Order it"}]), "$.cards[0]"),
        (lambda card: card.update(indicator="hard-stop"), "indicator"),
        (lambda card: card.pop("source"), "$.cards[0]"),
        (lambda card: card.update(detail=None), "detail"),
        (lambda card: card.update(links=[]), "links"),
        (lambda card: card["source"].update(url="/about"), "url"),
        (lambda card: card.update(overrideReasons=[{"system": "s", "code": "c"}]), "overrideReasons"),
    ],
)
def test_the_check_finds_each_way_to_break_it(ehr, change, place):
    cards = ehr.cards(patient_view())
    assert response_faults({"cards": cards}) == []
    change(cards[0])
    [fault] = response_faults({"cards": cards})
    assert place in fault
