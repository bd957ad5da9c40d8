"""Conditions in words: what a clinician reads says exactly what the condition asks."""

from __future__ import annotations

from random import Random

import pytest

from plugin.library.expressions import Truth, evaluate
from plugin.library.grammar import parse
from plugin.library.in_words import explain, lines, one_line
from plugin.library.rules import Condition, NamedCondition
from plugin.library.vocabulary import FindingDefinition, Vocabulary

WORDS = Vocabulary(
    [
        FindingDefinition("er", "ER", "code", ("positive", "negative")),
        FindingDefinition("site", "Site", "code", ("bone", "lymph-node", "skin")),
        FindingDefinition("pain", "Pain", "boolean"),
        FindingDefinition("age", "Age", "integer", unit="years"),
        FindingDefinition("ratio", "Ratio", "decimal", unit="1"),
    ]
)


def condition(text: str) -> Condition:
    return Condition(text, parse(text))


NAMED = {"hurts": NamedCondition("hurts", "It hurts", condition("%pain and %age > 3"))}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("%er = 'positive'", "ER: positive"),
        ("%er != 'positive'", "ER: not positive"),
        ("(%er = 'positive').not()", "ER: not positive"),
        ("%pain", "Pain: yes"),
        ("%pain.not()", "Pain: no"),
        ("%pain = false", "Pain: no"),
        ("%pain.not().not()", "Pain: yes"),
        ("%age < 18", "Age: below 18 years"),
        ("(%age < 18).not()", "Age: 18 years or more"),
        ("%age >= 65", "Age: 65 years or more"),
        ("%ratio <= 2.5", "Ratio: 2.5 or less"),
        ("%site in ('bone' | 'lymph-node' | 'skin')", "Site: bone, lymph node or skin"),
        ("(%site in ('bone' | 'skin')).not()", "Site: none of bone, skin"),
        ("%er.exists()", "ER: known"),
        ("%er.exists().not()", "ER: not known"),
        ("%pain.exists() and %pain", "Pain: yes (known)"),
        ("%pain.exists() and %pain.not()", "Pain: no (known)"),
        ("(%pain.exists() and %pain).not()", "Pain: no or not known"),
        ("(%pain.exists() and %pain.not()).not()", "Pain: yes or not known"),
        ("%pain.exists().not() or %pain", "Pain: yes or not known"),
        ("true", "Always"),
        ("%hurts", "It hurts"),
        ("%hurts and %er = 'positive'", "It hurts; ER: positive"),
        ("%pain or %age < 18 or %er = 'negative'", "Pain: yes or Age: below 18 years or ER: negative"),
        ("%hurts.not()", "not It hurts"),
    ],
)
def test_what_a_condition_says(text: str, said: str) -> None:
    assert one_line(explain(condition(text), WORDS, NAMED)) == said


def test_lists_are_nested_and_exceptions_are_called_so() -> None:
    text = "%er = 'positive' and (%pain or %age < 18) and (%site = 'bone' and %hurts).not()"
    clause = explain(condition(text), WORDS, NAMED)
    assert list(lines(clause)) == [
        "All of these:",
        "  ER: positive",
        "  Any of these:",
        "    Pain: yes",
        "    Age: below 18 years",
        "  Not all of these together:",
        "    Site: bone",
        "    It hurts",
    ]
    assert [part.heading(among_all=True) for part in clause.parts[1:]] == [
        "Any of these",
        "Unless all of these together",
    ]


def test_for_a_patient_each_part_says_what_came_of_it_and_what_is_known() -> None:
    text = "%er = 'positive' and (%pain or %age < 18) and %hurts"
    clause = explain(condition(text), WORDS, NAMED, {"er": "positive", "age": 40})
    er, either, hurts = clause.parts
    assert (clause.truth, er.truth, either.truth, hurts.truth) == (None, True, None, None)
    assert [part.found for part in (er, *either.parts)] == ["positive", "not known", "40 years"]
    assert either.parts[1].truth is False


def test_a_condition_about_an_unknown_fact_is_refused() -> None:
    with pytest.raises(KeyError, match="nothing"):
        explain(condition("%nothing"), WORDS, NAMED)


def test_every_condition_of_the_template_means_what_its_words_say(template) -> None:
    """The truths of the parts, put together as the headings say, are the truth of the condition."""
    random = Random(7)  # noqa: S311
    conditions = [rule.condition for rule in template.rules] + [each.condition for each in template.named.values()]
    for each in conditions:
        for _ in range(6):
            facts = {d.variable: _value(d, random) for d in template.vocabulary.values()}
            clause = explain(each, template.vocabulary, template.named, facts)
            assert clause.truth is evaluate(each.expression, facts)
            _agrees(clause)


def test_no_words_of_the_template_are_names_of_variables(template) -> None:
    said = [
        line for rule in template.rules for line in lines(explain(rule.condition, template.vocabulary, template.named))
    ]
    assert not [line for line in said if "%" in line.replace(" %", "")]


def _agrees(clause) -> None:
    for part in clause.parts:
        _agrees(part)
    truths = [part.truth for part in clause.parts]
    if truths:
        assert clause.truth is _together(clause.joint, truths), one_line(clause)


def _together(joint: str, truths: list[Truth]) -> Truth:
    if joint in ("any", "none"):
        whole: Truth = True if True in truths else None if None in truths else False
    else:
        whole = False if False in truths else None if None in truths else True
    return whole if joint in ("all", "any") or whole is None else not whole


def _value(definition, random):
    choices = {
        "boolean": [True, False],
        "code": [value for value in definition.values if value not in definition.undecided],
        "integer": [0, 1, 2, 17, 64, 70],
        "decimal": [0.5, 40.0, 400.0],
    }
    return random.choice([None, *choices[definition.type]])
