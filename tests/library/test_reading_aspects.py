"""How a fact is read, in words: every field of a reading has some, and none of them is Python's."""

from __future__ import annotations

from dataclasses import fields

from plugin.library.expressions import Comparison, Disjunction
from plugin.library.reading_aspects import PART, READING, reading_aspects
from plugin.library.readings import Part, Reading, Rule
from plugin.library.vocabulary import FindingDefinition

OIL = FindingDefinition(
    "oil-low",
    "Low oil",
    "boolean",
    value_sets=("https://example.org/ValueSet/oil-tests",),
    reading=Reading(
        "results",
        parts=(
            Part("oilMass", "number", ("oil-tests",), units=("mg/dL",), minimum=2, maximum=25),
            Part("oilMoles", "number", ("oil-tests",), units=("mmol/L",)),
        ),
        rules=(Rule(True, Disjunction((Comparison("oilMass", "<", 8.5), Comparison("oilMoles", "<", 2.1)))),),
        valid_days=28,
    ),
)


def test_thresholds_units_and_age_limits_are_said() -> None:
    said = {word.about: word.text for word in reading_aspects(OIL)}

    assert said["is yes"] == "where oil mass: below 8.5 mg/dL or oil moles: below 2.1 mmol/L"
    assert said["age limit"] == "at most 28 days old"
    assert said["oil mass, units"] == "mg/dL"
    assert said["oil mass, greatest possible number"] == "25"
    assert "when it was given" not in said


def test_every_field_of_a_reading_and_of_its_parts_has_words() -> None:
    assert {name for name, *_ in READING} == {each.name for each in fields(Reading)} - {"parts", "rules"}
    assert {name for name, *_ in PART} == {each.name for each in fields(Part)} - {"name"}


def test_whatever_the_shipped_templates_read_is_said_in_words(template) -> None:
    for code, definition in template.vocabulary.items():
        words = reading_aspects(definition, template.vocabulary)
        names = [word.about for word in words]
        assert len(names) == len(set(names)), code
        assert bool(words) or definition.reading is None, code
        for word in words:
            assert not {"Part(", "Rule(", "frozenset", "None", "True", "()"} & set(word.text.split()), (code, word)
