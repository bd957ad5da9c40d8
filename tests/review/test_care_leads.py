"""Hospice elected: care leads on the page, for the board and in the note; nothing is prepared that helps only later."""

import re

import pytest


@pytest.fixture
def in_hospice(visit):
    visit.read()
    assert visit.post("/facts/hospice-elected", value="true").status_code == 303
    return visit.read().text


def test_care_stands_before_treatment_and_in_brief_as_well(in_hospice):
    assert in_hospice.index('id="support-title"') < in_hospice.index('id="treatment-title"')
    assert "leads the plan now" in in_hospice
    brief = re.search(r'<section id="brief".*?</section>', in_hospice, re.S)[0]
    assert brief.index('href="#support-title"') < brief.index('href="#list-offered"')
    assert "Nothing can be offered yet" not in in_hospice


def test_without_it_treatment_stands_first(visit):
    page = visit.read().text
    assert page.index('id="treatment-title"') < page.index('id="support-title"')
    assert "alongside treatment, from the start" in page


def test_the_board_and_the_note_begin_with_care(visit, in_hospice):
    note = visit.page(f"{visit.workspace}/note.txt").text
    assert note.index("SUPPORTIVE CARE") < note.index("PROPOSAL")
    sheet = visit.page(f"{visit.workspace}/print/board").text.partition('id="appendix"')[0]
    assert sheet.index("<h2>Supportive care") < sheet.index("<h2>Proposal")


def test_no_test_is_due_for_what_helps_only_later(in_hospice):
    lines = set(re.findall(r'<article class="line standing-([a-z-]+)[^>]*id="line-([a-z-]+)"', in_hospice))
    assert ("judgement", "treatment-category-bma") in lines
    tests = {name for _, name in lines if name.startswith("assessment-")}
    assert tests.isdisjoint({"assessment-dental", "assessment-renal-ca", "assessment-interactions", "assessment-dpyd"})
    care = {name.removeprefix("supportive-care-") for _, name in lines if name.startswith("supportive-care-")}
    assert {"hospice", "eol", "contact-plan", "home-care", "caregiver", "bereavement", "pain"} <= care
    assert care.isdisjoint({"vaccine", "second-opinion", "exercise", "vte"})


def test_the_patients_page_names_the_hospice_team_first_and_speaks_of_no_treatment(visit, in_hospice):
    for language, first, relief in (
        ("en", "call the hospice team first", "and your medicines do not help"),
        ("es", "llame primero al equipo de hospicio", "y sus medicinas no ayudan"),
    ):
        page = visit.page(f"{visit.workspace}/print/patient?lang={language}").text
        urgent = re.search(r'<section class="urgent">.*?</section>', page, re.S)[0]
        assert first in urgent
        ticked = re.findall(r'value="sign\.urgent\.([a-z]+)" id="[^"]+" checked', urgent)
        assert "cough" not in ticked
        assert "gut" not in ticked
        assert {"legs", "head", "breath", "relief", "life"} <= set(ticked)
        assert relief in urgent
