"""States that the review page is seldom in: axe finds nothing in them, dark at 400 px and light at 1280."""

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_every_page import home_of, is_fit_for_everybody

LOOKS = [("dark", 400), ("light", 1280)]
TABLET = [("dark", 400), ("light", 768)]
TARGETS = {"rules": {"target-size": {"enabled": True}}}
# Axe looks at the whole page to judge a part of it: what other tests look at is taken away.
KEEP_ONLY = """(line) => {
  document.querySelectorAll('#facts, #course, #tests, .line').forEach((part) => part.contains(line) || part.remove());
}"""


def axe_finds_nothing(page, looks=LOOKS):
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options=TARGETS)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def page(in_tab, browse):
    return in_tab("er-low", browse(bypass_csp=True))


def alone(line):
    """One line of the plan, with the others taken from the page."""
    line.evaluate(KEEP_ONLY)
    return line


def test_the_forms_of_a_decision_one_after_the_other_and_a_lost_connection(page):
    line = alone(page.locator(".support .line").first)
    for words in ("Change", "Decline", "Defer"):
        line.locator("summary", has_text=words).click()
        line.locator(".decide[open] form:not([inert])").wait_for()
        axe_finds_nothing(page)
    page.context.set_offline(True)
    page.locator("#offline").wait_for()
    axe_finds_nothing(page)


def test_a_decline_without_reason_is_not_stored_and_says_what_to_do(page):
    line = page.locator(".support .line").first
    anchor = line.get_attribute("id")
    line.locator("summary", has_text="Decline").click()
    line.get_by_role("button", name="Decline with this reason").click()
    page.locator(f"#{anchor} #problem:focus", has_text="needs a reason").wait_for()
    assert page.locator(".badge.decline").count() == 0
    alone(page.locator(f"#{anchor}"))
    axe_finds_nothing(page)


def test_a_form_of_facts_that_was_refused(page):
    page.goto(f"{home_of(page)}forms/facts/")
    page.locator("#send-facts:not([disabled])").click()
    page.locator("#problem").wait_for()
    page.locator("#send-facts:not([disabled])").wait_for()
    page.get_by_text("Confirm as they stand").click()
    axe_finds_nothing(page)


def test_a_launch_that_is_over_and_one_that_is_refused(installation, browse):
    page = browse(bypass_csp=True).new_page()
    for place in ("w/over/", "launch?iss=https://stranger.example/fhir&launch=1"):
        page.goto(f"{installation.plugin_url}/{place}")
        assert "If you report this" in page.locator("main").inner_text()
        is_fit_for_everybody(page, LOOKS)


def test_the_lists_that_add_care_and_settle_results_and_the_question_before_a_plan_stays_unsent(
    in_tab, browse, monkeypatch
):
    page = in_tab("her2-conflict", browse(bypass_csp=True))
    page.locator("#more-care > summary").click()
    page.get_by_role("link", name="Say which is right: HER2").first.click()
    page.locator(".rivals").wait_for()
    page.evaluate("document.querySelectorAll('details:not([open]), .line').forEach((part) => part.remove())")
    axe_finds_nothing(page, TABLET)
    page.goto(home_of(page))
    writes, send = ("POST", "PUT"), requests.adapters.HTTPAdapter.send

    def cut_off(adapter, request, **options):
        if request.method in writes and "/fhir" in request.url:
            raise requests.ConnectionError("the EHR is out of reach")
        return send(adapter, request, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", cut_off)
    page.locator("form.save button.primary").click()
    page.locator("#delivery.failed").wait_for()
    page.get_by_role("button", name="Close this session").click()
    page.get_by_role("heading", name="Close this session?").wait_for()
    is_fit_for_everybody(page, LOOKS)
