"""`$apply` and `$draft`: the page, the command line and the operation never disagree."""

from __future__ import annotations

import copy
import json
from zoneinfo import ZoneInfo

import orjson
import pytest
from click.testing import CliRunner

from plugin import __version__
from plugin.cli import main
from plugin.drafting.bundle import draft_bundle
from plugin.findings.bundle import resources_of
from plugin.library.content import PACKAGE
from plugin.library.validation import check_model, check_profile
from plugin.review.workbench import Workbench
from plugin.sandbox.sample_patients import sample_patients
from plugin.storage.database import Database
from plugin.storage.reviews import PatientKey
from tests.operations.caller import AS_OF, CANONICAL, FHIR, PLAN, asked, chart, now, parameters, said

APPLY = f"/PlanDefinition/{PLAN}/$apply"
DRAFT = f"/PlanDefinition/{PLAN}/$draft"
SANDBOX = "https://sandbox-hospital.example.org/fhir"  # where the charts of the sandbox say that they are from
PATIENTS = [patient.id for patient in sample_patients()]


@pytest.fixture
def on_the_command_line(monkeypatch, template):
    """The draft as `careplan draft --format fhir` prints it; the template is the one that is loaded already."""
    monkeypatch.setattr("plugin.library.template.load_template", lambda *_: template)

    def draft(patient):
        path = PACKAGE / "sandbox" / "patients" / f"{patient}.json"
        result = CliRunner().invoke(main, ["draft", str(path), "--as-of", AS_OF, "--format", "fhir"])
        assert result.exit_code == 0, result.stderr
        return orjson.loads(result.stdout)

    return draft


def alone(plan: bytes) -> bytes:
    """A CarePlan as the draft has it: what `$apply` contains stands beside it there."""
    resource = orjson.loads(plan)
    resource.pop("contained", None)
    return orjson.dumps(resource).replace(b'"reference":"#', b'"reference":"urn:uuid:')


@pytest.mark.parametrize("patient", PATIENTS)
def test_apply_gives_what_the_command_line_gives_byte_for_byte(patient, caller, on_the_command_line):
    plan = caller.post(APPLY, asked(patient))
    assert plan.status_code == 200
    assert alone(plan.data) == orjson.dumps(on_the_command_line(patient)["entry"][0]["resource"])


@pytest.mark.parametrize("patient", ["hr-positive", "deceased", "conflicting-results"])
def test_the_answers_are_sound_and_the_whole_draft_is_that_of_the_command_line(
    patient, caller, template, on_the_command_line
):
    whole, plan = caller.post(DRAFT, asked(patient)), caller.post(APPLY, asked(patient))
    assert whole.data == orjson.dumps(on_the_command_line(patient))
    for answer in (whole, plan):
        assert (answer.status_code, answer.mimetype) == (200, FHIR)
        assert check_model(answer.json) == []
        assert check_profile(answer.json, template.terminology) == []


def test_what_the_plan_refers_to_is_inside_it(caller):
    plan = caller.post(APPLY, asked("hr-positive")).json
    inside = {f"#{each['id']}": each["resourceType"] for each in plan["contained"]}
    pointed = [each["reference"] for each in (*plan.get("goal", ()), *plan["supportingInfo"])]
    assert {inside[name] for name in pointed} == {"Goal", "Library"}
    assert sorted(pointed) == sorted(inside)
    assert "urn:uuid:" not in json.dumps(plan)


def test_it_drafts_for_the_day_at_the_site(caller):
    """It is the 21st in UTC, and the 22nd at the site."""
    body = asked("hr-positive")
    today = copy.deepcopy(body)
    today["parameter"] = [each for each in today["parameter"] if each["name"] != "as_of"]
    assert caller.post(APPLY, today).data == caller.post(APPLY, body).data
    assert caller.post(APPLY, today).json["created"] == "2026-11-22"


def test_the_chart_may_come_in_several_bundles_and_the_subject_as_a_reference(caller):
    bundle = chart("hr-positive")
    halves = [bundle | {"entry": bundle["entry"][:3]}, bundle | {"entry": bundle["entry"][3:]}]
    subject = {"name": "subject", "valueReference": {"reference": f"{SANDBOX}/Patient/hr-positive"}}
    data = [{"name": "data", "resource": half} for half in halves]
    plan = caller.post(APPLY, parameters(subject, *data, {"name": "as_of", "valueDate": AS_OF}))
    assert plan.data == caller.post(APPLY, asked("hr-positive")).data


@pytest.mark.parametrize("name", ["url", "planDefinition"])
@pytest.mark.parametrize("version", ["", "|{version}"])
def test_the_template_may_be_named_by_its_url(name, version, caller, template):
    canonical = f"{CANONICAL}/PlanDefinition/{PLAN}" + version.format(version=template.version)
    body = asked("hr-positive", {"name": name, "valueUri": canonical})
    assert caller.post("/PlanDefinition/$apply", body).data == caller.post(APPLY, asked("hr-positive")).data


def test_r4s_context_parameters_are_taken_and_change_nothing(caller):
    role = {"name": "userType", "valueCodeableConcept": {"text": "doctor"}}
    body = asked("hr-positive", role, {"name": "encounter", "valueString": "Encounter/1"})
    assert caller.post(APPLY, body).data == caller.post(APPLY, asked("hr-positive")).data


def changed(body, name, **value):
    """The body with one parameter replaced, or taken out where no value is given."""
    kept = [each for each in body["parameter"] if each["name"] != name]
    return body | {"parameter": [*kept, *([{"name": name, **value}] if value else [])]}


REFUSED = {
    "no subject": (lambda body: changed(body, "subject"), 400, "subject is missing"),
    "no data": (lambda body: changed(body, "data"), 400, "data is missing; send a Bundle"),
    "a day that is none": (lambda body: changed(body, "as_of", valueDate="2026-02-30"), 400, "as_of cannot be used"),
    "a month": (lambda body: changed(body, "as_of", valueDate="2026-02"), 400, "write it as 2026-11-22"),
    "the last of all days": (lambda body: changed(body, "as_of", valueDate="9999-12-31"), 400, "from 1900 to 2199"),
    "a day as text": (lambda body: changed(body, "as_of", valueString=AS_OF), 400, "give valueDate"),
    "a number as subject": (lambda body: changed(body, "subject", valueString=7), 400, "another type of value"),
    "an empty subject": (lambda body: changed(body, "subject", valueString=" "), 400, "it is empty"),
    "a group": (lambda body: changed(body, "subject", valueString="Group/1"), 422, "no reference to a Patient"),
    "somebody else": (lambda body: changed(body, "subject", valueString="Patient/x9"), 422, "not the chart of the sub"),
    "a patient of another server": (
        lambda body: changed(body, "subject", valueString="https://other.example.org/fhir/Patient/hr-positive"),
        422,
        "data does not say that its Patient is from there",
    ),
    "data of another type": (
        lambda body: changed(body, "data", resource={"resourceType": "Patient", "id": "x9"}),
        400,
        "give a Bundle",
    ),
    "an empty Bundle": (
        lambda body: changed(body, "data", resource={"resourceType": "Bundle"}),
        422,
        "not the chart of one patient",
    ),
    "a server to ask": (
        lambda body: changed(body, "dataEndpoint", resource={"resourceType": "Endpoint"}),
        422,
        "nothing is fetched from elsewhere",
    ),
    "a misspelt name": (lambda body: changed(body, "dta", valueString="x"), 400, "'dta' is no parameter here"),
    "a name that is none": (lambda body: changed(body, "Jane Doe", valueString="x"), 400, "something that is no name"),
    "another plan": (
        lambda body: changed(body, "url", valueUri=f"{CANONICAL}/PlanDefinition/{PLAN}-safety"),
        400,
        "two different PlanDefinitions",
    ),
    "no list": (lambda body: body | {"parameter": {}}, 400, "no list"),
    "no name": (lambda body: body | {"parameter": [{}]}, 400, "Parameters.parameter[0] has no name"),
    "a chart alone": (lambda body: chart("hr-positive"), 400, "no Parameters resource"),
    "a list": (lambda body: [body], 400, "no Parameters resource"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_drafted_is_refused_with_the_reason(case, caller):
    change, status, words = REFUSED[case]
    response = caller.post(APPLY, change(asked("hr-positive")))
    assert response.status_code == status
    assert words in said(response)
    assert "x9" not in response.text


def test_two_charts_are_refused_without_naming_them(caller):
    other = {"name": "data", "resource": chart("her2-positive")}
    response = caller.post(APPLY, asked("hr-positive", other))
    assert response.status_code == 422
    assert "her2-positive" not in response.text
    assert "only those" in said(response)


def test_parts_and_unknown_versions_of_the_template_are_refused(caller):
    part = caller.post(f"/PlanDefinition/{PLAN}-safety/$apply", asked("hr-positive"))
    assert (part.status_code, "apply the whole" in said(part)) == (422, True)
    old = asked("hr-positive", {"name": "url", "valueUri": f"{CANONICAL}/PlanDefinition/{PLAN}|0.0.0"})
    response = caller.post("/PlanDefinition/$apply", old)
    assert (response.status_code, "canonical and version" in said(response)) == (404, True)
    nameless = caller.post("/PlanDefinition/$apply", asked("hr-positive"))
    assert (nameless.status_code, "planDefinition or url" in said(nameless)) == (400, True)


def test_a_chart_comes_in_the_body(caller):
    """An address would keep it in logs, and cannot hold a Bundle: there is no GET."""
    response = caller.get(f"{APPLY}?subject=Patient/1", Authorization=f"Bearer {caller.token}")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    response = caller.post(f"{APPLY}?as_of={AS_OF}", asked("hr-positive"))
    assert (response.status_code, "send all in the body" in said(response)) == (400, True)


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_can_be_drafted_for(day, caller):
    assert caller.post(APPLY, changed(asked("hr-positive"), "as_of", valueDate=day)).status_code == 200


@pytest.mark.parametrize("patient", ["hr-positive", "her2-low", "conflicting-results"])
def test_the_page_reviews_the_draft_that_the_operation_gives(patient, caller, template, tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'reviews.sqlite'}")
    database.upgrade()
    workbench = Workbench(template, {}, database, now, ZoneInfo("Pacific/Kiritimati"))
    review = workbench.open(PatientKey("https://ehr.example.org/fhir", patient), resources_of(chart(patient)))
    database.close()
    reviewed = draft_bundle(review.draft, template, __version__)
    assert caller.post(DRAFT, asked(patient)).data == orjson.dumps(reviewed)
