"""The whole job with the keys alone: the way is in the order of the page, always in sight, and never a trap."""

from __future__ import annotations

import pytest

from tests.browser.waiting import at_rest

PATIENT = "her2-conflict"
AGAINST = "Lives too far away for weekly visits"
MOST_STOPS = 500
# Where the focus stands: at the target, or nowhere; its place in the source; whether it is seen, and not covered.
STOP = """(target) => {
  const at = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { left, top } = at.getBoundingClientRect();
  const above = document.elementFromPoint(Math.max(left, 0) + 3, Math.max(top, 0) + 3)?.closest('.top');
  return {
    there: at === target,
    nowhere: at === document.body,
    place: [...document.querySelectorAll('body *')].indexOf(at),
    seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    covered: Boolean(above) && !above.contains(at),
    what: at.outerHTML.slice(0, 200),
  };
}"""


class Keys:
    """Walks a page with the Tab key."""

    def __init__(self, page):
        self.page = page

    def to(self, locator, key="Tab"):
        """Press Tab until the focus is on it, and look at every stop on the way."""
        target, before = locator.element_handle(), None
        for _ in range(MOST_STOPS):
            self.page.keyboard.press(key)
            stop = self.page.evaluate(STOP, target)
            assert not stop["nowhere"], f"left the page before {locator}"
            assert stop["seen"], f"nobody sees where the focus is: {stop['what']}"
            assert not stop["covered"], f"the strip covers {stop['what']}"
            if before is not None:
                assert (stop["place"] > before) == (key == "Tab"), f"against the order of the page: {stop['what']}"
            if stop["there"]:
                return
            before = stop["place"]
        pytest.fail(f"{locator} cannot be reached with {key}")

    def back_to(self, locator):
        self.to(locator, "Shift+Tab")

    def press(self, key):
        self.page.keyboard.press(key)

    def write(self, words):
        self.page.keyboard.type(words)

    def leaves_at_the_end(self):
        """Press Tab until the page is left: what holds the focus for ever is a trap."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(STOP, None)["nowhere"]:
                return
        pytest.fail("the Tab key does not lead out of the page")


def has_come(part):
    """Wait for what a fold brings, until it is within reach: it comes quietly, for those who listen."""
    part.wait_for()
    part.page.locator("[inert]").wait_for(state="detached")


def test_results_settled_a_line_declined_care_added_and_all_saved_with_the_keys_alone(in_tab, installation):
    page = in_tab(PATIENT, viewport={"width": 1024, "height": 600})
    keys = Keys(page)
    keys.to(page.locator("#attention").get_by_role("link", name="Say which is right: HER2"))
    keys.press("Enter")
    form = page.get_by_role("form", name="Which is right: HER2")
    has_come(form)
    keys.to(form.get_by_label("Reason"))
    keys.write("Both slides read again")
    keys.to(form.get_by_role("button", name="It is Positive").first)
    keys.press("Enter")
    page.locator("#changes:focus", has_text="HER2: stated as Positive").wait_for()
    at_rest(page)

    keys.back_to(page.get_by_role("navigation", name="On this page").get_by_role("link", name="Plan"))
    keys.press("Enter")
    keys.to(page.get_by_role("link", name="Skip to the next line to decide"))
    keys.press("Enter")
    trial = page.locator(".list-offered .line", has=page.get_by_role("heading", name="Clinical trial"))
    anchor = trial.get_attribute("id")
    decline = trial.locator("summary", has_text="Decline")
    keys.to(decline)
    keys.press("Space")
    words = trial.get_by_role("textbox", name="In your own words")
    has_come(words)
    keys.to(words)
    keys.write(AGAINST)
    keys.press("Escape")
    assert words.input_value() == AGAINST
    keys.to(trial.get_by_role("button", name="Decline with this reason"))
    keys.press("Enter")
    page.locator(f"#{anchor}:focus .badge.decline").wait_for()
    at_rest(page)

    care = page.locator("#more-care")
    keys.to(care.locator("summary"))
    keys.press("Enter")
    keys.to(care.get_by_role("button", name="Add Hospice", exact=True))
    keys.press("Space")
    page.locator("#own .own-line:focus", has_text="Hospice").wait_for()
    at_rest(page)

    keys.to(page.get_by_role("button", name="Save to EHR"))
    keys.press("Enter")
    page.locator("#delivery.saved:focus").wait_for()
    at_rest(page)
    keys.leaves_at_the_end()

    [plan] = installation.plans_of(PATIENT)
    lines = {each["detail"].get("code", {}).get("text"): each["detail"] for each in plan["activity"]}
    assert lines["Clinical trial"]["statusReason"]["text"] == AGAINST
    assert "Hospice" in plan["text"]["div"]
