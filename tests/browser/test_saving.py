"""While a save is under way: the button says so, it is sent once, and an EHR that takes its time is explained."""

import re

from tests.browser.test_seldom_seen import axe_finds_nothing
from tests.browser.waiting import at_rest


def test_a_slow_save_says_so_is_sent_once_and_can_be_pressed_again_when_no_answer_comes(in_tab, browse):
    browser = browse(bypass_csp=True)
    page = in_tab("no-results", browser)
    page.clock.install()
    page.reload()
    at_rest(page)
    sent = []

    def answer_nothing(route):  # and the page stays, as it does while the EHR is silent
        sent.append(route.request.url)
        route.fulfill(status=204)

    page.route("**/save", answer_nothing)
    save, said = page.locator("form.save button.primary"), page.locator("#saving")
    words = save.inner_text()
    browser.set_offline(True)
    save.click()
    said.get_by_text("Not saved: there is no connection").wait_for()
    browser.set_offline(False)

    save.click()
    said.get_by_text("is being written to Sandbox EHR").wait_for()
    assert save.inner_text() == "Saving …"
    assert (said.get_attribute("aria-live"), save.get_attribute("aria-disabled")) == ("polite", "true")
    assert save.evaluate("(button) => document.activeElement === button")
    save.evaluate("(button) => button.click()")
    page.clock.run_for(4_100)
    said.get_by_text("Sandbox EHR takes its time").wait_for()
    assert len(sent) == 1

    page.clock.run_for(90_000)
    said.get_by_text("No answer has come").wait_for()
    assert save.inner_text() == words
    page.unroute_all()
    save.click()
    page.locator("#delivery.saved:focus").wait_for()
    outcome = page.get_by_role("group", name=re.compile("^Saved. The plan is in the chart"))
    assert outcome.get_attribute("id") == "delivery"
    page.locator(".where > summary").click()
    page.evaluate("document.querySelectorAll('#facts, #course, #plan, #tests').forEach((part) => part.remove())")
    page.evaluate("window.scrollTo(0, 0)")  # what the strip covers is no smaller for it
    axe_finds_nothing(page)


def test_a_slow_answer_to_another_form_shows_on_the_button_that_was_pressed(in_tab):
    page = in_tab("no-results")
    sent = []

    def answer_nothing(route):
        sent.append(route.request.url)
        route.fulfill(status=204)

    page.route("**/own/**", answer_nothing)
    page.locator(".own .add-own > summary").click()
    page.locator("#own-new-care").check()
    page.get_by_label("What the plan should hold").fill("Music")
    add = page.locator(".own .add-own button[value='add']")
    add.click()
    page.locator("[aria-live='polite']", has_text="One moment …").wait_for(state="attached")
    assert (add.inner_text(), add.get_attribute("aria-disabled")) == ("One moment …", "true")
    add.evaluate("(button) => button.click()")
    assert len(sent) == 1
