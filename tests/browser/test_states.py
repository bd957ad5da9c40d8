"""A chart that comes slowly, in part, or not at all, and one that is empty: what the page says, and the way on."""

import threading

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.test_every_page import is_fit_for_everybody
from tests.browser.waiting import at_rest

EMPTY = {"resourceType": "Patient", "id": "empty-chart", "name": [{"text": "Nobody Yet"}], "gender": "female"}


class Silence:
    """What the EHR does not answer to, as long as `kinds` names it; `hold` puts all answers off while it is set."""

    def __init__(self, ehr):
        self.ehr, self.kinds, self.hold = ehr, (), None
        self.send = requests.adapters.HTTPAdapter.send

    def __call__(self, adapter, request, **options):
        kind = request.url.removeprefix(f"{self.ehr}/").partition("?")[0].partition("/")[0]
        if self.hold and kind == "Observation":
            self.hold.wait(30)
        if kind in self.kinds:
            raise requests.ConnectionError("the EHR is out of reach")
        return self.send(adapter, request, **options)


@pytest.fixture
def silence(installation, monkeypatch):
    silence = Silence(installation.ehr.fhir_url)
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter, "send", lambda adapter, request, **options: silence(adapter, request, **options)
    )
    return silence


def test_a_chart_that_is_slow_in_part_and_out_of_reach_is_told_and_read_again(installation, browse, silence):
    page = browse(bypass_csp=True).new_page()
    silence.hold, silence.kinds = threading.Event(), ("Patient",)
    page.goto(f"{installation.ehr.url}/patients/hr-positive/launch")
    page.get_by_role("heading", name="Reading the chart…").wait_for()
    page.get_by_role("progressbar", name="Parts of the chart read").wait_for()
    silence.hold.set()

    page.get_by_role("heading", name="The patient could not be read").wait_for()
    assert "could not be reached" in page.get_by_role("alert").inner_text()
    is_fit_for_everybody(page)
    silence.kinds = ("Observation",)
    page.get_by_role("link", name="Try again").click()
    at_rest(page)

    attention = page.get_by_role("region", name="What needs attention")
    in_part = attention.get_by_text("The chart was read in part.")
    in_part.wait_for()
    assert "could not be reached" in attention.inner_text()
    known = page.get_by_role("checkbox", name="I know that this plan is drafted from a chart that was read in part")
    page.get_by_role("button", name="Save to EHR").click()
    expect(known).to_be_focused()
    assert installation.plans_of("hr-positive") == []

    silence.kinds = ()
    with page.expect_navigation():
        attention.get_by_role("button", name="Read the chart again").click()
    at_rest(page)
    assert in_part.count() == 0
    line = page.locator(".support .line").first
    line.get_by_role("button", name="Accept").click()
    line.locator(".badge.accept").wait_for()

    silence.kinds = ("Patient",)
    with page.expect_navigation():
        attention.get_by_role("button", name="Read the chart again").click()
    at_rest(page)
    assert "The chart could not be read again; showing the chart of" in attention.get_by_role("alert").inner_text()
    assert line.locator(".badge.accept").count() == 1


def test_an_empty_chart_is_no_error_offers_nothing_and_asks_first_what_all_waits_for(installation, in_tab):
    address = f"{installation.ehr.backend_url}/Patient/{EMPTY['id']}"
    requests.put(address, json=EMPTY, timeout=10).raise_for_status()
    try:
        page = in_tab(EMPTY["id"])
        assert page.locator(".banner .name").inner_text() == "Nobody Yet"
        attention = page.get_by_role("region", name="What needs attention").inner_text()
        assert "Nothing can be offered yet." in attention
        assert "No diagnosis of breast cancer is on record." in attention
        assert page.locator(".list-offered .line").count() == 0
        question = page.get_by_role("form", name="Breast cancer", exact=True)
        assert question.get_by_role("button", name="Yes Breast cancer").is_visible()
    finally:
        requests.delete(address, timeout=10)
