"""What a statement changed is shown at once, survives a reload, and can be taken back without losing who said what."""

import re

import pytest
from sqlalchemy import select

from plugin.storage.reviews import Author, PatientKey, add_fact
from plugin.storage.tables import FactRow
from tests.review.visit import NOW

CRISIS = "/facts/visceral-crisis"


def panel(page):
    """The panel of changes in words; empty where there is none."""
    found = re.search(r'<section id="changes".*?</section>', page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def entry(page):
    """The entry that the first button of the panel takes back."""
    return re.search(r'<section id="changes".*?name="entry" value="(\d+)"', page, re.S)[1]


def rows(visit):
    with visit.app.extensions["careplan.office"].workbench.database.session() as session:
        return [(row.finding, row.value, row.undoes) for row in session.scalars(select(FactRow).order_by(FactRow.id))]


def plan(page):
    """Every line of the plan with where it stands."""
    return set(re.findall(r'class="line (standing-[a-z-]+)[^"]*" id="(line-[a-z0-9-]+)"', page))


def test_a_statement_names_what_it_added_moved_and_removed_until_it_is_dismissed(visit):
    before = visit.read().text
    assert panel(before) == ""
    visit.post("/facts/er", value="positive")
    visit.post("/facts/her2", value="negative")
    page = visit.read().text
    told = panel(page)
    assert "HER2: stated as Negative" in told
    assert re.search(r"\d+ added.*\d+ removed: \d+ lines", told)
    assert "Conditional → becomes Not offered" in told
    shown = {anchor for _, anchor in plan(page)}
    linked = set(
        re.findall(r'href="#(line-[a-z0-9-]+)"', re.search(r'<section id="changes".*?</section>', page, re.S)[0])
    )
    assert linked
    assert linked <= shown
    marked = re.findall(r'<p class="mark [a-z]+">.*?</p>', page, re.S)
    assert len(marked) == len(linked)
    assert panel(visit.read().text) == told
    visit.post("/changes", entry=entry(page))
    assert panel(visit.read().text) == ""
    assert 'class="mark' not in visit.read().text


def test_the_moves_are_the_difference_between_the_page_before_and_the_page_after(visit):
    visit.post("/facts/er", value="positive")
    before = plan(visit.read().text)
    visit.post("/facts/her2", value="negative")
    page = visit.read().text
    after, marked = plan(page), set()
    for line in re.findall(r'<article class="line .*?</article>', page, re.S):
        if 'class="mark' in line and 'class="mark drugs' not in line:
            marked.add(re.search(r'id="(line-[a-z0-9-]+)"', line)[1])
    moved = {anchor for _, anchor in after - before}
    assert moved
    assert marked == moved


def test_a_confirmation_that_moves_nothing_says_so(visit):
    visit.read()
    visit.post("/facts/sex", value="female")
    assert "Nothing changed in the plan" in panel(visit.read().text)


def test_facts_that_follow_are_said_too(visit):
    visit.read()
    for fact in ("er", "pr"):
        visit.post(f"/facts/{fact}", value="negative")
    visit.post("/facts/her2", value="negative")
    assert "follow" in panel(visit.read().text)
    assert "Triple-negative" in panel(visit.read().text)


def test_undo_brings_back_the_plan_and_keeps_every_row(visit):
    before = plan(visit.read().text)
    visit.post("/facts/er", value="positive")
    assert plan(visit.read().text) != before
    answer = visit.post("/undo", entry=entry(visit.read().text))
    assert answer.headers["Location"].endswith("#changes")
    page = visit.read().text
    assert plan(page) == before
    assert "taken back (stated as Positive)" in panel(page)
    assert rows(visit) == [("er", "positive", None), ("er", None, 1)]
    history = re.search(r'id="fact-er".*?<div class="history">(.*?)</div>', page, re.S)[1]
    assert history.count("Dr. Ana Ruiz") == 2
    assert "taken back since" in history


def test_undo_of_an_undo_states_it_again_and_can_be_undone_in_turn(visit):
    visit.post("/facts/er", value="positive")
    stated = plan(visit.read().text)
    for _ in range(2):
        visit.post("/undo", entry=entry(visit.read().text))
        assert plan(visit.read().text) != stated
        visit.post("/undo", entry=entry(visit.read().text))
        assert plan(visit.read().text) == stated
        assert "stated as Positive again" in panel(visit.read().text)
    assert [undoes for _, _, undoes in rows(visit)] == [None, 1, 2, 3, 4]


def test_undo_returns_to_the_statement_before_and_to_its_author(visit):
    visit.read()
    office = visit.app.extensions["careplan.office"]
    with office.workbench.database.session() as session:
        other = Author("Practitioner/okafor", "Dr. Ben Okafor")
        patient = PatientKey(visit.iss, "p1")
        add_fact(session, patient, finding="er", value="negative", reason="Outside report", author=other, at=NOW)
    visit.post("/facts/er", value="positive", reason="Own report")
    assert "Dr. Ana Ruiz stated this" in visit.read().text
    visit.post("/undo", entry=entry(visit.read().text))
    page = visit.read().text
    assert "Dr. Ben Okafor stated this" in page
    assert "Negative Stated by clinician" in " ".join(
        re.sub(r"<[^>]+>", " ", re.search(r'id="fact-er".*?</summary>', page, re.S)[0]).split()
    )


def test_several_statements_are_undone_one_after_the_other(visit):
    before = plan(visit.read().text)
    visit.post("/facts/er", value="positive")
    visit.post("/facts/her2", value="negative")
    visit.post("/undo", entry=entry(visit.read().text))
    page = visit.read().text
    assert "Undo Estrogen receptor (ER): Positive" in panel(page)
    numbers = re.findall(r'name="entry" value="(\d+)"', re.search(r'<section id="changes".*?</section>', page, re.S)[0])
    visit.post("/undo", entry=numbers[1])
    assert plan(visit.read().text) == before


def test_nobody_undoes_what_somebody_else_said_or_overtook(visit):
    visit.post("/facts/er", value="positive")
    mine = entry(visit.read().text)
    other, patient = Author("Practitioner/okafor", "Dr. Ben Okafor"), PatientKey(visit.iss, "p1")
    database = visit.app.extensions["careplan.office"].workbench.database
    with database.session() as session:
        add_fact(session, patient, finding="er", value="negative", reason="", author=other, at=NOW)
    assert panel(visit.read().text) == ""
    for number, words in ((mine, "newer was stated"), ("2", "Somebody else stated"), ("9", "no such statement")):
        answer = visit.post("/undo", entry=number)
        assert answer.status_code == 409
        assert words in answer.text
    assert len(rows(visit)) == 2


@pytest.mark.parametrize("odd", ["", "-1", "x", "9" * 30])
def test_an_odd_number_of_an_entry_undoes_nothing(visit, odd):
    visit.post("/facts/er", value="positive")
    assert visit.post("/undo", entry=odd).status_code == 409
    assert len(rows(visit)) == 1


def test_another_launch_does_not_show_what_was_done_in_an_earlier_one(chart, tmp_path):
    from tests.review.test_statements_in_the_chart import Clock
    from tests.review.visit import Visit

    visit = Visit(chart.base, tmp_path, clock=Clock())
    visit.post("/facts/er", value="positive")
    assert panel(visit.read().text)
    visit.launch()
    assert panel(visit.read().text) == ""
