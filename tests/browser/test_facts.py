"""A fact is corrected, the plan changes before the eyes, and is put back; values are tried out without a trace."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.waiting import at_rest


def test_a_conflict_is_settled_the_plan_changes_and_undo_brings_it_back(in_tab):
    page = in_tab("discordant-receptors")
    standing = page.locator(".list-offered .line-title").all_inner_texts()
    fact = page.locator("#fact-her2")
    page.goto(f"{page.url.partition('#')[0]}#fact-her2")
    fact.get_by_label("Value").select_option("positive")
    fact.get_by_label("Reason").fill("Second biopsy")
    fact.get_by_role("button", name="Correct").click()
    page.locator("#changes:focus").wait_for()
    assert "HER2: stated as Positive" in page.locator("#changes").inner_text()
    page.locator("#changes .moves a").first.click()
    page.locator("article.line:target .mark").wait_for()
    page.reload()
    page.locator("#changes").get_by_role("button", name="Undo").click()
    page.locator("#changes", has_text="taken back").wait_for()
    assert page.locator(".list-offered .line-title").all_inner_texts() == standing


def test_results_that_disagree_are_settled_by_one_press_on_the_first_screen_of_the_fact(in_tab):
    page = in_tab("her2-conflict", viewport={"width": 1280, "height": 800})
    page.locator("#attention").get_by_role("link", name="Say which is right: HER2", exact=True).last.click()
    fact = page.locator("#fact-her2")
    form = fact.get_by_role("form", name="Which is right: HER2")
    form.wait_for()
    assert page.locator("#fact-her2 > summary:focus").count() == 1
    in_sight = "([...all]) => all.every((each) => each.getBoundingClientRect().bottom < innerHeight)"
    for selector in ("#fact-her2 > summary", ".rivals button:not([disabled])", "#fact-her2 .behind tr"):
        assert page.locator(selector).evaluate_all(in_sight)
    assert [words.split(",")[0].replace("\n", " ") for words in form.get_by_role("button").all_inner_texts()] == [
        "It is Positive (Sandbox General Hospital Pathology",
        "It is Negative (Northshore Reference Laboratory",
    ]
    form.get_by_label("Reason").fill("Laboratory B repeated the stain")
    form.get_by_label("Reason").press("Enter")
    assert page.locator("#changes").count() == 0
    form.get_by_role("button", name="It is Negative").click()
    page.locator("#changes:focus").wait_for()
    assert "HER2: stated as Negative" in page.locator("#changes").inner_text()
    page.locator("#changes").get_by_role("button", name="Undo").click()
    page.locator("#changes", has_text="taken back").wait_for()


def test_what_if_is_visibly_not_the_record_and_leaves_none_of_it(in_tab):
    page = in_tab("discordant-receptors")
    address = page.url.partition("#")[0]
    page.locator("#questions").get_by_role("link", name="What if").click()
    page.get_by_label("A fact").fill("her2")
    page.get_by_role("button", name="Choose a value").click()
    page.get_by_label("What if HER2 were").select_option("positive")
    page.get_by_role("button", name="Show the plan").click()
    page.locator("#changes", has_text="What would change").wait_for()
    assert page.locator(".what-if-banner").inner_text().startswith("What if: nothing here is recorded")
    assert page.url == f"{address}what-if"
    assert page.get_by_role("button", name="Save").or_(page.get_by_role("button", name="Accept")).count() == 0
    page.get_by_role("link", name="Leave what if").click()
    page.locator("#attention").wait_for()
    assert page.locator("#changes").count() == 0
    assert page.locator("#fact-her2 .state-stated").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_changed_and_in_what_if(in_tab, scheme):
    page = in_tab("discordant-receptors", color_scheme=scheme, viewport={"width": 320, "height": 900}, bypass_csp=True)
    page.goto(f"{page.url.partition('#')[0]}#fact-her2")
    fact = page.locator("#fact-her2")
    fact.get_by_label("Value").select_option("positive")
    fact.get_by_role("button", name="What if").click()
    page.locator("#changes").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_label("Reason").fill("Second biopsy")
    page.get_by_role("button", name="Record as a fact").click()
    page.locator("#changes:focus").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.locator("#changes").get_by_role("button", name="Undo").click()
    page.locator("#changes", has_text="taken back").wait_for()


def test_a_finding_without_value_is_entered_corrected_with_a_reason_only_and_withdrawn(in_tab):
    page = in_tab("her2-low")
    page.get_by_role("region", name="What we know").get_by_role("link", name="Bone metastasis").click()
    fact = page.locator("#fact-metastasis-bone")
    assert "Unknown is never read as negative" in fact.get_by_text("The chart holds nothing on this").inner_text()
    fact.get_by_label("Value").select_option("Yes")
    state(page, fact, "Enter", "Bone metastasis: stated as Yes")
    assert page.locator(".line .mark").count() > 0

    page.get_by_role("link", name="the fact with its results and its history").click()
    fact.get_by_label("Value").select_option("No")
    fact.get_by_role("button", name="Correct").click()
    expect(fact.get_by_label("Reason (required)")).to_be_focused()
    fact.get_by_label("Reason (required)").fill("Old fracture on the scan")
    state(page, fact, "Correct", "Bone metastasis: stated as No")

    page.get_by_role("link", name="the fact with its results and its history").click()
    said = fact.locator(".history").inner_text()
    assert [words for words in ("Yes", "No “Old fracture on the scan”") if words not in said] == []
    state(page, fact, "Withdraw this statement", "Bone metastasis: ")
    assert fact.locator("summary .state-unknown").count() == 1


def state(page, fact, button, title):
    """Press a button of a fact and wait for what it changed."""
    with page.expect_navigation():
        fact.get_by_role("button", name=button).click()
    page.locator("#changes:focus", has_text=title).wait_for()
    at_rest(page)
