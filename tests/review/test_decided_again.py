"""A decision whose line moved is never lost silently: it is named everywhere, and made once more with one press."""

import re
from html import unescape

import pytest

from tests.review.ehr_stub import chart_of
from tests.review.visit import line_on

LINE = "treatment-category/her2-tdxd-p"
REASON = "It is the patient’s <wish>"


@pytest.fixture
def moved(visit):
    """A line that was declined while it waited, and is asked otherwise since a fact was stated."""
    assert visit.decide(LINE, "decline", "conditional", reason_text=REASON).status_code == 303
    assert visit.post("/facts/hospice-elected", value="true").status_code == 303
    return visit


def part(page, start, end):
    return unescape(page.partition(start)[2].partition(end)[0])


def test_the_strip_the_attention_and_save_name_it_and_the_changes_lead_there(moved):
    page = moved.read().text
    assert "none decided; 1 to decide again." in part(page, 'id="progress"', "</p>")
    assert '<a href="#again"><b>1 decision counts no longer</b></a>' in part(page, 'id="changes"', "</section>")
    for place in (part(page, 'id="attention"', "</section>"), part(page, 'id="send"', "</section>")):
        assert "Decide again:" in place
        assert f"you declined it: {REASON}" in place
        assert "It was “Conditional” then and is “For your judgement” now." in place
    assert "is written as undecided, with what was said on it" in part(page, 'id="send"', "</section>")


def test_one_press_declines_it_again_with_the_same_reason(moved):
    page = moved.read().text
    line = line_on(page, LINE)
    assert "Decline again with the same reason" in line
    seen = re.search(r'data-seen="([0-9]+)"', line)[1]
    assert moved.post(f"/lines/{LINE}/again", standing="judgement", seen=seen).status_code == 303
    page = moved.read().text
    assert 'class="badge decline"' in line_on(page, LINE)
    assert f"Reason: {REASON}" in unescape(line_on(page, LINE))
    assert "again" not in part(page, 'id="progress"', "</p>")
    assert moved.post(f"/lines/{LINE}/again", standing="judgement", seen=seen).status_code == 422


def test_it_is_not_made_again_where_the_page_showed_something_else(moved):
    seen = re.search(r'data-seen="([0-9]+)"', line_on(moved.read().text, LINE))[1]
    assert moved.post(f"/lines/{LINE}/again", standing="conditional", seen=seen).status_code == 422
    moved.launch(("Practitioner/berg", "Dr. Bo Berg"))
    assert moved.post(f"/lines/{LINE}/again", standing="judgement", seen="0").status_code == 409
    assert "Dr. Ana Ruiz declined it" in unescape(moved.read().text)


def test_what_was_accepted_and_is_dropped_from_the_plan_is_named(visit):
    assert visit.decide("assessment/gbrca", "accept").status_code == 303
    visit.post("/facts/germline-brca", value="positive")
    place = part(visit.read().text, 'id="send"', "</section>")
    assert "No longer in the plan:" in place
    assert "you accepted it" in place
    assert "is “Not due” now" in place


def test_what_was_accepted_with_a_line_that_is_gone_is_named_and_stays(visit, chart):
    chart.resources[:] = chart_of("bone-metastases")
    visit.post("/facts/cord-compression-suspected", value="true")
    assert visit.decide("treatment-category/cord", "accept", "offered", bring="spine-mri pain").status_code == 303
    told = "Accepted with it, and still in the plan: Pain."
    assert told not in re.sub(r"<[^>]+>", "", visit.read().text)
    visit.post("/facts/cord-compression-suspected", value="false", reason="Examined")
    page = visit.read().text
    attention = re.sub(r"<[^>]+>", "", part(page, 'id="attention"', "</section>"))
    assert "No longer in the plan: Emergency pathway: cord compression" in attention
    assert "No longer in the plan: Whole-spine MRI" in attention
    assert attention.count(told) == 1
    assert 'class="badge accept"' in line_on(page, "supportive-care/pain")
    visit.decide("supportive-care/pain", "reopen")
    assert "still in the plan: Pain" not in re.sub(r"<[^>]+>", "", visit.read().text)


def test_the_saved_plan_says_what_was_decided_and_why_it_does_not_count(moved):
    plan = moved.page(f"{moved.workspace}/plan.json").text
    assert "Declined by Dr. Ana Ruiz, 22 Nov 2026 (It is the patient’s" in plan
    assert "when it was conditional; it is judgement now." in plan
