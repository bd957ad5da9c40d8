"""The pages of the sandbox EHR."""

import pytest
import requests

from plugin.sandbox.chart import narrative_text
from plugin.sandbox.sample_patients import sample_patients
from tests.sandbox.app import TIMEOUT
from tests.sandbox.test_gateway import plan

NOTE = "synthetic patients, not for care"


@pytest.mark.parametrize("path", ["/", "/patients/man/app", "/patients/man/chart"])
def test_every_page_says_that_it_is_a_sandbox_and_lets_nothing_foreign_in(ehr, path):
    page = requests.get(f"{ehr.url}{path}", timeout=TIMEOUT)
    assert NOTE in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-src 'self' http://127.0.0.1:8766;" in policy
    assert "https://" not in page.text


def test_the_launch_page_lists_every_patient_with_age_and_story(ehr):
    page = requests.get(ehr.url, timeout=TIMEOUT).text
    for patient in sample_patients():
        assert f"/patients/{patient.id}/app" in page
        assert patient.story in page
    assert "deceased 2026-08-19" in page


def test_choosing_a_user_lasts(ehr):
    with requests.Session() as browser:
        page = browser.post(f"{ehr.url}/user", data={"user": "Practitioner/np-mockwell"}, timeout=TIMEOUT)
        assert "Signed in: <strong>Jonas Mockwell" in page.text
        assert "Signed in: <strong>Jonas Mockwell" in browser.get(f"{ehr.url}/patients/man/chart", timeout=TIMEOUT).text
        assert list(browser.cookies.keys()) == ["sandbox_user"]


def test_the_chart_shows_a_saved_plan_with_its_declined_line(app, ehr):
    with app.fhir("early-stage") as session:
        body = plan("early-stage", "page") | {
            "title": "Reviewed plan",
            "note": [{"text": "Discussed with her."}],
            "text": {
                "status": "generated",
                "div": "<div xmlns='http://www.w3.org/1999/xhtml'><p>In <b>words</b></p></div>",
            },
        }
        headers = {"Content-Type": "application/fhir+json"}
        assert session.post(f"{ehr.fhir_url}/CarePlan", json=body, headers=headers, timeout=TIMEOUT).status_code == 201

    page = requests.get(f"{ehr.url}/patients/early-stage/chart", timeout=TIMEOUT).text

    for words in ("Reviewed plan", "status draft", "intent proposal", "cancelled", "declined", "Discussed with her."):
        assert words in page
    assert "In words" in page


def test_the_chart_shows_results_in_the_words_of_the_chart(ehr):
    page = requests.get(f"{ehr.url}/patients/hr-positive-her2-positive/chart", timeout=TIMEOUT).text
    assert "8.4 / 2" in page
    assert "70 %" in page
    assert "Prior systemic therapy metastatic" in page
    assert "No care plan has been saved." in page


def test_markup_in_a_chart_stays_text(app, ehr):
    with app.fhir("no-results") as session:
        body = plan("no-results", "x") | {"title": "<script>alert(1)</script>"}
        headers = {"Content-Type": "application/fhir+json"}
        assert session.post(f"{ehr.fhir_url}/CarePlan", json=body, headers=headers, timeout=TIMEOUT).status_code == 201
    page = requests.get(f"{ehr.url}/patients/no-results/chart", timeout=TIMEOUT).text
    assert "<script>" not in page
    assert narrative_text({"text": {"div": "<div><p>a &lt;b&gt;</p><p>c</p></div>"}}) == "a <b>\nc"


def test_one_resource_as_stored(ehr):
    assert requests.get(f"{ehr.url}/resources/Patient/man", timeout=TIMEOUT).json()["gender"] == "male"


@pytest.mark.parametrize("path", ["/patients/nobody/app", "/patients/nobody/launch", "/resources/Patient/nobody", "/x"])
def test_what_is_not_there_is_not_found(ehr, path):
    assert requests.get(f"{ehr.url}{path}", timeout=TIMEOUT).status_code == 404
