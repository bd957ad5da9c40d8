"""What a screen reader is given: names that tell one button from the next, headings, regions, words after a press.

What one said when the page was walked through by ear is told in docs/accessibility.md.
"""

import re
from collections import Counter

import pytest
from playwright.sync_api import expect

PRESSED = ("button", "DisclosureTriangle", "DisclosureTriangleGrouped")
SIGNS = "▸▾→—✓✕"


# Marks the page once a part that was out of reach is within it again.
WATCH = """() => new MutationObserver((seen) => {
  if (seen.some(({ target }) => !target.inert)) document.body.dataset.came = "quietly";
}).observe(document.body, { attributeFilter: ["inert"], subtree: true })"""


@pytest.fixture
def page(in_tab):
    return in_tab("triple-negative-pdl1-low")


def heard(page):
    """(role, name) of all that the browser gives to assistive technology, in the order of the page."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    told = [node for node in nodes if not node.get("ignored")]
    return [(node["role"]["value"], node.get("name", {}).get("value", "").strip()) for node in told]


def names(tree, *roles):
    return [name for role, name in tree if role in roles]


def test_buttons_say_what_they_are_about_no_sign_is_read_and_headings_lead_through_the_page(page):
    tree = heard(page)
    twice = [name for name, count in Counter(names(tree, *PRESSED)).items() if count > 1]
    assert [name for name in twice if "not recorded" not in name] == []  # those stand in regions that are named
    labels = page.locator(".list-offered .line-title, .support .line-title").all_inner_texts()
    assert labels
    for label in labels:
        assert [f"{word} {label}" in names(tree, *PRESSED) for word in ("Change", "Decline", "Defer")] == [True] * 3
    spoken = names(tree, *PRESSED, "heading", "region", "link", "article")
    assert [name for name in spoken if set(name) & set(SIGNS)] == []

    order = ["What we know", "What needs attention", "The plan in brief", "Confirm first", "Course of the disease"]
    order += ["All facts", "Drafted plan", "Tests due", "Save to the EHR"]
    told = names(tree, "heading")
    assert [words for words in order if not any(name.startswith(words) for name in told)] == []
    on_page = page.get_by_role("heading", level=2).all_text_contents()
    places = [next(at for at, name in enumerate(on_page) if name.strip().startswith(words)) for words in order]
    assert places == sorted(places)
    regions = names(tree, "region")
    assert set(order) <= set(regions)
    assert len(set(regions)) == len(regions)


def test_after_a_press_the_reader_stands_where_something_happened_and_is_told_what(page):
    line = page.locator(".support .line").first
    anchor, label = line.get_attribute("id"), line.locator(".line-title").inner_text()
    line.get_by_role("button", name=f"Accept {label}").press("Enter")
    page.locator(f"#{anchor}:focus .badge.accept").wait_for()
    assert page.get_by_role("article", name=f"{label} Accepted", exact=True).get_attribute("id") == anchor
    live = page.locator("#progress")
    assert (live.get_attribute("aria-live"), live.get_attribute("role")) == ("polite", None)
    assert "1 accepted" in live.text_content()
    question = page.locator("#questions form", has=page.get_by_role("button", name="Confirm")).first
    question.get_by_role("button", name="Confirm").press("Enter")
    page.locator("#changes:focus").wait_for()
    title = page.locator("#changes h2").inner_text()
    assert "stated as" in title
    assert page.get_by_role("region", name=title).get_attribute("id") == "changes"
    stated = page.locator("#changes > p").first.aria_snapshot()
    assert re.search(r"becomes( strong)?[^a-z]", stated), stated
    page.locator("#more-care > summary").press("Enter")
    care = page.locator("#more-care .care-list p").first
    name, about = care.locator("b").inner_text(), care.locator("b + span").inner_text()
    add = page.get_by_role("button", name=f"Add {name}", exact=True)
    expect(add).to_have_accessible_description(re.compile(re.escape(about[:40])))


def test_a_list_of_choices_that_is_fetched_does_not_call_the_reader_away(page):
    page.evaluate(WATCH)
    fold = page.locator(".support .line summary", has_text="Change").first
    fold.press("Enter")
    page.locator("body[data-came=quietly]").wait_for()
    expect(fold).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("What the plan should say instead").first).to_be_focused()


def test_the_form_of_facts_is_led_through_by_headings_and_a_refusal_keeps_what_was_answered(in_tab):
    page = in_tab("her2-conflict")
    page.goto(f"{page.url.partition('#')[0]}forms/facts/")
    page.locator("#send-facts:not([disabled])").wait_for()
    said = page.locator("#rendering[aria-live=polite]:not([role])")
    said.filter(has_text="The form is ready.").wait_for(state="attached")
    assert page.get_by_role("heading", level=2).all_inner_texts() == [
        "Facts on which the plan rests",
        "Stated by clinicians",
    ]
    page.locator(".lhc-help-button").first.press("Enter")
    page.locator(".lhc-popover-help").wait_for()
    page.keyboard.press("Tab")
    page.locator(".lhc-popover-help").wait_for(state="detached")  # it would lie on the answers of the next fact
    choice = page.get_by_role("combobox", name="HER2", exact=True)
    choice.press_sequentially("negative")
    choice.press("Enter")
    page.get_by_role("textbox", name="Reason").wait_for()
    page.locator("#send-facts").press("Enter")
    page.locator("#problem:focus", has_text="needs a reason").wait_for()
    page.locator("#send-facts:not([disabled])").wait_for()
    expect(choice).to_have_value("negative")
    page.get_by_role("textbox", name="Reason").fill("Both stains seen again")
    page.locator("#send-facts").press("Enter")
    page.locator("#changes:focus", has_text="HER2: stated as Negative").wait_for()


def test_in_what_if_the_reader_stands_at_what_each_press_brought(in_tab):
    page = in_tab("her2-conflict", viewport={"width": 1280, "height": 600})
    page.goto(f"{page.url.partition('#')[0]}what-if")
    fact = page.get_by_label("A fact")
    fact.fill("receptor")
    fact.press("Enter")
    page.locator("form[aria-label='Facts that match']:focus").wait_for()
    page.get_by_role("form", name="Facts that match").get_by_role("button").first.press("Enter")
    page.locator("form[aria-label^='Value to suppose']:focus").wait_for()
    page.goto(page.url)
    page.get_by_role("button", name="HER2", exact=True).press("Enter")
    page.locator("form[aria-label='Value to suppose: HER2']:focus").wait_for()
    page.keyboard.press("Tab")
    page.locator("#suppose-value:focus").select_option("positive")
    page.get_by_role("button", name="Show the plan").press("Enter")
    title = page.get_by_role("heading", name="What would change").and_(page.locator(":focus"))
    title.wait_for()
    banner = page.locator(".what-if-banner").bounding_box()
    assert title.bounding_box()["y"] >= banner["y"] + banner["height"]
    offered = page.get_by_role("form", name="Facts that would change most").get_by_role("button").all_inner_texts()
    assert offered
    assert "HER2" not in offered  # it is supposed already
    page.get_by_role("button", name="Drop HER2").press("Enter")
    page.locator("h2:focus", has_text="Supposed").wait_for()
    page.get_by_label("A fact").fill("no such thing")
    page.get_by_label("A fact").press("Enter")
    page.locator(".alert:focus", has_text="Not tried").wait_for()
