"""What is stated here, saved, corrected and taken back: in the chart of a FHIR server that we did not write."""

import re
from datetime import timedelta

import pytest
import requests

from tests.review.visit import BONE, BREAST_CANCER, NOW, PATIENT, Visit

FACT = "visceral-crisis"


class Clock:
    """A minute passes with every look."""

    def __init__(self):
        self.now = NOW - timedelta(hours=10)

    def __call__(self):
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def ehr(fhir_base):
    """The patient, the clinician, and nothing that an earlier test wrote."""
    for kind in ("Provenance", "QuestionnaireResponse", "CarePlan", "Observation"):
        for entry in requests.get(f"{fhir_base}/{kind}", timeout=10).json().get("entry", ()):
            requests.delete(f"{fhir_base}/{kind}/{entry['resource']['id']}", timeout=10)
    for resource in (PATIENT, {"resourceType": "Practitioner", "id": "ruiz"}, BREAST_CANCER, BONE):
        requests.put(f"{fhir_base}/{resource['resourceType']}/{resource['id']}", json=resource, timeout=10)
    return fhir_base


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def visit(ehr, tmp_path, clock):
    return Visit(ehr, tmp_path, clock=clock)


def statements(ehr):
    entries = requests.get(f"{ehr}/Observation", timeout=10).json().get("entry", ())
    return [entry["resource"] for entry in entries]


def fact(page):
    """How the page tells the fact: its row, as words."""
    row = re.search(rf'<details class="fact" id="fact-{FACT}".*?</summary>', page, re.S)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def save(visit):
    assert visit.post("/save").status_code == 303
    page = visit.read().text
    assert "<strong>Saved</strong>" in page, re.search(r'<div class="delivery.*?</div>', page, re.S)
    return page


def test_a_corrected_statement_is_one_observation_and_nobody_contradicts_herself(visit, ehr):
    visit.post(f"/facts/{FACT}", value="true")
    save(visit)
    visit.launch()
    assert "Yes Stated by clinician" in fact(visit.read().text)
    visit.post(f"/facts/{FACT}", value="false", reason="Looked again")
    assert "No Stated by clinician" in fact(visit.read().text)
    save(visit)
    visit.launch()
    page = visit.read().text
    assert "No Stated by clinician" in fact(page)
    assert "disagree" not in fact(page)
    [only] = statements(ehr)
    assert (only["valueBoolean"], only["status"]) == (False, "final")


def test_a_statement_withdrawn_after_a_save_leaves_the_chart_with_the_next_save(visit, ehr):
    visit.post(f"/facts/{FACT}", value="true")
    save(visit)
    visit.launch()
    visit.post(f"/facts/{FACT}", withdraw="yes")
    page = visit.read().text
    assert "Stated by clinician" not in fact(page)
    assert "still in the chart until the plan is saved" in page
    assert "Nothing has changed since" not in page
    page = save(visit)
    assert "still in the chart" not in page
    assert "Nothing has changed since" in page
    visit.launch()
    assert "Stated by clinician" not in fact(visit.read().text)
    assert [each["status"] for each in statements(ehr)] == ["entered-in-error"]


def test_a_withdrawal_that_the_ehr_does_not_take_stays_announced(visit, ehr, monkeypatch):
    visit.post(f"/facts/{FACT}", value="true")
    save(visit)
    visit.post(f"/facts/{FACT}", withdraw="yes")
    monkeypatch.setattr("plugin.chart.client.FhirClient.transaction", refuse)
    visit.post("/save")
    page = visit.read().text
    assert "Statements stay" in page
    assert "still in the chart until the plan is saved" in page
    assert "Nothing has changed since" not in page
    assert [each["status"] for each in statements(ehr)] == ["final"]


def refuse(*_):
    from plugin.errors import Refused

    raise Refused("the server does not allow this (403)", 403, "Statements stay")


def test_a_statement_of_an_earlier_installation_can_be_withdrawn(visit, ehr, tmp_path, clock):
    visit.post(f"/facts/{FACT}", value="true", reason="Seen")
    save(visit)
    other = Visit(ehr, tmp_path / "other", clock=clock)
    page = other.opened(other.read().text, f"facts/{FACT}")
    assert "Yes Stated by clinician" in fact(page)
    assert "Dr. Ana Ruiz stated this" in page
    assert "Withdraw this statement" in page
    other.post(f"/facts/{FACT}", withdraw="yes")
    other.post("/save")  # a plan that is not known here is replaced only after a warning
    save(other)
    assert [each["status"] for each in statements(ehr)] == ["entered-in-error"]


def test_nothing_has_changed_after_a_correction_was_saved_and_the_patient_launched_again(visit):
    visit.post("/facts/sex", value="male", reason="Registered wrongly")
    save(visit)
    visit.launch()
    page = visit.read().text
    assert "Nothing has changed since" in page
    assert "The review has changed" not in page


def test_our_own_statements_are_no_resources_of_the_chart(visit):
    count = re.compile(r"from (\d+) resources of the chart")
    before = count.search(visit.read().text)[1]
    visit.post(f"/facts/{FACT}", value="true")
    assert count.search(visit.read().text)[1] == before
    save(visit)
    visit.launch()
    assert count.search(visit.read().text)[1] == before


def press_undo(visit):
    """Undo the last statement at the fact itself: a save puts the panel of what it changed away."""
    page = visit.page(f"{visit.workspace}/facts/{FACT}/open").text
    number = re.search(r'name="entry" value="(\d+)"', page)[1]
    assert visit.post("/undo", entry=number).status_code == 303


def test_a_saved_statement_that_is_undone_goes_and_the_one_before_it_comes_back(visit, ehr):
    visit.post(f"/facts/{FACT}", value="true")
    save(visit)
    visit.post(f"/facts/{FACT}", value="false", reason="Looked again")
    save(visit)
    assert "No Stated by clinician" in fact(visit.read().text)
    press_undo(visit)
    assert "Yes Stated by clinician" in fact(visit.read().text)
    save(visit)
    [only] = statements(ehr)
    assert (only["valueBoolean"], only["status"]) == (True, "final")
    visit.launch()
    assert "Yes Stated by clinician" in fact(visit.read().text)


def test_a_first_statement_that_is_undone_after_a_save_leaves_the_chart_and_can_be_made_again(visit, ehr):
    visit.post(f"/facts/{FACT}", value="true")
    save(visit)
    press_undo(visit)
    assert "Stated by clinician" not in fact(visit.read().text)
    save(visit)
    assert [each["status"] for each in statements(ehr)] == ["entered-in-error"]
    press_undo(visit)
    assert "Yes Stated by clinician" in fact(visit.read().text)
    save(visit)
    assert [each["status"] for each in statements(ehr)] == ["final"]


def test_what_was_saved_names_the_lines_of_ones_own_and_is_no_longer_called_saved_once_the_review_is_newer(visit):
    save(visit)
    visit.post(f"/own/{'a' * 32}", action="add", kind="care", text="Music", seen="0")
    page = visit.read().text
    assert "<strong>Changed since it was saved.</strong>" in page
    assert "<strong>Saved</strong>" not in page
    assert 'class="delivery saved"' not in page
    assert '<a href="#own">the line added by clinicians</a>' in page
    assert "undecided, 1 added by clinicians." in save(visit)


def saved_state(page):
    """What the strip says of saving."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.search(r'<li id="saved-state">.*?</li>', page, re.S)[0]).split())


def test_the_strip_says_when_the_plan_was_saved_and_since_when_it_is_not(visit, clock):
    visit.post(f"/facts/{FACT}", value="true")
    page = visit.read().text
    assert saved_state(page) == "Save"
    assert 'id="changes"' in page
    page = save(visit)
    assert re.fullmatch(r"Saved \d\d:\d\d", saved_state(page))
    assert 'id="changes"' not in page
    at = saved_state(page).removeprefix("Saved ")
    visit.decide("supportive-care/pc", "accept")
    assert saved_state(visit.read().text) == f"Not saved since {at}"
    clock.now += timedelta(days=1)
    visit.launch()
    assert saved_state(visit.read().text) == f"Not saved since 22 Nov 2026, {at}"
    assert re.fullmatch(r"Saved \d\d:\d\d", saved_state(save(visit)))
