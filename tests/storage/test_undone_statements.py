"""Which statement is in force when some were taken back, and what it leads over in the EHR."""

from datetime import UTC, datetime, timedelta

import pytest

from plugin.delivery.held import ENTERED_IN_ERROR, leads
from plugin.storage.reviews import Author, Fact, undone_among, words_in_force

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNA = Author("Practitioner/1", "Dr. Anna Tester")


def entries(*rows):
    """Entries a minute apart: a value states, None withdraws, `undo 1` takes back entry 1."""
    found = []
    for number, row in enumerate(rows, start=1):
        undoes = int(row.removeprefix("undo ")) if isinstance(row, str) and row.startswith("undo ") else None
        value = None if undoes else row
        found.append(Fact(number, "er", value, "", ANNA, NOON + timedelta(minutes=number), undoes))
    return found


@pytest.mark.parametrize(
    ("rows", "number", "value"),
    [
        (["positive"], 1, "positive"),
        (["positive", "undo 1"], 2, None),
        (["positive", "undo 1", "undo 2"], 1, "positive"),
        (["positive", "undo 1", "undo 2", "undo 3"], 4, None),
        (["positive", "negative", "undo 2"], 1, "positive"),
        (["positive", "negative", "undo 2", "undo 1"], 4, None),
        (["positive", None, "undo 2"], 1, "positive"),
        (["positive", "undo 1", "negative"], 3, "negative"),
        (["positive", "undo 1", "negative", "undo 3"], 4, None),
    ],
)
def test_what_stood_before_an_entry_that_was_taken_back_stands_again(rows, number, value):
    word = words_in_force(entries(*rows))["er"]
    assert (word.id, word.value) == (number, value)


def test_an_entry_that_takes_back_another_can_be_taken_back():
    assert undone_among(entries("positive", "undo 1", "undo 2")) == {2}
    assert undone_among(entries("positive", "undo 1", "undo 2", "undo 3")) == {1, 3}


def copy(minutes, status="final"):
    """Our statement as the EHR holds it, stated so many minutes after noon."""
    return {"effectiveDateTime": (NOON + timedelta(minutes=minutes)).isoformat(), "status": status}


@pytest.mark.parametrize(
    ("rows", "held", "leading"),
    [
        (["positive", "negative", "undo 2"], copy(2), True),  # the copy is of what was taken back
        (["positive", "undo 1"], copy(1), True),
        (["positive", "undo 1"], copy(-5), False),  # an older statement: it stood before, and stands again
        (["positive", "undo 1", "undo 2"], copy(1, ENTERED_IN_ERROR), True),
        (["positive", None, "undo 2"], copy(1, ENTERED_IN_ERROR), True),
        (["positive"], copy(1, ENTERED_IN_ERROR), False),  # taken back in the EHR, by somebody else
        (["positive", "negative"], copy(5), False),  # somebody stated it anew in the EHR
    ],
)
def test_a_word_that_stands_again_leads_over_the_copies_of_what_was_taken_back(rows, held, leading):
    assert leads(words_in_force(entries(*rows))["er"], [held]) is leading
