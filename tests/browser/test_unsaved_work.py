"""What was typed or pressed outlives a lost connection and a crashed browser; other reviewers make themselves known."""

import re
import time

from tests.browser.waiting import at_rest

PATIENT = "her2-low"
LONGER_THAN_TYPING_RESTS = 1.0  # seconds
STORED = "Object.entries(localStorage).filter(([name]) => name.startsWith('careplan.')).map(String).join()"


def line_of(page):
    return page.locator(".support .line").first


def stored(page, is_awaited):
    """What the browser keeps, once that is what is awaited."""
    for _ in range(150):
        kept = page.evaluate(STORED)
        if is_awaited(kept):
            return kept
        page.wait_for_timeout(100)
    raise AssertionError(f"the store still holds {kept!r}")


def nothing(kept):
    return kept == ""


def test_typed_text_is_given_back_after_a_crash_and_gone_once_it_is_sent(in_tab, browse):
    browser = browse()
    page = in_tab(PATIENT, browser)
    line = line_of(page)
    line.locator("summary", has_text="Change").click()
    line.get_by_label("What the plan should say instead").fill("Only by telephone")
    first = stored(page, bool)
    line.get_by_label("Not before").fill("2030-12-12")
    second = stored(page, lambda kept: kept != first)
    assert "telephone" not in first + second
    page.close()

    page = in_tab(PATIENT, browser)
    line = line_of(page)
    line.locator(".kept", has_text="Given back").wait_for()
    assert line.get_by_label("What the plan should say instead").input_value() == "Only by telephone"
    assert line.get_by_label("Not before").input_value() == "2030-12-12"
    line.get_by_role("button", name="Keep with this change").click()
    line.locator(".badge.change").wait_for()
    stored(page, nothing)
    assert page.locator(".kept").count() == 0


def test_cancel_closes_the_form_drops_what_was_typed_and_leads_back_to_where_it_was_opened(in_tab):
    page = in_tab(PATIENT)
    line = line_of(page)
    for word, label in (("Change", "What the plan should say instead"), ("Decline", "Or in your own words")):
        opener = line.locator("summary", has_text=word)
        opener.click()
        field = line.get_by_label(label)
        served = field.input_value()
        field.fill("Typed by mistake")
        page.locator("#unsent li").wait_for()
        line.get_by_role("button", name="Cancel").click()
        page.locator("#unsent").wait_for(state="hidden")
        assert line.locator("details.decide[open]").count() == 0
        assert opener.evaluate("each => each === document.activeElement")
        assert page.evaluate(STORED) == ""
        opener.click()
        assert field.input_value() == served
        line.get_by_role("button", name="Cancel").click()
    with page.expect_navigation():
        line.get_by_role("button", name="Accept").first.click()
    assert page.locator(".beside-typed").count() == 0
    line.locator(".badge.accept").wait_for()


def test_a_decision_pressed_without_connection_is_kept_and_can_be_sent_again(in_tab, browse):
    browser = browse()
    page = in_tab("premenopausal", browser)
    line = line_of(page)
    browser.set_offline(True)
    page.locator("#offline").wait_for()
    line.get_by_role("button", name="Accept", exact=False).first.click()
    line.locator(".kept.not-sent").wait_for()
    assert "Not sent: there is no connection" in line.inner_text()
    browser.set_offline(False)
    page.locator("#offline").wait_for(state="hidden")
    assert "The connection is back: press the same button again" in line.locator(".kept.not-sent").inner_text()

    page.locator(".own .add-own > summary").click()
    page.get_by_label("What the plan should hold").fill("Half a line")
    page.locator("#unsent", has_text="A line of your own: typed").wait_for()
    page.get_by_role("button", name="Save to EHR").click()
    told = page.locator("#left-out")
    told.wait_for()
    assert told.locator("li").count() == 2
    assert "Not saved yet" in told.inner_text()
    assert "has not been saved yet" in page.locator("#send").inner_text()
    assert page.get_by_role("button", name="Save without it").is_visible()
    told.locator("li", has_text="A line of your own").get_by_role("button", name="Discard").click()
    assert told.locator("li").count() == 1
    page.locator("#unsent", has_text="A line of your own").wait_for(state="hidden")

    page.reload()
    line.locator(".kept", has_text=re.compile("Not sent: “Accept.*press it again")).wait_for()
    assert line.locator(".badge.open").count() == 1
    line.get_by_role("button", name="Accept", exact=False).first.click()
    line.locator(".badge.accept").wait_for()
    page.locator("#unsent").wait_for(state="hidden")
    assert page.locator(".kept").count() == 0


def test_a_session_that_ends_while_somebody_types_gives_the_text_to_the_next_one(in_tab, browse):
    browser = browse()
    page = in_tab("brca-carrier", browser)
    line = line_of(page)
    line.locator("summary", has_text="Change").click()
    line.get_by_label("What the plan should say instead").fill("Only by telephone")
    closing = page.locator("form", has=page.get_by_role("button", name="Close this session"))
    token = closing.locator("[name=csrf_token]").input_value()
    page.request.post(closing.evaluate("(form) => form.action"), form={"csrf_token": token})  # as elsewhere, or by time
    line.get_by_role("button", name="Keep with this change").click()
    line.locator(".kept.not-sent", has_text="this session is over").wait_for()
    assert "Launch the plug-in again from the patient’s chart" in page.locator("#over").inner_text()
    assert line.get_by_label("What the plan should say instead").input_value() == "Only by telephone"

    page = in_tab("brca-carrier", browser)
    line = line_of(page)
    line.locator(".kept.not-sent", has_text="Not sent: “Keep with this change").wait_for()
    assert line.locator(".badge.open").count() == 1
    line.get_by_role("button", name="Keep with this change").click()
    line.locator(".badge.change").wait_for()
    assert "“Only by telephone”" in line.locator(".decided-by").inner_text()


def test_accept_does_not_drop_what_was_typed_in_another_form_of_its_line(in_tab):
    page = in_tab("man")
    line = line_of(page)
    line.locator("summary", has_text="Change").click()
    line.get_by_label("What the plan should say instead").fill("Only by telephone")
    line.get_by_role("button", name=re.compile("^Accept")).first.click()
    asked = line.locator(".beside-typed")
    asked.wait_for()
    assert "You typed here: “Only by telephone”. “Accept” does not send that." in asked.inner_text()
    assert line.locator(".badge.open").count() == 1
    page.locator("#unsent", has_text="typed").wait_for()
    page.reload()
    line.locator(".kept", has_text="Given back").wait_for()
    line.get_by_role("button", name=re.compile("^Accept")).first.click()
    asked.get_by_role("button", name="Keep with this change").click()
    line.locator(".badge.change").wait_for()
    at_rest(page)
    assert "“Only by telephone”" in line.locator(".decided-by").inner_text()

    second = page.locator(".support .line").nth(1)
    second.locator("summary", has_text="Decline").click()
    second.get_by_label("In your own words").fill("Not now")
    second.get_by_role("button", name=re.compile("^Accept")).first.click()
    second.get_by_role("button", name="Accept, and drop what I typed").click()
    second.locator(".badge.accept").wait_for()
    assert page.locator(".kept").count() == 0


def test_a_change_elsewhere_is_told_and_closing_drops_what_was_not_sent_after_asking(in_tab, browse):
    browser = browse()
    page = in_tab("no-results", browser)
    assert not page.locator("#changed").is_visible()
    other = in_tab("no-results", browse())
    other.locator(".own .add-own > summary").click()
    other.get_by_label("Care", exact=True).check()
    other.get_by_label("What the plan should hold").fill("Music")
    other.get_by_role("button", name="Add this line").click()
    other.locator(".own-line").wait_for()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.locator("#changed").wait_for()

    page.locator(".own .add-own > summary").click()
    page.get_by_label("What the plan should hold").fill("Painting")
    stored(page, bool)
    close = page.get_by_role("button", name="Close this session")
    close.click()
    page.get_by_text("Close again to drop it").wait_for()
    page.route(re.compile("/close$"), lambda route: (time.sleep(LONGER_THAN_TYPING_RESTS), route.continue_()))
    page.get_by_label("What the plan should hold").press_sequentially(", twice a week")
    close.click()
    page.get_by_role("heading", name="This session is closed").wait_for()
    assert page.evaluate(STORED) == ""
