"""A fact that somebody settled against results: marked on the page, on the board's sheet and in the note."""

import logging
import re

import pytest

from tests.review.ehr_stub import chart_of, serving_chart
from tests.review.told import Sender, words_of
from tests.review.visit import Visit

REASON = "Laboratory A repeated the stain"


@pytest.fixture
def desk_of(tmp_path):
    """Opens the review of a sample patient."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    open_charts = []

    def opened(sample):
        serving = serving_chart(*chart_of(sample))
        open_charts.append(serving)
        return Sender(Visit(serving.__enter__().base, tmp_path))

    yield opened
    for serving in open_charts:
        serving.__exit__(None, None, None)


def part(page, name):
    """A section of the page in words."""
    return words_of(re.search(rf'<section id="{name}".*?</section>', page, re.S)[0])


def test_a_spoken_value_against_an_equivocal_result_is_said_as_long_as_it_leads(desk_of):
    desk = desk_of("her2-equivocal")
    desk.send("/facts/her2", value="positive", reason=REASON)
    page = desk.page()
    attention = part(page, "attention")
    assert "The plan rests on a statement. HER2: stated positive by" in attention
    assert "the chart has equivocal: 2+ (8 Oct 2026, metastasis)" in attention
    assert "Nothing stands out" not in attention
    assert re.search(r"HER2 Positive .{0,12}Stated", part(page, "know"))
    desk.send("/facts/her2", withdraw="yes")
    assert "rests on a statement" not in part(desk.page(), "attention")


def test_what_was_settled_against_results_stands_on_board_and_note_with_reason_and_both_laboratories(desk_of):
    desk = desk_of("conflicting-results")
    desk.send("/facts/er", value="positive", reason=REASON)
    attention = part(desk.page(), "attention")
    assert "statement of" in attention
    assert "positive result, 29" not in attention
    assert "Northshore Reference Laboratory" in attention
    for path in ("print/board", "note.txt"):
        told = words_of(desk.visit.page(f"{desk.visit.workspace}/{path}").text)
        block = told[told.index("Stated by a clinician against results") :]
        assert re.search(rf"ER\) Positive, stated by .+? on 2\d Nov 2026: {REASON}; the chart has negative", block)
        assert "Northshore Reference Laboratory) and positive" in block


def test_a_notice_leads_to_the_fact_that_it_is_about_and_to_the_test_that_is_due(desk_of):
    page = desk_of("her2-equivocal").first
    [notice] = [each for each in re.findall(r'<div class="alert .*?</p></div>', page, re.S) if "not decided" in each]
    assert '<a href="#fact-her2">Enter or correct: HER2</a>' in notice
    assert 'Test due: <a href="#line-assessment-' in notice
