"""Can everybody use it: assistive technology, keyboard alone, narrow frames, high zoom, dark rooms, paper."""

import pytest
from axe_playwright_python.sync_playwright import Axe

WIDTHS = {"wide": 1440, "frame": 1024, "zoomed to 400 %": 320}
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_axe_finds_nothing(in_tab, scheme, width):
    # The policy of the page forbids scripts of others, so axe needs it lifted.
    page = in_tab(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    for _ in range(2):
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.evaluate(OPEN_ALL)


@pytest.mark.parametrize("width", [1024, 320])
def test_nothing_runs_off_the_side(in_tab, width):
    page = in_tab(viewport={"width": width, "height": 900})
    for _ in range(2):
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(OPEN_ALL)


def test_the_page_breaks_no_rule_of_its_own_policy(in_tab, browse):
    browser = browse()
    messages = []
    browser.on("console", lambda message: messages.append(message.text))
    page = in_tab(browser=browser)
    page.evaluate(OPEN_ALL)
    assert messages == []


def test_a_line_is_decided_by_keyboard_alone_and_focus_comes_back_to_it(in_tab):
    page = in_tab("bone-metastases")
    anchor = page.locator(".support .line").last.get_attribute("id")
    button = f"#{anchor} button.accept"
    for _ in range(600):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement === document.querySelector('{button}')"):
            break
    else:
        pytest.fail("the Accept button cannot be reached with the Tab key")
    page.keyboard.press("Enter")
    page.locator(f"#{anchor} .badge.accept").wait_for()
    assert page.evaluate("document.activeElement.id") == anchor


def test_focus_is_never_hidden_under_the_banner(in_tab):
    page = in_tab(viewport={"width": 1024, "height": 600})
    banner = page.locator(".banner").bounding_box()["height"]
    page.evaluate("document.querySelector('#send button.primary').focus()")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        inside = page.evaluate("!document.activeElement.closest('.banner')")
        top = page.evaluate("document.activeElement.getBoundingClientRect().top")
        assert not inside or top >= banner - 1


def test_progress_is_announced(in_tab):
    progress = in_tab().locator("#progress")
    assert progress.get_attribute("aria-live") == "polite"
    assert "decided" in progress.inner_text()


def test_paper_shows_the_plan_and_no_buttons(in_tab):
    page = in_tab()
    page.emulate_media(media="print")
    assert page.locator(".list-offered .line").first.is_visible()
    assert not page.locator("button:visible").count()
