"""The printed pages as PDF: one sheet and then the appendix, for every sample patient, on the shorter paper too."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from plugin.delivery.lines import decidable_lines, key_of, standing_of
from plugin.delivery.printed import as_pdf
from plugin.findings.bundle import resources_of
from plugin.launch.cookies import CookiePolicy
from plugin.library.content import PACKAGE
from plugin.storage.reviews import PatientKey, decide
from plugin.web.desk import EXTENSION
from plugin.web.output_pages import EXTENSION as OUTPUTS
from plugin.web.output_pages import Site
from tests.outputs.conftest import CHOICES, RUIZ, SAID, SAMPLES
from tests.pdfs import sheets, unpacked
from tests.review.ehr_stub import open_workspace
from tests.review.visit import NOW, TOKEN

pytestmark = pytest.mark.pdf
STATIC = Path(PACKAGE) / "web/static"
A4, LETTER = b"MediaBox [0 0 595.275591 841.889764]", b"MediaBox [0 0 612 792]"


def pages_of(pdf):
    """The number of pages, and from each heading to the page that it stands on, from 1."""
    plain = unpacked(pdf)
    kids = re.findall(rb"(\d+) 0 R", re.search(rb"/Type /Pages/Kids \[(.*?)\]", plain)[1])
    headings = re.findall(rb"/Title \((.*?)\)/Dest \[(\d+) 0 R", plain)
    return len(kids), {title.decode("latin-1"): kids.index(page) + 1 for title, page in headings}


def without_the_screen(page):
    """The HTML as it is printed: without what only the screen shows, and with nothing to load."""
    return re.sub(r'<form class="tools".*?</form>|<link [^>]*>', "", page, flags=re.S)


def shortened(page):
    """The page with an appendix of one heading, which is quick to print."""
    return re.sub(r"(<h1>Appendix</h1>).*?(</div>\s*</section>\s*</main>)", r"\1\2", page, flags=re.S)


@pytest.fixture
def open_sample(visit):
    """Opens a sample patient in whose plan every line was decided by turns."""
    office = visit.app.extensions[EXTENSION]

    def open_one(name):
        resources = resources_of(orjson.loads((PACKAGE / "sandbox/patients" / f"{name}.json").read_bytes()))
        [patient] = [each["id"] for each in resources if each["resourceType"] == "Patient"]
        visit.chart.resources = resources
        key = PatientKey(visit.iss, patient)
        draft = office.workbench.open(key, resources).draft
        with office.workbench.database.session() as session:
            for line, choice in zip(decidable_lines(draft), CHOICES * 40, strict=False):
                if choice:
                    words = SAID.get(choice, "")
                    decide(
                        session, key, line=key_of(line), template_version="0.1.0", choice=choice, author=RUIZ, at=NOW,
                        standing=standing_of(line), text=words if choice == "change" else "", reason=words,
                    )  # fmt: skip
        secret = open_workspace(visit.settings, visit.iss, NOW, name, patient)
        visit.workspace = f"/w/{name}"
        cookie = CookiePolicy.of(visit.settings).name("workspace")
        visit.client.set_cookie(cookie, secret, path=visit.workspace, domain="127.0.0.1")
        return visit.page(f"{visit.workspace}/print/board").text

    return open_one


def test_the_sheet_of_every_sample_patient_is_one_page_and_the_appendix_begins_on_the_second(open_sample):
    found = {}
    for name in SAMPLES:
        page = shortened(without_the_screen(open_sample(name)))
        assert 'id="sheet"' in page
        pdf = as_pdf(page, STATIC / "paper.css", STATIC / "board.css", rules="@page { size: letter }")
        assert LETTER in unpacked(pdf)
        found[name] = (pages_of(pdf)[0], pages_of(pdf)[1]["Appendix"])
    assert found == dict.fromkeys(SAMPLES, (2, 2))


def test_the_pdf_of_the_board_is_the_sheet_with_its_question_and_the_whole_appendix(open_sample, visit):
    token = TOKEN.search(open_sample("tn-second-line"))[1]
    form = {"csrf_token": token, "question": "Which drug first?"}
    answer = visit.client.post(f"{visit.workspace}/print/board.pdf", data=form, base_url=visit.base)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="board-page.pdf"'
    count, headings = pages_of(answer.data)
    assert headings["Appendix"] == 2
    assert headings["To clarify"] == headings["Supportive care"] == 1
    assert count > 2
    assert A4 in unpacked(answer.data)
    patient = resources_of(orjson.loads((PACKAGE / "sandbox/patients/tn-second-line.json").read_bytes()))
    [number] = [each["identifier"][0]["value"] for each in patient if each["resourceType"] == "Patient"]
    assert [number in sheet for sheet in sheets(answer.data)] == [True] * count


def test_the_pdf_of_the_patient_leaves_off_what_was_unticked(open_sample, visit, monkeypatch):
    made = []
    monkeypatch.setattr("plugin.web.output_pages.as_pdf", lambda page, *_, **__: made.append(page) or b"%PDF-")
    open_sample("hr-positive")
    page = visit.page(f"{visit.workspace}/print/patient?lang=es").text
    keys = re.findall(r'name="keep" value="([^"]+)"', page)
    texts = dict(re.findall(r'<label for="([^"]+)">(.*?)</label>', page))
    shown = re.search(r'name="signs" value="([^"]*)"', page)[1]
    form = {"csrf_token": TOKEN.search(page)[1], "keep": keys[1:], "signs": shown}
    visit.client.post(f"{visit.workspace}/print/patient.pdf?lang=es", data=form, base_url=visit.base)
    [html] = made
    assert texts[keys[0]] not in html
    assert all(texts[key] in html for key in keys[1:])
    assert "<input" not in html
    assert "<form" not in html
    assert 'lang="es"' in html


@pytest.mark.parametrize(("before", "begins"), [(215, 1), (240, 2)])
def test_room_for_questions_begins_where_the_page_has_room(before, begins):
    room = '<section class="questions"><h2>My questions</h2><ul class="room">' + 4 * '<li class="blank"></li>'
    filler = f'<div style="height: {before}mm"></div>'
    page = f'<html lang="en"><title>Plan</title><main>{filler}{room}</ul></section></main>'
    pdf = as_pdf(page, STATIC / "paper.css", STATIC / "patient.css", rules="@page { size: a4 }")
    assert pages_of(pdf) == (2, {"My questions": begins})


@pytest.mark.parametrize("block", ["urgent", "call", "wishes", "lines", "next"])
def test_a_block_of_the_patients_page_stands_whole_on_one_sheet(block):
    filler = '<div style="height: 245mm"></div>'
    items = "".join(f"<li>Item {number}</li>" for number in range(6))
    page = (
        f'<html lang="en"><title>Plan</title><main>{filler}<section class="{block}"><ul>{items}</ul></section></main>'
    )
    pdf = as_pdf(page, STATIC / "paper.css", STATIC / "patient.css", rules="@page { size: a4 }")
    assert [sheet.count("Item") for sheet in sheets(pdf)] == [0, 6]


def test_the_patients_page_is_a_pdf_with_large_type_on_the_paper_of_the_site(open_sample, visit):
    token = TOKEN.search(open_sample("hr-positive"))[1]
    visit.app.extensions[OUTPUTS] = Site((), "letter")
    keep = {"csrf_token": token, "keep": "treatment-category.cdk46-et"}
    answer = visit.client.post(f"{visit.workspace}/print/patient.pdf", data=keep, base_url=visit.base)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="patient-page.pdf"'
    plain = unpacked(answer.data)
    sizes = [float(size) * 0.75 for size in re.findall(rb"/\S+ ([\d.]+) Tf", plain)]
    page_number = 10
    assert min(size for size in sizes if size > page_number + 0.1) >= 13.9
    assert LETTER in plain
    assert b"pdfuaid" in plain
    whose = "Ruth Samplewood · Born: March 14, 1959 · Record number: SBX-0001"
    assert [whose in sheet for sheet in sheets(answer.data)] == [True, True]
