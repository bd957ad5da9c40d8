"""What is taken along, in a real browser: copied with one press, unticked before printing, one sheet on paper."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pdfs import sheets

MILLIMETRE = 96 / 25.4
LETTER_SHEET = {"width": round((215.9 - 24) * MILLIMETRE), "height": round((279.4 - 23) * MILLIMETRE)}
MAKING_A_PDF = 90_000  # milliseconds, on a busy machine
PRINTS = "window.print = () => { document.body.dataset.printed = location.pathname; }"
PAGES = ("print/board", "print/patient", "print/patient?lang=es", "note")


def workspace_of(page):
    return re.match(r".*/w/[^/]+/", page.url)[0]


def decide(page, title, choice):
    line = page.locator("article, .line", has=page.get_by_text(title, exact=True)).first
    with page.expect_navigation():
        line.get_by_role("button", name=choice).first.click()


def downloaded(page, role, name, file):
    with page.expect_download(timeout=MAKING_A_PDF) as begun:
        page.get_by_role(role, name=name, exact=True).click(timeout=MAKING_A_PDF)
    assert begun.value.suggested_filename == file
    return Path(begun.value.path()).read_bytes()


def test_the_note_is_copied_with_one_press_in_both_flavours(in_tab):
    page = in_tab("her2-low", permissions=["clipboard-read", "clipboard-write"])
    decide(page, "Specialist palliative care", "Accept")
    page.get_by_role("link", name="Copy for the note").click()
    page.get_by_text("Copied. Paste it into the note.").wait_for()
    copied = page.evaluate(
        """async () => {
          const [item] = await navigator.clipboard.read();
          const read = async (kind) => (await item.getType(kind)).text();
          return [await read("text/plain"), await read("text/html")];
        }"""
    )
    assert "Accepted: Specialist palliative care" in copied[0]
    assert re.search(r"<b>Accepted:</b> Specialist palliative care", copied[1])


def test_where_a_frame_forbids_copying_the_text_is_there_to_copy_by_hand(in_frame):
    body = in_frame("her2-low")
    body.get_by_role("link", name="Copy for the note").click()
    area = body.get_by_label("Select all of it")
    area.wait_for()
    assert area.input_value().startswith("DRAFT. ")
    body.get_by_role("button", name="Copy").click()
    body.get_by_text(re.compile(r"Copied|Selected")).wait_for()


def test_print_prints_the_page_and_not_the_ehr_around_it(in_frame):
    body = in_frame("her2-low")
    body.get_by_role("link", name="Page for the patient").click()
    pressed = body.get_by_role("button", name="Print", exact=True)
    pressed.wait_for()
    pressed.page.context.add_init_script(PRINTS)
    pressed.click()
    body.and_(body.page.frame_locator("iframe").locator("[data-printed$='/print/patient']")).wait_for()
    assert "looks the same" not in body.inner_text()


def test_what_is_typed_is_kept_by_print_by_the_enter_key_and_by_the_way_back(in_tab):
    page = in_tab("tn-second-line")
    decide(page, "Specialist palliative care", "Accept")
    page.context.add_init_script(PRINTS)
    page.goto(f"{workspace_of(page)}print/patient")
    page.get_by_label("Phone").first.fill("555-0100")
    page.get_by_role("button", name="Print", exact=True).click()
    page.locator("body[data-printed]").wait_for()
    assert page.locator(".call .phone").all_inner_texts() == ["555-0100"]
    page.get_by_label("Phone").nth(1).fill("555-0101")
    page.get_by_label("Phone").nth(1).press("Enter")
    page.locator("body:not([data-printed]) .call", has_text="555-0101").wait_for()
    page.get_by_role("button", name="Español").click()
    page.get_by_role("heading", level=1, name="Su plan").wait_for()
    assert page.locator("html").get_attribute("lang") == "es"
    assert "Trabaja junto con su equipo del cáncer." in page.locator("main").inner_text()
    assert page.locator(".call .phone").all_inner_texts() == ["555-0100", "555-0101"]
    page.get_by_label("Phone").nth(2).fill("555-0102")
    page.get_by_role("button", name="Back to the review").click()
    page.locator("#take-along").get_by_role("link", name="Page for the patient").click()
    page.locator(".call", has_text="555-0102").wait_for()


def test_the_whole_plan_as_fhir_and_a_page_as_pdf_are_files_to_take_along(in_tab):
    page = in_tab("her2-low")
    decide(page, "Specialist palliative care", "Accept")
    bundle = json.loads(downloaded(page, "link", "FHIR resources (JSON)", "care-plan.json"))
    assert bundle["resourceType"] == "Bundle"
    [plan] = [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == "CarePlan"]
    lines = {each["detail"]["code"]["text"]: each["detail"] for each in plan["activity"]}
    assert lines["Specialist palliative care"]["statusReason"]["text"].startswith("Accepted by ")
    assert page.get_by_role("link", name="printed page (PDF)").is_visible()  # made for `-m pdf`: it takes its time
    page.get_by_role("link", name="Page for the board").click()
    page.get_by_label("Question for the board").fill("Local therapy first?")
    assert downloaded(page, "button", "PDF", "board-page.pdf").startswith(b"%PDF")


def test_what_is_unticked_is_not_printed_and_the_tools_are_not_either(in_tab):
    page = in_tab("brca-carrier")
    decide(page, "Specialist palliative care", "Accept")
    decide(page, "Goals of care", "Accept")
    page.goto(f"{workspace_of(page)}print/patient")
    page.get_by_label("A team that helps you feel better").uncheck()
    page.emulate_media(media="print")
    assert not page.get_by_text("A team that helps you feel better").is_visible()
    assert page.get_by_text("A talk about what matters most to you").is_visible()
    for screen_only in (".tools", ".keep", "small"):
        assert not page.locator(screen_only).first.is_visible()
    sizes = page.locator("main p:visible, main li:visible, main dd:visible").evaluate_all(
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize) * 0.75)"
    )
    assert min(sizes) >= 13.99


@pytest.mark.parametrize(
    ("path", "record"), [("", "MRNSBX-0001"), ("print/board", "SBX-0001"), ("print/patient", "SBX-0001")]
)
def test_every_sheet_that_the_browser_prints_says_whose_it_is(in_tab, path, record):
    page = in_tab("hr-positive")
    page.goto(f"{workspace_of(page)}{path}")
    printed = sheets(page.pdf(format="Letter"))
    assert len(printed) > 1
    assert [sheet for sheet in printed if "Ruth Samplewood" not in sheet or record not in sheet] == []


@pytest.mark.parametrize("patient", ["brain-metastases", "no-results"])
def test_the_sheet_for_the_board_fits_on_the_shorter_paper(in_tab, patient):
    page = in_tab(patient)
    page.goto(f"{workspace_of(page)}print/board")
    page.set_viewport_size(LETTER_SHEET)
    page.emulate_media(media="print")
    assert 0 < page.locator("#sheet").bounding_box()["height"] <= LETTER_SHEET["height"]


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_on_the_pages_and_nothing_runs_off_the_side(in_tab, width):
    page = in_tab("brca-carrier", bypass_csp=True, viewport={"width": width, "height": 900})
    workspace = workspace_of(page)
    for path in PAGES:
        page.goto(f"{workspace}{path}")
        found = Axe().run(page)
        assert found.response["violations"] == [], f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
