"""What people type into forms, and what it is read as."""

import pytest

from plugin.errors import InputError
from plugin.review.decisions import read_wish
from plugin.review.statements import form_value, read_value
from plugin.review.words import date_in_words, value_in_words
from tests.example_draft import VOCABULARY


@pytest.mark.parametrize(
    ("code", "typed", "value"),
    [
        ("visceral-crisis", "true", True),
        ("visceral-crisis", "false", False),
        ("er", "positive", "positive"),
        ("age", " 64 ", 64),
        ("qtcf", "431.5", 431.5),
        ("qtcf", "431,5", 431.5),
        ("qtcf", "431", 431.0),
    ],
)
def test_values_are_read_as_the_vocabulary_types_them(code, typed, value):
    found = read_value(typed, VOCABULARY[code])
    assert found == value
    assert type(found) is type(value)
    assert read_value(form_value(found), VOCABULARY[code]) == value


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("visceral-crisis", ""),
        ("visceral-crisis", "yes"),
        ("er", "Positive"),
        ("er", ""),
        ("age", "64.5"),
        ("age", "-1"),
        ("age", "６４"),
        ("age", "9" * 40),
        ("qtcf", "nan"),
        ("qtcf", "1e9"),
        ("qtcf", "1.2.3"),
        ("qtcf", ""),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(code, typed):
    with pytest.raises(InputError, match=VOCABULARY[code].label.split(" (", maxsplit=1)[0]):
        read_value(typed, VOCABULARY[code])


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "Choose accept"),
        ({"choice": "order"}, "Choose accept"),
        ({"choice": "decline"}, "needs a reason"),
        ({"choice": "decline", "reason_text": "   "}, "needs a reason"),
        ({"choice": "change", "text": " "}, "needs its text"),
        ({"choice": "change", "text": "x" * 1001}, "1001 characters"),
    ],
)
def test_a_decision_that_could_not_be_understood_later_is_refused(form, message):
    with pytest.raises(InputError, match=message):
        read_wish(form)


def test_a_chosen_reason_and_own_words_are_both_kept():
    wish = read_wish({"choice": "decline", "reason": "Already done or under way", "reason_text": "since\n May"})
    assert wish.reason == "Already done or under way; since May"


def test_accepting_keeps_nothing_that_was_typed_elsewhere():
    wish = read_wish({"choice": "accept", "text": "left over", "reason": "left over"})
    assert (wish.text, wish.reason) == ("", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-03-02", "2 Mar 2026"),
        ("2026-03-12T23:59:00-05:00", "12 Mar 2026"),
        ("2026-03", "Mar 2026"),
        ("2026", "2026"),
        ("last spring", "last spring"),
        ("", ""),
    ],
)
def test_dates_of_any_precision_read_as_people_write_them(text, words):
    assert date_in_words(text) == words


def test_no_value_has_no_words():
    assert value_in_words(None, VOCABULARY["er"]) == ""
    assert value_in_words(False, VOCABULARY["visceral-crisis"]) == "No"
    assert value_in_words(0, VOCABULARY["age"]) == "0 years"
