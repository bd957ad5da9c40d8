"""The plug-in in an EHR whose charts are on HAPI FHIR: launched, read, reviewed, saved, read back."""

from __future__ import annotations

from datetime import date

import pytest
import requests

from plugin.chart.http import Limits
from plugin.chart.reading import read_chart
from plugin.drafting.as_json import draft_json
from plugin.drafting.plan import draft_plan
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import default_template_folder
from plugin.library.template import load_template
from plugin.sandbox.sample_patients import sample_patients
from tests.java.visit import OTHER_PATIENT, PATIENT

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("hapi")]
AS_OF = date(2026, 11, 22)
# Everybody but whom the clinician has written about.
UNTOUCHED = [patient for patient in sample_patients() if patient.id not in (PATIENT, OTHER_PATIENT)]
LISTS = ("offered", "conditional", "judgement", "not_offered", "assessments", "supportive_care", "alerts")


@pytest.fixture(scope="module")
def template():
    return load_template(default_template_folder())


def test_a_plan_is_launched_reviewed_saved_and_read_back(saved):
    [plan] = [each for each in saved.written() if each["resourceType"] == "CarePlan"]
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")
    assert plan["subject"] == {"reference": f"Patient/{PATIENT}"}
    assert any("review-decision" in each["url"] for line in plan["activity"] for each in line["extension"])
    assert f"CarePlan/{plan['id']}" in saved.page()


def test_a_save_that_is_repeated_doubles_nothing(saved):
    before = sorted((each["resourceType"], each["id"]) for each in saved.written())
    assert "delivery saved" in saved.save()
    assert sorted((each["resourceType"], each["id"]) for each in saved.written()) == before


@pytest.mark.parametrize("patient", UNTOUCHED, ids=lambda each: each.id)
def test_every_chart_gives_the_same_plan_as_its_file(patient, visit, template):
    limits = Limits(read=60, whole=60)
    with requests.Session() as session:
        chart = read_chart(session, visit.charts, patient.id, limits=limits)
    assert chart.gaps == []
    told = [drafted(resources, template) for resources in (chart.resources, resources_of(patient.bundle))]
    assert told[0] == told[1]


def drafted(resources, template):
    draft = draft_plan(read_findings(resources, template.vocabulary, AS_OF), template, AS_OF)
    told = draft_json(draft)
    return {name: [line["code"] for line in told[name]] for name in LISTS}
