"""Every page of the workspace, light and dark, wide and at 400 %: axe finds nothing, nothing runs off the side.

The review page by itself is in test_access.py; here it is with all that can stand on it.
"""

import re
import threading
from itertools import pairwise
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.folds import open_all
from tests.review.ehr_stub import serving_chart
from tests.review.visit import BREAST_CANCER, PATIENT, Visit

LOOKS = [("light", 1440), ("dark", 320)]
LEVELS = "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((heading) => Number(heading.tagName[1]))"
PLACES = [
    "facts/her2/results",
    "facts/her2/open",
    "about",
    "hand-over/",
    "print/board",
    "print/patient",
    "print/patient?lang=es",
    "note",
    "no-such-page",
]


def is_fit_for_everybody(page, looks=LOOKS):
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        open_all(page)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    levels = page.evaluate(LEVELS)
    assert levels[0] == 1, page.url
    assert all(after - before <= 1 for before, after in pairwise(levels)), page.url
    assert page.locator("main").count() == 1


@pytest.fixture
def own_browser(browse):
    # The policy of the pages forbids scripts of others, so axe needs it lifted.
    return browse(bypass_csp=True)


def home_of(page):
    return re.match(r".*/w/[^/]+/", page.url)[0]


def test_the_pages_beside_the_review(in_tab, own_browser):
    page = in_tab("her2-low", own_browser)
    home = home_of(page)
    why = page.locator(".list-offered .why a").first.get_attribute("href")
    change = page.locator(".list-offered .decide a").first.get_attribute("href")
    logic = why.replace("/lines/", "/logic/").removesuffix("/why")
    for place in (*PLACES, why, change, logic):
        page.goto(urljoin(home, place))
        is_fit_for_everybody(page)
    page.goto(f"{home}what-if")
    page.get_by_label("A fact").fill("Oestrogen receptor (ER)")
    page.get_by_role("button", name="Choose a value").click()
    page.locator("#suppose-value").select_option("negative")
    page.get_by_role("button", name="Show the plan").click()
    page.locator("#changes").wait_for()
    is_fit_for_everybody(page)


def test_the_form_of_facts(in_tab, own_browser):
    page = in_tab("her2-low", own_browser)
    for scheme, width in LOOKS:  # its renderer lays itself out once
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{home_of(page)}forms/facts/")
        page.locator("#send-facts:not([disabled])").wait_for()
        is_fit_for_everybody(page, [(scheme, width)])


def test_the_review_with_changes_and_own_lines(in_tab, own_browser):
    page = in_tab("discordant-receptors", own_browser)
    own = page.locator(".own .add-own")
    own.locator("summary").click()
    own.get_by_label("Care", exact=True).check()
    own.get_by_label("What the plan should hold").fill("Music")
    own.get_by_role("button", name="Add this line").click()
    page.locator(".own-line").first.wait_for()
    question = page.locator("#questions form", has=page.get_by_role("button", name="Confirm")).first
    question.get_by_role("button", name="Confirm").click()
    page.locator("#changes:focus").wait_for()
    page.set_viewport_size({"width": 320, "height": 900})
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # Axe takes minutes for all of it; test_access.py looks at what is left out here.
    page.evaluate("document.querySelectorAll('#facts, #course, #plan, #tests').forEach((part) => part.remove())")
    is_fit_for_everybody(page)


def test_the_tablet_from_hand_over_to_the_end_of_the_session(in_tab, own_browser):
    page = in_tab("treatment-unknown", own_browser)
    page.goto(f"{home_of(page)}hand-over/")
    page.get_by_label("Language to begin with").select_option("en")
    page.get_by_label(re.compile("A PIN of four")).fill("2468")
    page.get_by_role("button", name="Hand over").click()
    page.locator("a", has_text="Open the patient").wait_for()
    is_fit_for_everybody(page)
    page.goto(page.locator("a", has_text="Open the patient").evaluate("(link) => link.href"))
    is_fit_for_everybody(page)
    page.get_by_role("button", name="Start").click()
    page.locator("#form").wait_for()
    is_fit_for_everybody(page)
    page.get_by_text("A fever of 38 °C").check()
    page.get_by_role("alert").wait_for()
    with page.expect_navigation():
        page.get_by_role("button", name="Next").click()
    page.get_by_role("alert").wait_for()
    is_fit_for_everybody(page)
    with page.expect_navigation():
        page.locator("footer a").click()
    is_fit_for_everybody(page)
    page.get_by_label("PIN chosen").fill("2468")
    page.get_by_role("button", name="Back to the chart").click()
    page.locator("#said-urgent").wait_for()
    page.evaluate("document.querySelectorAll('#facts, #course, #plan, #tests').forEach((part) => part.remove())")
    is_fit_for_everybody(page)
    page.get_by_role("button", name="Close this session").click()
    page.get_by_role("heading", name="This session is closed").wait_for()
    is_fit_for_everybody(page)


def test_while_the_chart_is_read(installation, own_browser, tmp_path):
    page = own_browser.new_page()
    with serving_chart(PATIENT, BREAST_CANCER) as chart:
        chart.hold = threading.Event()
        reading = Visit(chart.base, tmp_path).page().text
        chart.hold.set()
    assert "Reading the chart" in reading
    address = f"{installation.plugin_url}/w/shown/"
    page.route(
        address,
        lambda route: route.fulfill(body=reading.replace('http-equiv="refresh"', ""), content_type="text/html"),
    )
    page.goto(address)
    is_fit_for_everybody(page)
