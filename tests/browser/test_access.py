"""Can everybody use it: assistive technology, narrow frames, high zoom, dark rooms, the EHR's colours, paper."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from plugin.sandbox.smart_config import STYLE
from tests.browser.folds import open_all

WIDTHS = {"wide": 1440, "frame": 1024, "zoomed to 400 %": 320}
OPENED = {("light", 1440), ("dark", 320)}  # with everything open axe takes ten times as long
COLOURS = "[document.body, document.querySelector('main a')].map((part) => getComputedStyle(part))"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_axe_finds_nothing(in_tab, scheme, width):
    # The policy of the page forbids scripts of others, so axe needs it lifted.
    page = in_tab(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    for opened in (False, True) if (scheme, width) in OPENED else (False,):
        if opened:
            open_all(page)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [1024, 320])
def test_nothing_runs_off_the_side(in_tab, width):
    page = in_tab(viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_breaks_no_rule_of_its_own_policy(in_tab, browse):
    browser = browse()
    messages = []
    browser.on("console", lambda message: messages.append(message.text))
    page = in_tab(browser=browser)
    open_all(page)
    assert messages == []


@pytest.mark.parametrize("patient", ["hr-positive", "treatment-unknown", "her2-low"])
def test_the_first_screen_says_what_is_offered(in_tab, patient):
    page = in_tab(patient, viewport={"width": 1280, "height": 800})
    assert page.locator("#attention").bounding_box()["y"] < 200
    assert page.locator(".brief-offered").bounding_box()["y"] < 700


@pytest.mark.parametrize("width", [1280, 1024, 400])
def test_the_way_around_stands_on_one_line_in_the_order_of_the_page(in_tab, width):
    page = in_tab(viewport={"width": width, "height": 800})
    links = page.locator("nav[aria-label='On this page'] a")
    assert len({round(links.nth(at).bounding_box()["y"]) for at in range(links.count())}) == 1
    places = links.evaluate_all(
        """(links) => links.map((link) => document.querySelector(link.hash).getBoundingClientRect())
        .map((box) => [box.top, box.left])"""
    )
    assert "Course" in links.all_inner_texts()
    assert [top for top, left in places if left < 100] == sorted(top for top, left in places if left < 100)


@pytest.mark.parametrize("width", [1280, 400])
def test_goals_are_jumped_to_with_the_title_of_the_plan_in_sight(in_tab, width):
    page = in_tab("her2-conflict", viewport={"width": width, "height": 800})
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Goals").click()
    page.locator("#goals:target").wait_for()
    under = page.evaluate(
        "Math.max(0, ...[...document.querySelectorAll('.top, .banner')]"
        ".map((bar) => bar.getBoundingClientRect().bottom))"
    )
    assert under <= page.locator("#plan h2").bounding_box()["y"] < page.locator("#goals").bounding_box()["y"] < 300


def test_only_one_place_is_ringed_as_the_one_where_the_reader_stands(in_tab):
    page = in_tab(viewport={"width": 1280, "height": 800})
    page.evaluate("location.hash = '#facts'")
    page.locator("#facts:focus").wait_for()
    ringed = (
        "[...document.querySelectorAll('main *')].filter((part) => getComputedStyle(part).outlineStyle === 'solid')"
    )
    assert page.evaluate(f"{ringed}.map((part) => part.id)") == ["facts"]
    page.keyboard.press("Tab")
    page.locator("#all-facts > summary:focus").wait_for()
    assert page.evaluate(f"{ringed}.map((part) => part.tagName)") == ["SUMMARY"]


def test_the_way_around_stays_in_sight(in_tab):
    page = in_tab(viewport={"width": 1280, "height": 800})
    page.evaluate("window.scrollTo(0, 2000)")
    assert page.locator("nav a", has_text="Save").bounding_box()["y"] < 100
    assert page.locator("#progress").bounding_box()["y"] < 100


def test_words_are_not_broken_and_nothing_overlaps_in_the_list_of_facts(in_tab):
    page = in_tab(viewport={"width": 1280, "height": 800})
    open_all(page)
    value = page.locator("#fact-menopausal-status .value")
    assert value.inner_text() == "Postmenopausal"
    assert value.bounding_box()["height"] < 30
    # A cell whose words are wider than itself runs into its neighbour; the detail is cut with an ellipsis on purpose.
    overlapping = """[...document.querySelectorAll('.fact > summary > :not(.detail)')]
        .filter((cell) => cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).display !== 'inline')
        .map((cell) => cell.innerText)"""
    assert page.evaluate(overlapping) == []


def test_tables_are_stacked_where_there_is_no_width(in_tab):
    page = in_tab(viewport={"width": 320, "height": 900})
    page.evaluate("location.hash = '#fact-er'")
    page.locator("#fact-er .behind").wait_for()
    cells = page.locator("#fact-er .behind tr").last.locator("td")
    cells.first.wait_for()
    boxes = [cells.nth(at).bounding_box() for at in range(cells.count())]
    assert len({round(box["x"]) for box in boxes}) == 1
    assert [box["y"] for box in boxes] == sorted({box["y"] for box in boxes})


def test_paper_shows_the_plan_and_nothing_to_press(in_tab):
    page = in_tab()
    page.emulate_media(media="print")
    assert page.locator(".list-offered .line").first.is_visible()
    assert not page.locator("button:visible, form:visible, nav:visible, input:visible").count()
    assert "Save to the EHR" not in page.locator("main").inner_text()
    assert not page.locator(".detail:visible").evaluate_all(
        "(parts) => parts.filter((part) => part.scrollWidth > part.clientWidth).length"
    )


def test_every_sheet_of_paper_names_the_patient_and_few_are_needed(in_tab):
    page = in_tab()
    sheets = re.findall(rb"/Type /Page\b", page.pdf(format="A4"))
    assert 1 < len(sheets) <= 5
    page.emulate_media(media="print")
    head = page.locator("body > .top")
    style = "(part) => [getComputedStyle(part).display, getComputedStyle(part).breakInside]"
    assert head.evaluate(style) == ["table-header-group", "avoid"]  # what makes it repeat on every sheet
    assert "MRN" in head.inner_text()


def test_why_leads_to_the_logic_of_the_line_and_back(in_tab):
    page = in_tab(viewport={"width": 320, "height": 900})
    line = page.locator(".list-offered .line").first
    anchor, name = line.get_attribute("id"), line.locator(".line-title").inner_text()
    line.locator("summary", has_text="Why").click()
    line.get_by_role("link", name="Every condition, put to this patient").click()
    page.locator("main.logic").wait_for()
    assert page.locator("h1").inner_text() == name
    assert page.locator(".step .truth-accept").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Back to the review").click()
    page.locator(f"#{anchor}").wait_for()
    assert page.url.endswith(f"#{anchor}")


def test_the_frame_of_the_sandbox_is_not_cut_on_a_narrow_screen(in_frame, browse):
    page = browse(viewport={"width": 400, "height": 900}).new_page()
    in_frame(page=page)
    box = page.locator("iframe").bounding_box()
    assert (box["x"], box["width"]) == (0, 400)
    assert box["height"] > 500


def test_the_colours_of_the_ehr_are_taken_over_where_they_fit_and_never_on_paper(in_tab):
    page = in_tab(color_scheme="light")
    taken = [STYLE[name] for name in ("color_background", "color_text", "color_highlight")]
    assert colours(page) == taken
    for media, scheme in (("screen", "dark"), ("print", "light")):
        page.emulate_media(media=media, color_scheme=scheme)
        assert not set(colours(page)) & set(taken)


def colours(page):
    """Ground, text and links of the page as `#rrggbb`."""
    seen = page.evaluate(f"{COLOURS}.flatMap((style, at) => at ? [style.color] : [style.backgroundColor, style.color])")
    return ["#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", each)[:3]) for each in seen]
