"""Accepting a category together with the tests and the care that belong with it."""

import re
from dataclasses import replace

import pytest

from plugin.errors import InputError
from plugin.review.decisions import read_wish
from plugin.review.view import Words, build_page
from plugin.storage.reviews import Author, Decision, Line
from tests.example_draft import BROUGHT, VOCABULARY, category, example_draft
from tests.review.visit import NOW

STATED = {"er": "positive", "er-low": "false", "her2": "negative", "ecog": "1", "menopausal-status": "postmenopausal"}
LINE = re.compile(r'<article class="line standing-(\w+)[^>]*id="line-([a-z-]+)-cdk46-et".*?</article>', re.S)
BRING = re.compile(r'name="bring" value="([a-z0-9 -]+)"')


@pytest.fixture
def offered(visit):
    """A patient for whom CDK4/6 inhibitors are offered."""
    visit.read()
    for code, value in STATED.items():
        assert visit.post(f"/facts/{code}", value=value).status_code == 303
    for code in ("prior-systemic-therapy-metastatic", "prior-systemic-therapy-adjuvant"):
        assert visit.post(f"/facts/{code}", value="false").status_code == 303
    found = LINE.search(visit.read().text)
    assert found[1] == "offered"
    return visit


def brought(visit):
    return BRING.search(LINE.search(visit.read().text)[0])[1].split()


def accepted(visit):
    page = visit.read().text
    return set(re.findall(r'<article class="line standing-due decided" id="line-[a-z]+(?:-care)?-([a-z0-9-]+)"', page))


def test_the_lines_that_belong_with_it_are_accepted_in_one_go(offered):
    codes = brought(offered)
    assert {"labs", "ecg", "interactions"} <= set(codes)
    answer = offered.decide("treatment-category/cdk46-et", "accept", standing="offered", bring=" ".join(codes))
    assert answer.status_code == 303
    assert accepted(offered) == set(codes)
    assert f"{len(codes) + 1} decided: {len(codes) + 1} accepted." in offered.read().text


def test_without_the_tick_they_stay_undecided_and_can_be_accepted_later(offered):
    codes = brought(offered)
    offered.decide("treatment-category/cdk46-et", "accept", standing="offered")
    assert accepted(offered) == set()
    assert "1 decided: 1 accepted." in offered.read().text
    assert brought(offered) == codes
    offered.decide("treatment-category/cdk46-et", "accept", standing="offered", bring=" ".join(codes))
    assert accepted(offered) == set(codes)
    assert not BRING.search(LINE.search(offered.read().text)[0])


def test_the_tick_stands_until_it_is_taken_away(offered):
    assert re.search(r'name="bring" value="[^"]+" checked', LINE.search(offered.read().text)[0])


def test_nothing_that_was_decided_is_overwritten(offered):
    codes = brought(offered)
    offered.decide("assessment/ecg", "decline", reason_text="Done last week")
    assert "ecg" not in brought(offered)
    offered.decide("treatment-category/cdk46-et", "accept", standing="offered", bring=" ".join(codes))
    page = offered.read().text
    assert "Done last week" in page
    assert f"{len(codes) + 1} decided: {len(codes)} accepted, 1 declined." in page


def test_what_comes_along_is_named_before_it_is_pressed(offered):
    line = LINE.search(offered.read().text)[0]
    names = re.search(r'<details class="beside-names">.*?</details>', line, re.S)[0]
    assert names.count("<li>") == len(brought(offered))
    assert f"Which {len(brought(offered))} lines" in names
    assert 'href="#line-assessment-ecg"' in names


def test_one_undo_takes_back_what_came_with_it_and_was_not_touched_since(offered):
    codes = brought(offered)
    offered.decide("treatment-category/cdk46-et", "accept", standing="offered", bring=" ".join(codes))
    old = re.search(r'name="with" value="([^"]+)"', LINE.search(offered.read().text)[0])[1]
    assert set(old.split()) == set(codes)
    offered.decide("assessment/ecg", "decline", reason_text="Done last week")
    line = LINE.search(offered.read().text)[0]
    assert f"Undo, with the {len(codes) - 1} lines accepted with it" in line
    seen = re.search(r'data-seen="([0-9]+)"', line)[1]
    back = "/lines/treatment-category/cdk46-et/take-back"
    assert offered.post(back, seen=seen, **{"with": old}).status_code == 422
    named = " ".join(code for code in codes if code != "ecg")
    assert offered.post(back, seen=seen, **{"with": named}).status_code == 303
    page = offered.read().text
    assert "1 decided: 1 declined." in page
    assert "Done last week" in page
    assert "Decision taken back" in LINE.search(page)[0]


def test_a_line_that_does_not_belong_with_it_is_refused_and_nothing_is_kept(offered):
    answer = offered.decide("treatment-category/cdk46-et", "accept", standing="offered", bring="ecg eye")
    assert answer.status_code == 422
    assert "eye does not belong with this line" in answer.text
    assert "none decided" in offered.read().text


def test_declining_brings_nothing_along(offered):
    offered.decide("treatment-category/cdk46-et", "decline", standing="offered", reason_text="No", bring="labs")
    assert accepted(offered) == set()


def test_a_test_brings_nothing_along(offered):
    assert offered.decide("assessment/ecg", "accept", bring="labs").status_code == 422


def test_a_form_without_a_tick_brings_nothing():
    assert read_wish({"choice": "accept"}).brings == ()
    assert read_wish({"choice": "accept", "bring": "labs  ecg"}).brings == ("labs", "ecg")
    with pytest.raises(InputError):
        read_wish({"choice": "order", "bring": "labs"})


def test_what_is_offered_in_one_go_is_counted_by_kind():
    page = build_page(example_draft(), VOCABULARY, Words({}), {}, {})
    line = page.offered[0].lines[0]
    assert line.undecided_beside == BROUGHT
    assert (line.beside_in_words, line.belong) == ("the 1 test and 1 line of care", "belong")
    key = Line("assessment", "ngs")
    decision = Decision(1, key, "0.1.0", "due", "accept", "", "", Author("Practitioner/1", "Dr One"), NOW, None)
    line = build_page(example_draft(), VOCABULARY, Words({}), {key: (decision,)}, {}).offered[0].lines[0]
    assert (line.beside_in_words, line.belong) == ("the line of care", "belongs")


def test_a_line_without_company_asks_for_none():
    draft = replace(example_draft(), categories=(category("trial", "offered", brings=()),))
    assert build_page(draft, VOCABULARY, Words({}), {}, {}).offered[0].lines[0].undecided_beside == ()
