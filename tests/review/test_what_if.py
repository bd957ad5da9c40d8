"""Trying values out: the plan as it would be, visibly not the record, and nothing of it kept anywhere."""

import re

import pytest
from sqlalchemy import func, select

from plugin.storage.tables import Base
from tests.review.told import Sender, plan
from tests.review.visit import TOKEN

VALUES = {"suppose": "her2", "value": "negative"}


@pytest.fixture
def desk(visit):
    return Sender(visit)


def kept(visit):
    """How many rows each table holds."""
    with visit.app.extensions["careplan.office"].workbench.database.session() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }


def lasting(page):
    """The page without what is drawn by lot each time: the token of its forms, and the key of a line to be added."""
    return re.sub(r"\b[0-9a-f]{32}\b", "", TOKEN.sub("", page))


def test_a_hypothesis_redrafts_beside_the_record_and_leaves_no_trace(desk):
    desk.send("/facts/er", value="positive")
    before, rows = desk.page(), kept(desk.visit)
    answer = desk.send("/what-if", **VALUES)
    assert answer.status_code == 200
    assert "What if: nothing here is recorded" in answer.text
    assert "removed" in re.search(r'<p class="in-short">.*?</p>', answer.text)[0]
    assert "in the review conditional" in answer.text
    assert kept(desk.visit) == rows
    assert lasting(desk.page()) == lasting(before)


def test_nothing_can_be_decided_or_saved_from_it_and_one_link_leaves(desk):
    page = desk.send("/what-if", **VALUES).text
    actions = set(re.findall(r'action="([^"]+)"', page))
    assert actions == {f"{desk.visit.workspace}/what-if", f"{desk.visit.workspace}/facts/her2"}
    assert re.findall(r'<a class="button" href="([^"]+)"', page) == [f"{desk.visit.workspace}/"]


def test_hypotheses_add_up_and_can_be_dropped(desk):
    both = desk.send("/what-if", **{"if-er": "positive"}, **VALUES).text
    assert re.findall(r'type="hidden" name="(if-[a-z0-9-]+)" value="([a-z]+)"', both)[:2] == [
        ("if-er", "positive"),
        ("if-her2", "negative"),
    ]
    one = desk.send("/what-if", **{"if-er": "positive", "if-her2": "negative", "drop": "er"}).text
    assert 'name="if-her2"' in one
    assert 'name="if-er"' not in one


def test_the_plan_supposed_is_the_plan_that_a_statement_would_give(desk):
    supposed = desk.send("/what-if", **VALUES).text
    lines = set(re.findall(r'(standing-[a-z-]+)" id="(line-[a-z0-9-]+)"', supposed))
    desk.send("/facts/her2", value="negative")
    assert lines == plan(desk.page())


def test_taking_one_over_into_the_record_asks_for_a_reason_where_one_is_needed(desk):
    page = desk.send("/what-if", suppose="sex", value="male").text
    form = re.search(r'<form[^>]*action="[^"]*/facts/sex">.*?</form>', page, re.S)[0]
    assert 'name="reason" required' in form
    assert desk.send("/facts/sex", value="male").status_code == 422
    assert desk.send("/facts/sex", value="male", reason="Registered wrongly").headers["Location"].endswith("#changes")
    page = desk.send("/what-if", **VALUES).text
    assert 'name="reason"' not in re.search(r'<form[^>]*action="[^"]*/facts/her2">.*?</form>', page, re.S)[0]


@pytest.mark.parametrize("value", ["", "purple"])
def test_a_fact_without_a_usable_value_stands_chosen_with_its_value_to_choose(desk, value):
    answer = desk.send("/what-if", suppose="her2", value=value, **{"if-er": "positive"})
    assert '<input type="hidden" name="suppose" value="her2">' in answer.text
    assert "What if HER2 were" in answer.text
    assert 'name="if-er" value="positive"' in answer.text
    assert (answer.status_code, "Not tried." in answer.text) == ((422, True) if value else (200, False))


def test_a_value_can_be_chosen_from_the_page_itself(desk):
    start = desk.visit.page(f"{desk.visit.workspace}/what-if").text
    assert "Nothing yet" in start
    chosen = desk.send("/what-if", choose="her2").text
    assert '<input type="hidden" name="suppose" value="her2">' in chosen
    assert '<option value="negative">' in chosen
    assert '<label class="" for="suppose-value">What if HER2 were</label>' in chosen


def test_a_fact_is_found_by_a_part_of_its_name_among_all_of_them(desk):
    start = desk.visit.page(f"{desk.visit.workspace}/what-if").text
    offered = re.findall(r"<option value=\"([^\"]+)\">", re.search(r"<datalist.*?</datalist>", start, re.S)[0])
    assert len(offered) == len(set(offered)) > 100
    assert re.findall(r'name="choose" value="[^"]+">([^<]+)<', start)
    several = desk.send("/what-if", choose="receptor (", **{"if-her2": "negative"}).text
    named = re.findall(r'name="choose" value="([^"]+)">', several)
    assert {"er", "pr"} <= set(named)
    assert 'name="suppose"' not in several
    assert 'name="if-her2" value="negative"' in several
    assert 'name="suppose" value="er"' in desk.send("/what-if", choose="oestrogen receptor (ER)").text


def test_a_name_that_no_fact_has_is_refused_in_words(desk):
    answer = desk.send("/what-if", choose="shoe size")
    assert answer.status_code == 422
    assert "No fact is called “shoe size”" in answer.text


def test_a_value_that_the_fact_cannot_have_is_refused_in_words(desk):
    answer = desk.send("/what-if", suppose="her2", value="purple")
    assert answer.status_code == 422
    assert "choose one of" in answer.text
    assert desk.send("/what-if", **{"if-shoe": "7"}).status_code == 422
    assert desk.send("/what-if", suppose="shoe", value="7").status_code == 404
