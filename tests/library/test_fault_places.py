"""A fault names line, column and the text that is wrong, however the YAML around it is written."""

from __future__ import annotations

import re

import pytest

from plugin.library.grammar import ExpressionError, parse
from plugin.library.near import did_you_mean
from plugin.library.yaml_file import read_yaml

FILE = """\
plain: false or %her2 = 'x' and %hr2
single: '%her2 = ''x'' and %hr2'
double: "%her2 = \\"x\\" and %hr2"
folded: >-
  %her2 = 'x'
  and %hr2
literal: |
  %her2 = 'x'
    and %hr2
broken: false or %her2 = 'x'
  and %hr2
list:
  - {name: one, unknown: two}
---
second: not %hr2
"""


@pytest.fixture
def documents(tmp_path):
    path = tmp_path / "few.yaml"
    path.write_text(FILE)
    return read_yaml(path, "few.yaml")


def shown(fault):
    """What stands in the file at the place that a fault names."""
    return FILE.splitlines()[fault.line - 1][fault.column - 1 :]


@pytest.mark.parametrize("key", ["plain", "single", "double", "folded", "literal", "broken"])
def test_a_wrong_name_is_pointed_at_in_every_style_of_yaml(documents, key):
    fault = documents[0].fault((key,), "%hr2 is no name", "correct it")
    assert (fault.text, shown(fault).rstrip("'\"")) == ("%hr2", "%hr2")
    offset = documents[0].data[key].index("%hr2")
    assert documents[0].fault((key,), "wrong here", "correct it", "", offset) == documents[0].fault(
        (key,), "wrong here", "correct it", "%hr2"
    )


@pytest.mark.parametrize("key", ["plain", "single", "double", "folded", "literal", "broken"])
def test_what_ends_too_early_is_pointed_at_where_it_ends(documents, key):
    value = documents[0].data[key]
    fault = documents[0].fault((key,), "too early", "go on", "", len(value.rstrip()))
    assert FILE.splitlines()[fault.line - 1][: fault.column - 1].endswith("%hr2")
    assert fault.text == value.splitlines()[0]


def test_a_name_is_not_taken_for_the_beginning_of_another(documents):
    fault = documents[0].fault(("plain",), "%her is no name", "correct it")
    assert shown(fault).startswith("false or %her2")


def test_an_element_that_has_no_place_is_pointed_at_by_its_name(documents):
    fault = documents[0].fault(("list", 0), "'unknown' was unexpected", "remove it")
    assert (fault.text, shown(fault)) == ("unknown", "unknown: two}")


def test_what_a_message_quotes_last_is_what_it_is_about(documents):
    fault = documents[0].fault(("list", 0), "'one' says 'two', not 'three'", "correct it")
    assert fault.text == "two"


def test_an_element_that_is_missing_is_pointed_at_by_what_is_around_it(documents):
    fault = documents[0].fault(("list", 0, "code"), "no code", "give one")
    assert fault.where == f"few.yaml:{FILE.splitlines().index('  - {name: one, unknown: two}') + 1}:5"
    assert fault.text == "{name: one, unknown: two}"


def test_the_second_document_of_a_file_has_its_own_places(documents):
    fault = documents[1].fault(("second",), "%hr2 is no name", "correct it")
    assert (fault.line, shown(fault)) == (len(FILE.splitlines()), "%hr2")


def test_a_fault_says_where_what_stands_there_and_what_to_do(documents):
    fault = documents[0].fault(("list", 0), "'two' is wrong", "correct it")
    assert str(fault) == f"few.yaml:{fault.line}:26: 'two' is wrong\n    | two\n    correct it"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("hr2", "did you mean %her2? "),
        ("HER2", "did you mean %her2? "),
        ("erlow", "did you mean %erLow? "),
        ("xyz", ""),
    ],
)
def test_a_word_that_is_near_a_known_one_is_offered(word, meant):
    assert did_you_mean(word, ["her2", "erLow", "er"], "%{}") == meant


@pytest.mark.parametrize(
    ("text", "said", "column"),
    [
        ("%a and and %b", "'and' cannot stand there", 8),
        ("%a and\n  or %b", "'or' cannot stand there", 10),
        ("%a and", "it ends where something must follow", 7),
        ("%a # %b", "'#' cannot stand there", 4),
        ("%a and\n  today()", "'today()' is outside the subset", 10),
    ],
)
def test_broken_fhirpath_says_what_cannot_stand_where(text, said, column):
    with pytest.raises(ExpressionError, match=re.escape(said)) as raised:
        parse(text)
    assert raised.value.column == column
