"""The whole job by what stands on the page: HER2 settled, a line declined, care added, paper, the chart."""

from axe_playwright_python.sync_playwright import Axe

PATIENT = "her2-conflict"
AGAINST = "Lives too far away for weekly visits"


def offered(page):
    return page.locator(".list-offered .line-title").all_inner_texts()


def test_a_conflict_is_settled_a_line_declined_care_added_the_patients_page_printed_and_all_saved(in_tab, installation):
    page = in_tab(PATIENT)
    assert "Taxane + trastuzumab + pertuzumab" not in offered(page)

    page.locator("#attention").get_by_role("link", name="Say which is right: HER2").click()
    her2 = page.get_by_role("form", name="Which is right: HER2")
    her2.get_by_label("Reason").fill("Both slides read again at the board")
    her2.get_by_role("button", name="It is Positive (Sandbox General Hospital Pathology").click()

    page.locator("#changes:focus").wait_for()
    moved = page.locator("#changes").inner_text()
    assert "HER2: stated as Positive" in moved
    assert "Taxane + trastuzumab + pertuzumab" in moved
    assert "Taxane + trastuzumab + pertuzumab" in offered(page)
    assert "Results disagree" not in page.locator("#attention").inner_text()

    trial = page.locator(".list-offered .line", has=page.get_by_role("heading", name="Clinical trial"))
    trial.locator("summary", has_text="Decline").click()
    trial.get_by_role("textbox", name="In your own words").fill(AGAINST)
    trial.get_by_role("button", name="Decline with this reason").click()
    page.locator(".line .badge.decline").wait_for()

    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Care", exact=True).click()
    care = page.locator("#more-care")
    care.locator("summary").click()
    care.get_by_role("button", name="Add Hospice", exact=True).click()
    added = page.locator("#own .own-line:focus", has_text="Hospice")
    added.wait_for()
    assert added.get_by_text("Added: it is a line of this plan now.").is_visible()
    assert "chosen from the template’s list" in added.inner_text()

    page.locator("#take-along").get_by_role("link", name="Page for the patient").click()
    page.get_by_role("heading", level=1, name="Your plan").wait_for()
    assert "hospice" in page.locator("main").inner_text().lower()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.emulate_media(media="print")
    assert not page.get_by_role("button").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Back to the review").click()

    page.get_by_role("button", name="Save to EHR").click()
    page.locator(".delivery.saved").wait_for()
    [plan] = installation.plans_of(PATIENT)
    lines = {
        (each["detail"].get("code") or {}).get("text") or each["detail"]["description"]: each["detail"]
        for each in plan["activity"]
    }
    assert lines["Clinical trial"]["statusReason"]["text"] == AGAINST
    assert any("Hospice" in text for text in lines)
    [stated] = [
        each
        for each in installation.observations_of(PATIENT)
        if "careplan-plugin" in str(each["code"]) and "her2" in str(each["code"])
    ]
    assert stated["note"][0]["text"] == "Both slides read again at the board"
