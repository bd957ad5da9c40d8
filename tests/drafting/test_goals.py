"""What the plan is for: the patient's words lead, word for word, and what we proposed ourselves is nobody's goal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.library.content import CANONICAL, PACKAGE, extension_url, system_url

PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1959-03-14"}
SUBJECT = {"reference": "Patient/p"}
FORM = f"{CANONICAL}/Questionnaire/for-the-patient"


def goal(name: str, text: str, status: str = "active", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Goal",
        "id": name,
        "lifecycleStatus": status,
        "description": {"text": text},
        "subject": SUBJECT,
        **more,
    }


def form(name: str, authored: str, status: str = "completed", url: str = f"{FORM}|0.2.0", **answers: str) -> Any:
    items = [
        {"linkId": f"matters.{link}", "text": link, "answer": [{"valueString": text}]} for link, text in answers.items()
    ]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": name,
        "status": status,
        "questionnaire": url,
        "subject": SUBJECT,
        "source": SUBJECT,
        "authored": authored,
        "item": [{"linkId": "matters", "item": items}],
    }


def disease() -> list[dict[str, Any]]:
    chart = json.loads((PACKAGE / "sandbox" / "patients" / "hr-positive.json").read_bytes())
    kept = [entry["resource"] for entry in chart["entry"] if entry["resource"]["resourceType"] == "Condition"]
    return [resource | {"subject": SUBJECT} for resource in kept]


@pytest.fixture
def draft(tmp_path):
    """Drafts a chart on the command line, in the form asked for."""

    def run(*resources: dict[str, Any], output: str = "json") -> Any:
        path = tmp_path / "chart.json"
        path.write_text(json.dumps([PATIENT, *disease(), *resources]))
        answer = CliRunner().invoke(main, ["draft", str(path), "--as-of", "2026-11-22", "--format", output])
        assert answer.exit_code == 0, answer.output
        return answer.stdout if output in ("text", "html") else json.loads(answer.stdout)

    return run


def words(drafted: dict[str, Any]) -> list[str]:
    return [said["text"] for said in drafted["patient_words"]]


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("status", ["proposed", "planned", "accepted", "active"])
def test_a_goal_in_force_is_quoted_with_its_reference(draft, status):
    [said] = draft(goal("g", "See my granddaughter’s  wedding", status, expressedBy=SUBJECT))["patient_words"]
    assert said["text"] == "See my granddaughter’s  wedding"
    assert (said["said_by"], said["because"]) == ("patient", ["Goal/g"])


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "rejected", "completed", "on-hold", ""])
def test_a_goal_that_is_not_in_force_is_not(draft, status):
    assert words(draft(goal("g", "Run a marathon", status))) == []


def test_what_matters_in_the_filled_in_form_is_quoted_before_goals_that_others_recorded(draft):
    clinician = goal("g", "HbA1c below 7 %", expressedBy={"reference": "Practitioner/d"}, statusDate="2026-11-20")
    drafted = draft(clinician, form("f", "2026-11-01", most="Be at home with my dog", worry="The nights"))
    assert words(drafted) == ["Be at home with my dog", "HbA1c below 7 %"]
    assert [said["said_by"] for said in drafted["patient_words"]] == ["patient", "clinician"]
    assert drafted["patient_words"][0]["because"] == ["QuestionnaireResponse/f"]


def test_words_that_a_renderer_gives_back_as_a_coding_without_a_code_are_those_words(draft):
    filled = form("f", "2026-11-01", most="To rest")
    [answer] = filled["item"][0]["item"][0]["answer"]
    answer["valueCoding"] = {"display": answer.pop("valueString")}
    assert words(draft(filled)) == ["To rest"]


def test_of_two_forms_the_newer_answer_leads_question_by_question(draft):
    older = form("old", "2026-09-01", most="To keep working", avoid="No more hospital")
    newer = form("new", "2026-11-01", most="To rest")
    assert words(draft(older, newer)) == ["To rest", "No more hospital"]


@pytest.mark.parametrize(
    "spoilt",
    [
        form("f", "2026-11-01", status="in-progress", most="Unfinished"),
        form("f", "2026-11-01", status="entered-in-error", most="Wrong patient"),
        form("f", "2026-11-01", url="https://ehr.example.org/Questionnaire/other", most="Another form"),
        form("f", "2026-11-01", most="Somebody else") | {"subject": {"reference": "Patient/q"}},
        form("f", "2026-11-01", most="Modified") | {"modifierExtension": [{"url": "http://x", "valueBoolean": True}]},
    ],
    ids=["unfinished", "in error", "another form", "another patient", "modified"],
)
def test_other_forms_are_not_what_matters_to_her(draft, spoilt):
    assert words(draft(spoilt)) == []


def test_the_same_words_on_record_twice_are_quoted_once_with_both_references(draft):
    quoted = goal("g", "be at home with  my dog")
    [said] = draft(quoted, form("f", "2026-11-01", most="Be at home with my dog"))["patient_words"]
    assert said["because"] == ["QuestionnaireResponse/f", "Goal/g"]
    assert said["said_by"] == "patient"


def test_what_we_proposed_ourselves_is_not_read_back_as_a_wish(draft):
    ours = goal("g", "To be at home", "proposed")
    ours["description"]["coding"] = [{"system": system_url("goal"), "code": "be-at-home"}]
    assert words(draft(ours)) == []


def test_our_copy_of_an_answer_speaks_only_once_somebody_accepted_it(draft):
    source = {"url": extension_url("goal-source"), "valueReference": {"reference": "QuestionnaireResponse/f"}}
    copy = goal("g", "To keep working", "proposed", expressedBy=SUBJECT, extension=[source])
    newer = form("f", "2026-11-01", most="To rest")
    assert words(draft(copy, newer)) == ["To rest"]
    assert words(draft(copy | {"lifecycleStatus": "accepted"}, newer)) == ["To rest", "To keep working"]


def test_a_goal_inside_a_plan_that_is_only_proposed_is_no_goal_yet(draft):
    plan = {
        "resourceType": "CarePlan",
        "id": "c",
        "status": "draft",
        "intent": "proposal",
        "subject": SUBJECT,
        "contained": [goal("g", "Inside a proposal")],
        "goal": [{"reference": "#g"}],
    }
    assert words(draft(plan)) == []
    assert words(draft(plan | {"intent": "plan", "status": "active"})) == ["Inside a proposal"]


def test_the_words_stand_first_in_text_and_narrative(draft):
    chart = (goal("g", "See the sea <again>", expressedBy=SUBJECT),)
    text = draft(*chart, output="text")
    assert text.index("“See the sea <again>”") < text.index("GOALS TO TALK ABOUT") < text.index("WHAT IS KNOWN")
    assert "In the patient's own words (Goal/g)." in text
    [plan] = resources(draft(*chart, output="fhir"), "CarePlan")
    assert "See the sea &lt;again&gt;" in plan["text"]["div"]


def test_goals_are_resources_of_the_bundle_and_the_plan_names_the_words_first(draft):
    bundle = draft(goal("g", "See the sea", expressedBy=SUBJECT), form("f", "2026-11-01", most="Sleep"), output="fhir")
    goals = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"] if "Goal" in str(entry["resource"])}
    [plan] = resources(bundle, "CarePlan")
    named = [aim["reference"] for aim in plan["goal"]]
    assert named[1] == "Goal/g"
    quoted = goals[named[0]]
    assert quoted["description"] == {"text": "Sleep"}
    assert quoted["expressedBy"] == SUBJECT
    assert quoted["extension"][0]["valueReference"] == {"reference": "QuestionnaireResponse/f"}
    proposed = [goals[name]["description"]["coding"][0]["code"] for name in named[2:]]
    assert proposed == [line["code"] for line in draft()["goals"]]
    assert {goals[name]["lifecycleStatus"] for name in named if name in goals} == {"proposed"}


def test_a_goal_that_nobody_asked_about_is_to_be_asked_and_names_the_fact(draft):
    drafted = draft()
    asked = {line["code"]: line["missing"] for line in drafted["goals_to_ask"]}
    assert asked["be-at-home"] == ["care-at-home-wish", "preferred-place-of-care"]
    assert not {line["code"] for line in drafted["goals"]} & asked.keys()


def test_no_goal_is_proposed_where_no_plan_is_drafted(draft):
    dead = PATIENT | {"deceasedBoolean": True}
    drafted = draft(dead)
    assert drafted["no_plan"]
    assert (drafted["goals"], drafted["goals_to_ask"]) == ([], [])
