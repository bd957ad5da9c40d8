"""`careplan doctor` and `careplan codes scan` look at an EHR whose charts are on HAPI FHIR."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from plugin.cli import main
from tests.doctor.faulty import instead, running
from tests.doctor.test_planted_faults import named, refused
from tests.java.visit import PATIENT, Visit
from tests.sandbox.app import App

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("hapi")]


@pytest.fixture
def careplan(visit: Visit, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CAREPLAN_DOCTOR_TOKEN", str(App(visit.ehr).tokens(PATIENT)["access_token"]))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--patient", PATIENT, "--format", "json"])

    return run


def checks(result: Result) -> dict[str, dict[str, str]]:
    return {check["id"]: check for section in json.loads(result.stdout)["sections"] for check in section["checks"]}


def test_the_doctor_reads_searches_and_writes_there(visit, careplan):
    result = careplan("doctor", visit.ehr.fhir_url, "--try-writing", "--slow-after", "30")
    document, found = json.loads(result.stdout), checks(result)
    assert result.exit_code == 0
    assert document["verdict"].startswith("fit")
    assert found["searches"]["level"] == "good"
    tables = {each["title"]: each["rows"] for section in document["sections"] for each in section["tables"]}
    assert {row[-1] for row in tables["Searches"]} == {"read to its end"}
    assert {row[1:3] == ["yes", "yes"] for row in tables["Writing, tried"]} == {True}
    assert {row[4] for row in tables["Writing, tried"]} == {"deleted"}
    limits = {check for check, each in found.items() if each["level"] == "limit"}
    assert limits <= {"together"}, {check: found[check]["seen"] for check in limits}


FAULTS = {
    "PKCE is missing": (named("code_challenge_methods_supported", []), "pkce"),
    "results are refused": (instead("Observation", 403, refused(403, "forbidden")), "search-Observation"),
    "conditions are a sign-in page": (instead("Condition", 200, "<html>", "text/html"), "search-Condition"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_planted_before_it_is_named_by_the_command(visit, careplan, name):
    with running(visit.ehr.fhir_url) as faulty:
        faulty.plant, expected = FAULTS[name]
        result = careplan("doctor", faulty.base, "--slow-after", "30")
    assert result.exit_code == 1
    assert checks(result)[expected]["level"] == "fault"
    assert checks(result)[expected]["who"] == "administrator of the EHR"


def test_its_codes_are_scanned_to_the_end_and_a_refusal_is_told(visit, careplan):
    whole = careplan("codes", "scan", visit.ehr.fhir_url)
    assert (whole.exit_code, json.loads(whole.stdout)["missed"]) == (0, [])
    with running(visit.ehr.fhir_url) as faulty:
        faulty.plant = instead("Observation", 403, refused(403, "forbidden"))
        partly = careplan("codes", "scan", faulty.base)
    assert partly.exit_code == 3
    assert [each["type"] for each in json.loads(partly.stdout)["missed"]] == ["Observation"]
