"""`$populate`: forms answered from chart and draft, with where each answer came from."""

from __future__ import annotations

import pytest

from plugin.library.validation import check_model, check_profile
from tests.operations.caller import AS_OF, CANONICAL, asked, chart, parameters, said

FORMS = ("facts-to-confirm", "plan-review", "for-the-patient")
ORIGIN = f"{CANONICAL}/StructureDefinition/item-origin"


def populate(form):
    return f"/Questionnaire/{form}/$populate"


def response_of(answer):
    assert answer.status_code == 200, answer.text
    assert check_model(answer.json) == []
    return answer.json["parameter"][0]["resource"]


def answers(item, found=None):
    """Every answer below an item, by linkId."""
    found = {} if found is None else found
    for inner in item.get("item", ()):
        if "answer" in inner:
            found[inner["linkId"]] = inner["answer"]
        answers(inner, found)
    return found


def link_ids(item, *, shown):
    """Every linkId below an item of a form or of a response; shown: with the texts that nobody answers."""
    inner = [each for each in item.get("item", ()) if shown or each.get("type") != "display"]
    return [name for each in inner for name in (each["linkId"], *link_ids(each, shown=shown))]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_comes_with_its_questions(form, caller, template):
    response = response_of(caller.post(populate(form), asked("hr-positive", reference=True)))
    (inside,) = response["contained"]
    assert check_model(response) == []
    assert check_profile(response, template.terminology) == []
    assert check_profile(inside, template.terminology) == []
    assert response["questionnaire"] == f"#{inside['id']}"
    assert inside["derivedFrom"] == [f"{CANONICAL}/Questionnaire/{form}|{inside['version']}"]
    assert (response["status"], response["authored"]) == ("in-progress", AS_OF)
    assert response["subject"] == {"reference": "Patient/hr-positive"}
    assert set(link_ids(response, shown=True)) <= set(link_ids(inside, shown=False))
    assert len(response["item"]) == len([each for each in inside["item"] if each["type"] != "display"])


def test_facts_are_answered_as_the_draft_asks_them(caller):
    bundle = caller.post("/PlanDefinition/metastatic-breast-cancer/$draft", asked("hr-positive")).json
    resources = [entry["resource"] for entry in bundle["entry"]]
    form = next(each for each in resources if each.get("id") == "facts-to-confirm")
    asked_for = {item["linkId"]: item for group in form["item"] for item in group["item"] if item["type"] != "display"}
    given = answers(response_of(caller.post(populate("facts-to-confirm"), asked("hr-positive", reference=True))))
    known = {name for name, item in asked_for.items() if "extension" in item and "initial" in item}
    chosen = {
        name
        for name, item in asked_for.items()
        if any(option.get("initialSelected") for option in item.get("answerOption", ()))
    }
    assert set(given) == known | chosen
    assert {given[name][0]["extension"][0]["valueCode"] for name in known} == {"auto", "manual"}
    for name in known:
        (answer,) = given[name]
        assert answer["extension"] == [each for each in asked_for[name]["extension"] if each["url"] == ORIGIN]
        said = {key: value for key, value in answer.items() if key not in ("extension", "item")}
        assert said == asked_for[name]["initial"][0]


def test_what_a_clinician_stated_is_answered_as_theirs(caller):
    stated = {
        "resourceType": "Observation",
        "id": "stated",
        "status": "final",
        "code": {"coding": [{"system": f"{CANONICAL}/CodeSystem/finding", "code": "visceral-crisis"}]},
        "subject": {"reference": "Patient/hr-positive"},
        "effectiveDateTime": "2026-11-20T10:00:00Z",
        "performer": [{"reference": "Practitioner/1"}],
        "valueBoolean": True,
    }
    context = {"name": "context", "part": [{"name": "name", "valueString": "patient"}, {"name": "content"}]}
    context["part"][1]["resource"] = stated
    response = response_of(caller.post(populate("facts-to-confirm"), asked("hr-positive", context, reference=True)))
    (answer,) = answers(response)["visceral-crisis"]
    assert answer["extension"] == [{"url": ORIGIN, "valueCode": "manual"}]
    assert answer["valueBoolean"] is True


def test_the_launch_context_alone_can_carry_the_chart(caller):
    subject = {"name": "subject", "valueReference": {"reference": "Patient/hr-positive"}}
    parts = [{"name": "name", "valueString": "patient"}, {"name": "content", "resource": chart("hr-positive")}]
    body = parameters(subject, {"name": "context", "part": parts}, {"name": "as_of", "valueDate": AS_OF})
    by_context = caller.post(populate("facts-to-confirm"), body)
    assert by_context.data == caller.post(populate("facts-to-confirm"), asked("hr-positive", reference=True)).data


def test_what_is_not_used_is_told(caller):
    parts = [{"name": "name", "valueString": "encounter"}]
    parts += [{"name": "content", "valueReference": {"reference": "Encounter/1"}}]
    local = {"name": "local", "valueBoolean": True}
    gap = {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": "https://x.example/2"}]}
    body = asked("hr-positive", {"name": "context", "part": parts}, local, reference=True)
    body["parameter"][1]["resource"] = gap | {"entry": chart("hr-positive")["entry"]}
    answer = caller.post(populate("plan-review"), body)
    response_of(answer)
    issues = answer.json["parameter"][1]["resource"]["issue"]
    assert [issue["severity"] for issue in issues] == ["information", "information", "warning"]
    assert "was not followed" in issues[0]["diagnostics"]
    assert "local has no effect" in issues[1]["diagnostics"]
    assert "fetch every page" in issues[2]["diagnostics"]


def test_a_form_is_named_by_its_canonical_or_by_a_reference(caller):
    by_id = caller.post(populate("plan-review"), asked("hr-positive", reference=True)).data
    canonical = {"name": "canonical", "valueCanonical": f"{CANONICAL}/Questionnaire/plan-review"}
    reference = {"name": "questionnaireRef", "valueReference": {"reference": "Questionnaire/plan-review"}}
    for named in (canonical, reference):
        body = asked("hr-positive", named, reference=True)
        assert caller.post("/Questionnaire/$populate", body).data == by_id


def test_a_form_without_chart_and_an_unknown_form_are_refused(caller):
    subject = {"name": "subject", "valueReference": {"reference": "Patient/1"}}
    response = caller.post(populate("plan-review"), parameters(subject))
    assert (response.status_code, "no chart came" in said(response)) == (400, True)
    response = caller.post(populate("nothing"), asked("hr-positive", reference=True))
    assert (response.status_code, "no Questionnaire with this id" in said(response)) == (404, True)
