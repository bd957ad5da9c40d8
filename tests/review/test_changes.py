"""What a statement changed is shown at once, survives a reload, and can be taken back without losing who said what."""

import re

import pytest

from plugin.storage.reviews import Author, PatientKey, add_fact
from tests.review.ehr_stub import chart_of
from tests.review.told import PANEL, Sender, entries, panel, plan, words_of
from tests.review.visit import NOW, line_on

OKAFOR = Author("Practitioner/okafor", "Dr. Ben Okafor")


@pytest.fixture
def desk(visit):
    return Sender(visit)


def somebody_else(desk, **stated):
    database = desk.visit.app.extensions["careplan.office"].workbench.database
    with database.session() as session:
        for finding, value in stated.items():
            patient = PatientKey(desk.visit.iss, "p1")
            add_fact(session, patient, finding=finding, value=value, reason="", author=OKAFOR, at=NOW)


def test_a_statement_shows_what_moved_marks_the_lines_and_stays_until_it_is_dismissed(desk):
    desk.send("/facts/er", value="positive")
    before = plan(desk.page())
    desk.send("/facts/her2", value="negative")
    page = desk.page()
    told, after = panel(page), plan(page)
    assert "HER2: stated as Negative" in told
    assert "HER2 : Not known becomes Negative" in told
    assert re.search(r"(\d+) removed: \1 lines", told)
    assert "Due → becomes Not due : HER2 IHC" in told
    assert "No longer an alert: HER2 is not decided" in told
    assert "Conditional → becomes Not offered" in told
    moved = {anchor for _, anchor in after - before}
    marked = {
        re.search(r'id="(line-[a-z0-9-]+)"', line)[1]
        for line in re.findall(r'<article class="line .*?</article>', page, re.S)
        if 'class="mark' in line and 'class="mark drugs' not in line
    }
    assert moved
    assert marked == moved
    assert moved <= set(re.findall(r'href="#(line-[a-z0-9-]+)"', PANEL.search(page)[0]))
    assert panel(desk.page()) == told
    desk.send("/changes", entry=entries(page)[0])
    assert panel(desk.page()) == ""
    assert 'class="mark' not in desk.page()


def test_a_confirmation_that_moves_nothing_says_so(desk):
    desk.send("/facts/sex", value="female")
    assert "Nothing changed in the plan" in panel(desk.page())


def test_facts_that_follow_are_said_too(desk):
    desk.send("/facts/her2", value="positive")
    assert re.search(r"facts? follows? from it .*HER2 ever positive in any sample : Not known → becomes Yes",
                     panel(desk.page()))  # fmt: skip


def test_undo_brings_back_the_plan_and_keeps_every_row_and_undo_of_an_undo_states_it_again(desk):
    before = plan(desk.first)
    desk.send("/facts/er", value="positive")
    stated = plan(desk.page())
    assert stated != before
    page = desk.undo()
    assert plan(page) == before
    assert "taken back (stated as Positive)" in panel(page)
    history = re.search(r'<div class="history">(.*?)</div>', desk.visit.opened(page, "facts/er"), re.S)[1]
    assert history.count("Dr. Ana Ruiz") == 2
    assert "taken back since" in history
    page = desk.undo()
    assert plan(page) == stated
    assert "stated as Positive again" in panel(page)
    assert plan(desk.undo()) == before
    assert desk.rows() == [("er", "positive", None), ("er", None, 1), ("er", None, 2), ("er", None, 3)]


def test_undo_returns_to_the_statement_before_and_to_its_author(desk):
    somebody_else(desk, er="negative")
    desk.send("/facts/er", value="positive", reason="Own report")
    page = desk.undo()
    assert "Dr. Ben Okafor stated this" in desk.visit.opened(page, "facts/er")
    assert "Negative Stated by clinician" in words_of(re.search(r'id="fact-er".*?</summary>', page, re.S)[0])


def test_several_statements_are_undone_one_after_the_other(desk):
    desk.send("/facts/er", value="positive")
    desk.send("/facts/her2", value="negative")
    assert "Undo Oestrogen receptor (ER): Positive" in panel(desk.undo())
    assert plan(desk.undo(place=1)) == plan(desk.first)


def test_nobody_undoes_what_somebody_else_said_or_overtook(desk):
    desk.send("/facts/er", value="positive")
    [mine, *_] = entries(desk.page())
    somebody_else(desk, er="negative")
    assert panel(desk.page()) == ""
    refusals = [(mine, "newer was stated"), ("2", "Somebody else stated"), ("9", "no such statement"), ("x", "no such")]
    for number, words in refusals:
        answer = desk.send("/undo", entry=number)
        assert answer.status_code == 409
        assert words in answer.text
    assert len(desk.rows()) == 2


def test_another_launch_does_not_show_what_was_done_in_an_earlier_one(desk, monkeypatch):
    desk.send("/facts/er", value="positive")
    assert panel(desk.page())
    monkeypatch.setattr(desk.visit, "clock", lambda: NOW.replace(minute=45))
    desk.visit.launch()
    assert panel(desk.visit.read().text) == ""


def test_what_needs_attention_is_never_an_empty_box_after_an_undo(visit, chart):
    chart.resources[:] = chart_of("hr-positive")
    desk = Sender(visit)
    desk.send("/facts/ntrk-fusion", value="true")
    line = "treatment-category/trk"
    standing = re.search(r'data-standing="([a-z-]+)"', line_on(desk.page(), line))[1]
    visit.decide(line, "accept", standing)
    page = desk.undo()
    assert "1 decision counts no longer." in words_of(page.partition('id="send"')[2])
    assert "1 decision counts no longer" in panel(page)
    desk.send("/changes", entry=entries(page)[0])
    for each in (page, desk.page()):
        attention = words_of(re.search(r'<section id="attention".*?</section>', each, re.S)[0])
        assert "Decided, and counts no longer." in attention
        assert "stands out" not in attention


def test_the_panel_and_the_way_to_it_stay_through_decisions(desk):
    desk.send("/facts/er", value="positive")
    told = panel(desk.page())
    desk.visit.decide("supportive-care/pc", "accept")
    page = desk.page()
    assert panel(page) == told
    assert '<a href="#changes">Changes</a>' in page
    desk.send("/changes", entry=entries(page)[0])
    assert 'href="#changes"' not in desk.page()


def at_the_fact(desk, code):
    """The button at a fact that takes the last word on it back: its words and the entry; None where there is none."""
    page = desk.visit.page(f"{desk.visit.workspace}/facts/{code}/open").text
    found = re.search(r'/undo">.*?name="entry" value="(\d+)">\s*<button[^>]*>([^<]+)', page, re.S)
    return (found[2], found[1]) if found else None


def test_undo_is_at_the_fact_itself_also_when_the_panel_is_gone(desk):
    before = plan(desk.first)
    assert at_the_fact(desk, "er") is None
    desk.send("/facts/er", value="positive")
    stated = plan(desk.page())
    desk.send("/changes", entry=entries(desk.page())[0])
    words, entry = at_the_fact(desk, "er")
    assert words == "Undo your statement"
    desk.send("/undo", entry=entry)
    assert plan(desk.page()) == before
    words, entry = at_the_fact(desk, "er")
    assert words == "Redo what you undid"
    desk.send("/undo", entry=entry)
    assert plan(desk.page()) == stated
    assert at_the_fact(desk, "er")[0] == "Undo your statement"
    somebody_else(desk, er="negative")
    assert at_the_fact(desk, "er") is None
