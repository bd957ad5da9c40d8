"""Every way to decide, by what stands on the page; who saw what first; and what the EHR holds once it is saved."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import home_of
from tests.browser.test_seldom_seen import alone, axe_finds_nothing
from tests.browser.waiting import at_rest

DAY, DAY_IN_WORDS = "2030-12-12", "12 Dec 2030"
OTHER_REVIEWER = "Jonas Mockwell"


def line_of(page, title):
    return page.get_by_role("article").filter(has=page.get_by_role("heading", name=title, exact=True))


def open_form(line, word):
    line.locator("summary", has_text=word).click()


def press(page, button):
    """Press a button and wait for the page that it leads to, until that can be used."""
    with page.expect_navigation():
        button.click()
    at_rest(page)


def decide(page, line, button):
    press(page, line.get_by_role("button", name=button, exact=True))


def is_shown(line, choice, *words):
    assert line.locator(f".badge.{choice}").count() == 1
    said = line.locator(".decided-by").inner_text()
    assert [each for each in words if each not in said] == []


def add_own(page, kind, text):
    page.get_by_text("Add a line of your own").click()
    own = page.locator("#own .add-own")
    own.get_by_label(kind, exact=True).check()
    own.get_by_label("What the plan should hold").fill(text)
    press(page, own.get_by_role("button", name="Add this line"))


def own_line(page, text):
    return page.locator("#own").get_by_role("article").filter(has_text=text)


def parts_of(activity):
    """What the extension of a decision holds as data, by the name of each part."""
    [decision] = [each for each in activity.get("extension", ()) if each["url"].endswith("/review-decision")]
    return {
        part["url"]: next(value for name, value in part.items() if name.startswith("value"))
        for part in decision["extension"]
    }


def saved(page, installation, patient):
    """The plan in the EHR after a save, and its lines by their words."""
    page.get_by_role("button", name="Save to EHR").click()
    page.locator("#delivery.saved").wait_for()
    [plan] = installation.plans_of(patient)
    details = [(each, each["detail"]) for each in plan["activity"]]
    return plan, {(detail.get("code") or {}).get("text") or detail["description"]: each for each, detail in details}


def test_lines_are_changed_declined_deferred_taken_back_and_added_and_the_ehr_holds_each(in_tab, installation):
    patient = "her2-low"
    page = in_tab(patient)

    line = line_of(page, "Everolimus + endocrine therapy")
    open_form(line, "Change")
    line.get_by_label("Start after").fill("Tumour sequencing")
    line.get_by_label("Not before").fill(DAY)
    line.get_by_label("Setting").select_option("At home or close to home")
    line.get_by_label("Reason (optional)").select_option("Agreed in the tumour board")
    decide(page, line, "Keep with this change")
    is_shown(line, "change", "Start after: Tumour sequencing", f"Not before {DAY_IN_WORDS}", "At home or close to home")

    line = line_of(page, "Clinical trial")
    open_form(line, "Decline")
    line.get_by_label("Reason (required").select_option("The patient does not want it")
    line.get_by_label(re.compile("^In its place")).fill("Second opinion")
    decide(page, line, "Decline with this reason")
    is_shown(line, "decline", "In its place: Second opinion", "Reason: The patient does not want it")

    line = line_of(page, "AKT inhibitor + fulvestrant")
    open_form(line, "Defer")
    result = line.get_by_label("Until this result is there")
    awaited = result.locator("option").nth(1).inner_text()
    result.select_option(awaited)
    decide(page, line, "Defer")
    is_shown(line, "defer", f"Until {awaited} is known")

    line = line_of(page, "Fatigue")
    open_form(line, "Defer")
    line.get_by_label("Until this day").fill(DAY)
    decide(page, line, "Defer")
    is_shown(line, "defer", f"Until {DAY_IN_WORDS}")

    line = line_of(page, "Nutrition")
    decide(page, line, "Accept Nutrition")
    is_shown(line, "accept")
    decide(page, line, "Undo the decision on Nutrition")
    assert line.locator(".badge.open").count() == 1

    add_own(page, "Care", "Music")
    own = own_line(page, "Music")
    open_form(own, "Change")
    own.get_by_label("What the plan should hold").fill("Music at home")
    decide(page, own, "Keep this change")
    assert own_line(page, "Music at home").get_by_text("Your change is kept.").is_visible()
    add_own(page, "Care", "Painting")
    decide(page, own_line(page, "Painting"), "Take away Painting")
    assert own_line(page, "Painting").count() == 0
    expect(page.get_by_role("button", name="Put back Painting")).to_be_visible()

    plan, lines = saved(page, installation, patient)
    changed = parts_of(lines["Everolimus + endocrine therapy"])
    assert (changed["decision"], changed["after"]["text"]) == ("change", "Tumour sequencing")
    assert (changed["not-before"], changed["setting"]) == (DAY, "At home or close to home")
    declined = parts_of(lines["Clinical trial"])
    assert (declined["decision"], declined["instead"]["text"]) == ("decline", "Second opinion")
    assert lines["Clinical trial"]["detail"]["status"] == "cancelled"
    deferred = parts_of(lines["Fatigue"])
    assert (deferred["decision"], deferred["until-date"]) == ("defer", DAY)
    assert f"Until {awaited} is known" in plan["text"]["div"]
    assert lines["Nutrition"]["detail"]["statusReason"]["text"] == "Not decided at this review."
    assert any("Music at home" in words for words in lines)
    assert not any("Painting" in words for words in lines)


@pytest.fixture
def other_reviewer(browse, installation):
    """A browser in which somebody else is signed in at the EHR."""
    browser = browse()
    page = browser.new_page()
    page.goto(f"{installation.ehr.url}/")
    who = page.get_by_label("Signed in as")
    who.select_option(who.locator("option", has_text=OTHER_REVIEWER).inner_text())
    with page.expect_navigation():
        page.get_by_role("button", name="Change").click()
    return browser


def is_told_what_the_other_did(page, place, words):
    told = place.locator(".meanwhile")
    assert told.count() == 1
    refused = page.locator("#problem")
    assert refused.is_visible()
    assert OTHER_REVIEWER in told.inner_text()
    said = f"{refused.inner_text()} {told.inner_text()}"
    assert [each for each in ("after your page was opened", *words) if each not in said] == []


def test_what_another_reviewer_did_meanwhile_is_shown_and_both_are_signed(in_tab, browse, other_reviewer, installation):
    patient = "er-low"
    page = in_tab(patient, browse(bypass_csp=True))
    add_own(page, "Care", "Music")
    theirs = in_tab(patient, other_reviewer)
    assert theirs.get_by_text(OTHER_REVIEWER).first.is_visible()

    own = own_line(theirs, "Music")
    open_form(own, "Change")
    own.get_by_label("What the plan should hold").fill("Music at home")
    decide(theirs, own, "Keep this change")
    decide(page, own_line(page, "Music"), "Take away Music")
    is_told_what_the_other_did(page, own_line(page, "Music at home"), ["changed this line"])

    theirs.get_by_role("button", name="Yes Bone metastasis").click()
    theirs.locator("#changes:focus").wait_for()
    press(page, page.get_by_role("button", name="No Bone metastasis"))
    is_told_what_the_other_did(page, page.locator("#fact-metastasis-bone"), ["stated “Yes”", "is not kept yet"])

    decide(theirs, line_of(theirs, "Goals of care"), "Accept Goals of care")
    line = line_of(theirs, "Specialist palliative care")
    open_form(line, "Decline")
    line.get_by_label("In your own words").fill("She has her own team")
    decide(theirs, line, "Decline with this reason")
    line = line_of(page, "Specialist palliative care")
    open_form(line, "Change")
    line.get_by_label("What the plan should say instead").fill("Only by telephone")
    decide(page, line, "Keep with this change")
    is_told_what_the_other_did(page, line, ["decided here", "She has her own team", "is not kept yet"])
    alone(line)
    axe_finds_nothing(page)

    page.goto(home_of(page))
    line.locator(".kept", has_text="Given back").wait_for()
    assert line.locator(".badge.decline").count() == 1
    assert line.get_by_label("What the plan should say instead").input_value() == "Only by telephone"
    decide(page, line, "Keep with this change")
    open_form(line, "History")
    history = line.get_by_role("list").filter(has_text="Changed by").inner_text()
    assert f"Declined by {OTHER_REVIEWER}" in history
    _, lines = saved(page, installation, patient)
    decided = {"Goals of care": "np-mockwell", "Specialist palliative care": "dr-testfield"}
    for title, author in decided.items():
        assert parts_of(lines[title])["author"]["reference"] == f"Practitioner/{author}"
