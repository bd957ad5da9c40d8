"""What is taken along, as a browser gets it: made for paper, guarded like the review, each thing left off told."""

from __future__ import annotations

import re

import pytest

from plugin.delivery.lines import decidable_lines
from plugin.library.validation import check_model
from plugin.setting_contacts import Contact
from plugin.storage.reviews import PatientKey, decide
from plugin.web.output_pages import EXTENSION, Site
from tests.outputs.conftest import RUIZ, decided
from tests.review.ehr_stub import serving_chart
from tests.review.visit import NOW, PATIENT, TOKEN, Visit

PATHS = ("print/board", "print/patient", "note", "note.txt", "note.html")


def main_of(page):
    """What is printed of a page: all but the tools that only the screen shows."""
    return re.search(r"<main.*</main>", page.text, re.S)[0]


def post(visit, path, **form):
    token = TOKEN.search(visit.page(f"{visit.workspace}/print/board").text)[1]
    return visit.client.post(f"{visit.workspace}/{path}", data={"csrf_token": token, **form}, base_url=visit.base)


def get(visit, path):
    return visit.page(f"{visit.workspace}/{path}")


def accept(visit, *lines):
    for line in lines:
        assert visit.decide(line, "accept", bring="").status_code == 303


def test_the_review_leads_to_each_of_them_in_one_group(visit):
    page = visit.read().text
    group = re.search(r'<div class="take-along".*?</div>', page, re.S)[0]
    links = re.findall(r'href="([^"]+)"', group)
    assert [link.removeprefix(f"{visit.workspace}/") for link in links if not link.endswith("plan.pdf")] == [
        "print/board",
        "print/patient",
        "note",
        "plan.json",
    ]
    assert page.count('id="take-along"') == 1


def ticks_of(page):
    """What can be ticked on the patient's page, and whether it is."""
    found = re.findall(r'name="keep" value="([^"]+)" id="[^"]+"( checked)?', page.text)
    return {key: bool(ticked) for key, ticked in found}


def fields_of(page):
    """What the form before printing would send, ticks left out."""
    return {
        "seen": re.search(r'name="seen" value="(\d+)"', page.text)[1],
        "signs": re.search(r'name="signs" value="([^"]*)"', page.text)[1],
    }


@pytest.mark.parametrize("path", PATHS)
def test_they_are_for_the_browser_that_launched_and_nobody_keeps_them(visit, path):
    visit.read()
    answer = get(visit, path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    visit.client = visit.app.test_client()
    assert get(visit, path).status_code == 401


def test_the_page_for_the_board_has_a_sheet_and_an_appendix(visit):
    accept(visit, "supportive-care/pc")
    page = main_of(get(visit, "print/board"))
    sheet, appendix = page.split('id="appendix"')
    assert "Iris Example, female, 64 years, born 4 Mar 1962, no MRN" in sheet
    assert "Draft" in sheet
    assert "as of 22 Nov 2026" in sheet
    assert "Specialist palliative care" in sheet
    assert "(decisions by Dr. Ana Ruiz, 22 Nov 2026)" in sheet
    assert "Condition/bone" in appendix
    assert "Sources: " in appendix


def test_the_question_for_the_board_is_printed_short_and_not_kept(visit):
    asked = post(visit, "print/board", question="  Biopsy\n of <bone> first? " + "x" * 400)
    assert "<b>Question for the board:</b> Biopsy of &lt;bone&gt; first? xxx" in asked.text
    assert "x" * 300 not in asked.text
    later = get(visit, "print/board")
    assert "Biopsy of &lt;bone&gt;" not in later.text
    assert 'class="blank"' in main_of(later)


def test_nothing_accepted_leaves_her_questions_and_when_to_call_and_the_clinician_is_told(visit):
    visit.read()
    page = get(visit, "print/patient")
    assert 'id="nothing"' in page.text
    assert "and none was" in page.text
    printed = main_of(page)
    assert "What we talked about" not in printed
    assert "What we check next" not in printed
    assert "Call at once" in printed
    assert "My questions" in printed


def test_what_is_accepted_is_printed_in_plain_words_in_either_language(visit):
    accept(visit, "supportive-care/pc", "assessment/er-pr")
    english, spanish = (main_of(get(visit, f"print/patient?lang={lang}")) for lang in ("en", "es"))
    assert "A team that helps you feel better and cope." in english
    assert "to see if hormones feed the cancer" in english
    assert "Un equipo que le ayuda a sentirse mejor" in spanish
    assert "22 de noviembre de 2026" in spanish
    assert 'lang="es"' in get(visit, "print/patient?lang=es").text[:60]
    assert "Dr. Ana Ruiz" in english
    visit.decide("supportive-care/pc", "reopen")
    assert "feel better and cope" not in get(visit, "print/patient").text


def undecided_note(page):
    found = re.search(r'<p class="mind" id="undecided">(.*?)</p>', page, re.S)
    return re.sub("<[^>]+>", "", found[1]) if found else ""


def decide_all(visit, choice_of):
    """Decide on every line of the plan at once."""
    bench = visit.app.extensions["careplan.office"].workbench
    key = PatientKey(visit.iss, "p1")
    lines = decidable_lines(bench.open(key, visit.chart.resources).draft)
    with bench.database.session() as session:
        for line in lines:
            one = decided(line, choice_of(line))
            decide(
                session, key, line=one.line, template_version="0.1.0", choice=one.choice, author=RUIZ, at=NOW,
                standing=one.standing, text=one.text, reason=one.reason,
            )  # fmt: skip
    return lines


def test_what_is_not_decided_is_told_to_the_clinician_and_in_a_plain_sentence_to_the_patient(visit):
    visit.post("/own/0123456789abcdef0123456789abcdef", action="add-item", item="hospice", seen="0")
    english, spanish = get(visit, "print/patient?lang=en"), get(visit, "print/patient?lang=es")
    assert re.match(
        r"\d+ lines are not decided yet: not on this page, which says “Not all", undecided_note(english.text)
    )
    assert "We tell you what hospice is" in main_of(english)
    assert main_of(english).count("Not all is decided yet. Your team will talk with you about the rest.") == 1
    assert main_of(spanish).count("Aún no se ha decidido todo. Su equipo hablará con usted sobre lo que falta.") == 1


def test_where_everything_is_decided_nothing_is_said_about_the_rest_and_what_was_put_off_is_no_decision(visit):
    lines = decide_all(visit, lambda line: "accept")
    page = get(visit, "print/patient")
    assert undecided_note(page.text) == ""
    assert "Not all is decided yet" not in page.text
    decide_all(visit, lambda line: "defer" if line.code == lines[-1].code else "decline")
    page = get(visit, "print/patient")
    assert undecided_note(page.text).startswith("1 line is deferred: not on this page")
    assert "Not all is decided yet" in main_of(page)


def test_an_unknown_language_is_english(visit):
    visit.read()
    assert "Call at once" in get(visit, "print/patient?lang=xx").text


def test_ticks_are_kept_when_the_language_changes(visit):
    accept(visit, "supportive-care/pc", "assessment/er-pr")
    page = post(visit, "print/patient?lang=es", keep="assessment.er-pr").text
    ticks = dict(re.findall(r'name="keep" value="([^"]+)" id="[^"]+"( checked)?', page))
    lines = {key: ticked for key, ticked in ticks.items() if not key.startswith("sign.")}
    assert lines == {"assessment.er-pr": " checked", "supportive-care.pc": ""}


def test_no_line_of_the_plan_and_nothing_of_the_patient_stands_in_an_address(visit):
    accept(visit, "supportive-care/pc")
    for path in ("print/board", "print/patient", "note"):
        addresses = re.findall(r'(?:href|action|formaction)="([^"]+)"', get(visit, path).text)
        assert addresses
        assert [one for one in addresses if re.search(r"keep|palliat|=pc|Iris|p1", one)] == []


def test_where_the_site_has_set_whom_to_call_that_is_printed(visit):
    visit.read()
    assert 'id="no-contacts"' in get(visit, "print/patient").text
    assert main_of(get(visit, "print/patient")).count('class="blank"') == 3 + 4
    visit.app.extensions[EXTENSION] = Site((Contact("Clinic", "555-0100", "Weekdays 8 to 5"),), "a4")
    page = get(visit, "print/patient")
    assert 'id="no-contacts"' not in page.text
    assert re.search(r'<b>Clinic</b>: <span class="phone">555-0100</span><br>Weekdays 8 to 5', main_of(page))


def test_nothing_is_printed_for_a_patient_who_has_died(loaded_once, tmp_path):
    with serving_chart(PATIENT | {"deceasedBoolean": True}) as chart:
        visit = Visit(chart.base, tmp_path)
        visit.read()
        answer = get(visit, "print/patient")
        assert answer.status_code == 404
        assert "no plan is drafted" in answer.text
        assert "Call at once" not in answer.text
        assert get(visit, "print/board").status_code == 200


def test_the_text_for_a_note_comes_plain_and_formatted(visit):
    accept(visit, "supportive-care/pc")
    plain, page = get(visit, "note.txt"), get(visit, "note")
    assert plain.mimetype == "text/plain"
    assert "Accepted: Specialist palliative care" in plain.text
    area = re.search(r'<textarea id="note-text".*?>(.*?)</textarea>', page.text, re.S)[1]
    assert "Accepted: Specialist palliative care" in area
    assert "<b>Accepted:</b> Specialist palliative care" in get(visit, "note.html").text


def test_the_bundle_holds_the_plan_the_decisions_and_the_forms_of_the_draft(visit):
    accept(visit, "supportive-care/pc")
    given = get(visit, "plan.json")
    assert given.headers["Content-Disposition"] == 'attachment; filename="care-plan.json"'
    entries = given.get_json(force=True)["entry"]
    by_kind = {}
    for entry in entries:
        by_kind.setdefault(entry["resource"]["resourceType"], []).append(entry)
    assert [each["resource"]["url"].rpartition("/")[2] for each in by_kind["Questionnaire"]] == [
        "facts-to-confirm",
        "for-the-patient",
    ]
    [plan], [guidance] = by_kind["CarePlan"], by_kind["GuidanceResponse"]
    assert guidance["resource"]["result"] == {"reference": plan["fullUrl"]}
    assert guidance["resource"]["dataRequirement"]
    assert "Specialist palliative care" in str(by_kind["QuestionnaireResponse"])
    assert [problem for entry in entries for problem in check_model(entry["resource"])] == []
    assert len({entry["fullUrl"] for entry in entries}) == len(entries)


def test_lines_of_the_clinicians_own_stand_apart_everywhere_and_never_on_the_patients_page(visit):
    own = {"action": "add", "kind": "treatment", "text": "Ask the trial office", "seen": "0"}
    visit.post(f"/own/{32 * 'a'}", **own)
    note = visit.page(f"{visit.workspace}/note.txt").text
    assert "Added by the reviewers, not drafted by the template: Ask the trial office" in note
    board = visit.page(f"{visit.workspace}/print/board").text
    sheet = board[: board.index("Appendix")]
    assert "Added by the reviewers, not drafted by the template" in sheet
    assert "Ask the trial office" in sheet
    page = visit.page(f"{visit.workspace}/print/patient?lang=en").text
    [unspoken] = re.findall(r'id="unspoken".*?</div>', page, re.S)
    assert "Ask the trial office" in unspoken
    assert page.count("Ask the trial office") == 1


def test_what_a_deferral_waits_for_is_in_the_note(visit):
    line = re.search(r'id="line-(supportive-care)-([a-z0-9-]+)"', visit.read().text)
    visit.decide(f"{line[1]}/{line[2]}", "defer", until_date="2026-12-12")
    assert "Until 12 Dec 2026" in visit.page(f"{visit.workspace}/note.txt").text


def test_signs_that_cannot_wait_can_be_ticked_and_none_vanishes_unseen(visit):
    visit.read()
    page = get(visit, "print/patient")
    ticks = ticks_of(page)
    assert ticks["sign.urgent.legs"]
    fever = "sign.urgent.fever"
    assert fever in ticks
    kept = [key for key, ticked in ticks.items() if ticked and key != "sign.urgent.yellow"]
    changed = ticks_of(post(visit, "print/patient", keep=kept, **fields_of(page)))
    assert not changed["sign.urgent.yellow"]
    assert changed["sign.urgent.legs"]
    old = ticks_of(post(visit, "print/patient", keep="assessment.er-pr"))  # a form that knows of no signs
    assert {key: on for key, on in old.items() if key.startswith("sign.")} == {
        key: on for key, on in ticks.items() if key.startswith("sign.")
    }


def test_whom_to_call_is_typed_kept_with_the_review_and_printed_in_either_language(visit):
    visit.read()
    rows = {
        "call-name": ["Breast clinic", "", "Hospice team", ""],
        "call-phone": ["555-0100", "", "555-0199", ""],
        "call-when": ["day", "", "night", ""],
    }
    page = post(visit, "print/patient", **rows, **fields_of(get(visit, "print/patient")))
    assert page.status_code == 200
    assert "Kept with the review: Dr. Ana Ruiz" in page.text
    visit.launch()
    visit.read()
    english, spanish = (main_of(get(visit, f"print/patient?lang={lang}")) for lang in ("en", "es"))
    assert '<b>Breast clinic</b>, by day: <span class="phone">555-0100</span>' in english
    assert '<b>Hospice team</b>, de noche y en fin de semana: <span class="phone">555-0199</span>' in spanish
    call = re.search(r'<section class="call">.*?</section>', english, re.S)[0]
    assert 'class="blank"' not in call
    form = get(visit, "print/patient")
    emptied = post(visit, "print/patient", **{name: [""] * 4 for name in rows}, **fields_of(form))
    assert main_of(emptied).count('class="blank"') == 3 + 4


def test_a_row_without_number_is_refused_and_nothing_typed_is_lost(visit):
    visit.read()
    rows = {"call-name": ["Breast clinic"], "call-phone": [""], "call-when": ["day"]}
    fields = fields_of(get(visit, "print/patient"))
    for path in ("print/patient", "print/patient.pdf"):
        page = post(visit, path, **rows, **fields)
        assert page.status_code == 422
        assert "row 1: it needs a phone number" in page.text
        assert 'value="Breast clinic"' in page.text
    assert "Breast clinic" not in main_of(get(visit, "print/patient"))


def test_print_and_back_keep_whom_to_call_first(visit):
    visit.read()
    for number, (then, status) in enumerate((("print", 200), ("back", 303))):
        rows = {"call-name": ["Clinic"], "call-phone": [f"555-010{number}"], "call-when": ["day"]}
        answer = post(visit, "print/patient?lang=en", then=then, **rows, **fields_of(get(visit, "print/patient")))
        assert answer.status_code == status
        assert f"555-010{number}" in main_of(get(visit, "print/patient"))
        if then == "print":
            assert "data-print-now" in answer.text
            assert f"555-010{number}" in main_of(answer)
        else:
            assert answer.headers["Location"].endswith(f"{visit.workspace}/#send")
    assert "data-print-now" not in get(visit, "print/patient").text


def test_what_cannot_be_kept_is_neither_printed_nor_left_behind_unseen(visit):
    visit.read()
    rows = {"call-name": ["Breast clinic"], "call-phone": [""], "call-when": ["day"]}
    fields = fields_of(get(visit, "print/patient"))
    for then in ("print", "back"):
        page = post(visit, "print/patient", then=then, **rows, **fields)
        assert page.status_code == 422
        assert 'value="Breast clinic"' in page.text
        assert "data-print-now" not in page.text
        assert f'<a href="{visit.workspace}/#send">Back to the review without it</a>' in page.text


def test_the_sheet_says_whose_it_is(visit):
    visit.chart.resources = [
        each | {"identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "R-77"}]} if each == PATIENT else each
        for each in visit.chart.resources
    ]
    visit.read()
    english, spanish = (main_of(get(visit, f"print/patient?lang={lang}")) for lang in ("en", "es"))
    assert "<dt>Born</dt><dd>March 4, 1962</dd>" in english
    assert "<dt>Record number</dt><dd>R-77</dd>" in english
    assert "<dt>Nacimiento</dt><dd>4 de marzo de 1962</dd>" in spanish
    assert "<dt>Expediente</dt><dd>R-77</dd>" in spanish


def test_whom_to_call_is_not_overwritten_unseen(visit):
    visit.read()
    before = fields_of(get(visit, "print/patient"))
    first = {"call-name": ["Clinic"], "call-phone": ["1"], "call-when": [""]}
    assert post(visit, "print/patient", **first, **before).status_code == 200
    visit.launch(user=("Practitioner/lee", "Dr. Lee"))
    visit.read()
    now = fields_of(get(visit, "print/patient"))
    second = {"call-name": ["Ward"], "call-phone": ["2"], "call-when": [""]}
    late = post(visit, "print/patient", **second, **{**now, "seen": "0"})
    assert late.status_code == 409
    assert "Dr. Ana Ruiz wrote whom to call" in late.text
    assert "Clinic" in main_of(late)
    assert 'value="Ward"' in late.text
    assert post(visit, "print/patient", **second, **now).status_code == 200
    assert "Ward" in main_of(get(visit, "print/patient"))


def test_the_choice_to_leave_the_goals_out_counts_on_everything_that_is_taken_along(visit):
    goal = "To ease pain and other symptoms"
    taken = ("print/board", "note.txt", "note.html", "plan.json")
    visit.read()
    assert [path for path in taken if goal not in get(visit, path).text] == []
    assert goal not in get(visit, "print/patient").text  # nobody has agreed with her on a goal that is only proposed
    assert visit.post("/goals", write="no").status_code == 303
    visit.read()
    assert [path for path in taken if goal in get(visit, path).text] == []
    for path in ("print/board", "note.txt"):
        assert "by Dr. Ana Ruiz, 22 Nov 2026" in get(visit, path).text
    assert goal not in get(visit, "print/patient").text
