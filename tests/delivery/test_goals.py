"""Goals of a saved plan: written beside it, never doubled, never rewritten, or kept inside it and said so."""

import logging
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
import requests
from werkzeug.wrappers import Response

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.delivery.save import save_plan
from plugin.drafting.model import GoalLine, OwnWords
from plugin.library.content import system_url
from tests.delivery.example_review import NOON, decision, reviewed
from tests.delivery.go_between import between
from tests.example_draft import GUIDELINE, example_draft

LIMITS = Limits(connect=2, read=2, retries=0)
EASE = GoalLine(
    "ease-symptoms", "To ease symptoms", "symptoms", "proposed", "goal-ease", ("goal-ease",), "From the start.",
    (), ("Observation/er-met",), (), (GUIDELINE,), False,
)  # fmt: skip
HOME = replace(EASE, code="be-at-home", label="To be at home", category="life", because=())
ASK = replace(HOME, code="keep-fertility", label="To have a child", standing="to-ask", missing=("metastasis-liver",))
SEA = OwnWords("See the sea", "patient", "2026-11-01", ("QuestionnaireResponse/f",), "What matters most?")


@pytest.fixture
def server(ehr):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    form = {"resourceType": "QuestionnaireResponse", "id": "f", "status": "completed"}
    requests.put(f"{ehr}/QuestionnaireResponse/f", json=form, timeout=10)
    with between(ehr) as go_between:
        yield go_between


@pytest.fixture
def save(server, database):
    """Saves a review of the example draft with goals, one minute after the other."""
    minutes = iter(range(100))

    def run(decisions=(), goals=(EASE, HOME, ASK), words=(SEA,), writes=True):
        at = NOON + timedelta(minutes=next(minutes))
        draft = example_draft(goals=goals, own_words=words)
        plan = reviewed(decisions, draft=draft, iss=server.base, at=at)
        plan = plan if writes else replace(plan, parts=plan.parts - {"Goal"})
        with http_session(LIMITS) as session:
            return save_plan(plan, FhirClient(session, server.base, LIMITS), database, lambda: at)

    return run


def stored(server, kind):
    entries = requests.get(f"{server.behind}/{kind}", timeout=10).json().get("entry", [])
    return [entry["resource"] for entry in entries]


def aims(server):
    """What the plan in the EHR names as its goals, in order, in words."""
    [plan] = stored(server, "CarePlan")
    return [requests.get(f"{server.behind}/{each['reference']}", timeout=10).json() for each in plan["goal"]]


def test_goals_are_written_with_the_plan_what_was_said_first(server, save):
    delivery = save()
    assert delivery.status == "saved", delivery.message
    found = aims(server)
    assert [goal["description"]["text"] for goal in found] == ["See the sea", "To ease symptoms", "To be at home"]
    assert {goal["lifecycleStatus"] for goal in found} == {"proposed"}
    assert found[0]["expressedBy"]["reference"].endswith("Patient/p1")
    assert found[1]["description"]["coding"] == [{"system": system_url("goal"), "code": "ease-symptoms"}]


def test_goals_are_not_doubled_by_saving_again(server, save, line_named):
    save()
    again = save([decision(line_named["pc"], "accept")])
    assert again.status == "saved", again.message
    assert len(stored(server, "Goal")) == 3
    assert len(aims(server)) == 3


def test_a_goal_that_somebody_accepted_in_the_ehr_stays_accepted(server, save, line_named):
    save()
    [goal] = [each for each in stored(server, "Goal") if each["description"]["text"] == "To be at home"]
    accepted = goal | {"lifecycleStatus": "accepted", "description": {"text": "To be at home until Easter"}}
    requests.put(f"{server.behind}/Goal/{goal['id']}", json=accepted, timeout=10)
    answer = save([decision(line_named["pc"], "accept")])
    assert answer.status == "saved", answer.message
    assert ("accepted", "To be at home until Easter") in [
        (each["lifecycleStatus"], each["description"]["text"]) for each in aims(server)
    ]


def test_pressing_twice_with_goals_writes_nothing(server, save):
    first = save()
    written = len(server.sent)
    assert save() == first
    assert len(server.sent) == written


def test_a_goal_that_the_chart_holds_is_named_and_not_written(server, save):
    held = {"resourceType": "Goal", "id": "hers", "lifecycleStatus": "active", "description": {"text": "See the sea"},
            "subject": {"reference": "Patient/p1"}}  # fmt: skip
    requests.put(f"{server.behind}/Goal/hers", json=held, timeout=10)
    assert save(words=(replace(SEA, references=("Goal/hers",)),)).status == "saved"
    assert next(goal["id"] for goal in aims(server)) == "hers"
    assert len(stored(server, "Goal")) == 3


def test_an_ehr_that_takes_no_goals_gets_them_inside_the_plan_and_the_plan_says_so(server, save):
    assert save(writes=False).status == "saved"
    assert stored(server, "Goal") == []
    [plan] = stored(server, "CarePlan")
    inside = {f"#{goal['id']}": goal["description"]["text"] for goal in plan["contained"]}
    assert [inside[each["reference"]] for each in plan["goal"]] == ["See the sea", "To ease symptoms", "To be at home"]
    narrative = plan["text"]["div"]
    assert "The goals are kept inside this plan" in narrative
    assert narrative.index("“See the sea”") < narrative.index("To ease symptoms")


def test_an_ehr_that_refuses_to_search_for_goals_gets_them_inside_the_plan(server, save):
    def refusing(request, _answer):
        outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden"}]}
        if request.path.endswith("/Goal") and request.method == "GET":
            return Response(orjson.dumps(outcome), 403, content_type="application/fhir+json")
        return None

    server.spoil = refusing
    assert save().status == "saved"
    server.spoil = None
    assert stored(server, "Goal") == []
    assert len(stored(server, "CarePlan")[0]["contained"]) == 3


def test_a_deferred_line_keeps_its_reason_and_becomes_no_activity_while_it_waits(server, save, line_named):
    waiting = decision(line_named["inavo-triplet"], "defer", reason="A result is awaited")
    due = decision(line_named["pc"], "defer", reason="To be discussed")
    assert save([waiting, due]).status == "saved"
    [plan] = stored(server, "CarePlan")
    lines = {each["detail"]["code"]["coding"][0]["code"]: each["detail"] for each in plan["activity"]}
    assert "inavo-triplet" not in lines
    assert lines["pc"]["statusReason"]["text"] == "Deferred: To be discussed"
    assert lines["pc"]["status"] == "not-started"
    assert "A result is awaited" in plan["text"]["div"]
