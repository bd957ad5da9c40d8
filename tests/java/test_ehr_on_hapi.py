"""The plug-in in an EHR whose charts are on HAPI FHIR: launched, read, reviewed, saved, read back."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
import requests

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits
from plugin.chart.reading import read_chart
from plugin.delivery.failures import is_change
from plugin.delivery.look import version_of
from plugin.delivery.requests import updated
from plugin.drafting.as_json import draft_json
from plugin.drafting.plan import draft_plan
from plugin.errors import Refused
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import default_template_folder
from plugin.library.template import load_template
from plugin.sandbox.sample_patients import sample_patients
from tests.java.saying import TAKEN_BACK
from tests.java.visit import OTHER_PATIENT, PATIENT, THIRD_PATIENT

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("hapi")]
AS_OF = date(2026, 11, 22)
# Everybody but whom the clinician has written about.
UNTOUCHED = [patient for patient in sample_patients() if patient.id not in (PATIENT, OTHER_PATIENT, THIRD_PATIENT)]
LIMITS = Limits(read=60, whole=60)
LISTS = ("offered", "conditional", "judgement", "not_offered", "assessments", "supportive_care", "alerts")


@pytest.fixture(scope="module")
def template():
    return load_template(default_template_folder())


@pytest.fixture(params=["saved", "saved_one_by_one"])
def twice(request):
    """A review that was saved twice: in transactions, and by single requests."""
    return request.getfixturevalue(request.param)


def test_a_plan_is_launched_reviewed_saved_and_read_back(twice):
    [plan] = of_type("CarePlan", twice.first)
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")
    assert plan["subject"] == {"reference": f"Patient/{twice.visit.patient}"}
    assert decisions(plan)["accept"] == 1
    assert f"CarePlan/{plan['id']}" in twice.visit.page()


def test_what_is_saved_again_replaces_the_version_that_was_seen(twice):
    [before], [after] = of_type("CarePlan", twice.first), of_type("CarePlan", twice.again)
    assert (before["id"], version_of(before), version_of(after)) == (after["id"], "1", "2")
    change = decisions(after)
    change.subtract(decisions(before))
    assert {choice: count for choice, count in change.items() if count} == {"accept": -1, "decline": 1}


def test_a_statement_that_was_withdrawn_or_corrected_is_updated_and_the_others_are_left(twice):
    held = {code_of(each): each for each in of_type("Observation", twice.again)}
    assert {each["id"] for each in held.values()} == {each["id"] for each in of_type("Observation", twice.first)}
    assert {code for code, each in held.items() if version_of(each) == "2"} == {TAKEN_BACK, "ecog"}
    assert {code for code, each in held.items() if each["status"] == "entered-in-error"} == {TAKEN_BACK}
    assert held["ecog"]["valueInteger"] == 2


def test_saving_again_adds_the_form_and_the_provenance_of_that_review_and_nothing_else(twice):
    before = {(each["resourceType"], each["id"]) for each in twice.first}
    after = {(each["resourceType"], each["id"]) for each in twice.again}
    assert before <= after
    assert sorted(kind for kind, _ in after - before) == ["Provenance", "QuestionnaireResponse"]


def test_a_save_that_is_repeated_doubles_nothing(twice):
    before = sorted((each["resourceType"], each["id"], version_of(each)) for each in twice.again)
    assert "delivery saved" in twice.visit.save()
    assert sorted((each["resourceType"], each["id"], version_of(each)) for each in twice.visit.written()) == before


def test_a_version_that_is_gone_is_not_replaced_in_either_way(saved):
    [seen], [now] = of_type("CarePlan", saved.first), of_type("CarePlan", saved.again)
    entry = updated(bare(seen), seen, saved.visit.charts)
    with requests.Session() as session:
        client = FhirClient(session, saved.visit.charts, LIMITS)
        with pytest.raises(Refused) as alone:
            client.update(bare(seen), version_of(seen))
        with pytest.raises(Refused) as together:
            client.transaction({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
        assert [is_change(each.value) for each in (alone, together)] == [True, True]
        assert client.read("CarePlan", now["id"]) == now


@pytest.mark.parametrize("patient", UNTOUCHED, ids=lambda each: each.id)
def test_every_chart_gives_the_same_plan_as_its_file(patient, visit, template):
    with requests.Session() as session:
        chart = read_chart(session, visit.charts, patient.id, limits=LIMITS)
    assert chart.gaps == []
    told = [drafted(resources, template) for resources in (chart.resources, resources_of(patient.bundle))]
    assert told[0] == told[1]


def drafted(resources, template):
    draft = draft_plan(read_findings(resources, template.vocabulary, AS_OF), template, AS_OF)
    told = draft_json(draft)
    return {name: [line["code"] for line in told[name]] for name in LISTS}


def of_type(kind, resources):
    return [each for each in resources if each["resourceType"] == kind]


def code_of(observation):
    return observation["code"]["coding"][0]["code"]


def decisions(plan):
    """How often each choice stands on the lines of a plan."""
    parts = [part for line in plan["activity"] for said in line["extension"] for part in said.get("extension", ())]
    return Counter(part["valueCode"] for part in parts if part["url"] == "decision")


def bare(resource):
    """A resource without what the server adds."""
    return {key: value for key, value in resource.items() if key != "meta"}
