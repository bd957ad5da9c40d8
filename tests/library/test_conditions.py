"""Conditions agree with the FHIRPath engine over every combination of facts, and refuse what is not FHIRPath."""

from __future__ import annotations

import itertools

import fhirpathpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.library.expressions import compiled, deciding, evaluate, inline, names_in, written
from plugin.library.grammar import ExpressionError, parse

DOMAINS = {"flag": [True, False], "other": [True, False], "marker": ["low", "high"], "count": [-1, 1, 2]}

LEAVES = st.sampled_from(
    [
        "%flag",
        "%other",
        "%marker = 'low'",
        "%marker != 'high'",
        "%marker in ('low' | 'high')",
        "%marker in ('low')",
        "%count > 1",
        "%count <= 1",
        "%count = 2",
        "%count >= -1",
        "%count < -0.5",
        "%count in (-1 | 2)",
        "%marker.exists()",
        "%flag = false",
        "true",
        "false",
    ]
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or", "implies"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"({text}).not()"),
    ),
    max_leaves=6,
)


def combinations():
    names = list(DOMAINS)
    for values in itertools.product(*([*DOMAINS[name], None] for name in names)):
        yield dict(zip(names, values, strict=True))


def oracle(text, environment):
    context = {name: [] if value is None else value for name, value in environment.items()}
    answer = fhirpathpy.evaluate({}, text, context)
    return answer[0] if answer else None


@given(EXPRESSIONS)
def test_every_combination_of_facts_gives_the_answer_of_the_fhirpath_engine(text):
    expression = parse(text)
    names = names_in(expression)
    seen = {}
    for environment in combinations():
        key = tuple(sorted((name, environment[name]) for name in names if environment[name] is not None))
        if key in seen:
            continue
        seen[key] = evaluate(expression, environment)
        assert seen[key] == oracle(text, environment), (text, environment)


@given(EXPRESSIONS)
def test_the_compiled_form_answers_as_the_expression_does(text):
    expression = parse(text)
    decide = compiled(expression)
    for facts in combinations():
        seen = {}
        assert decide(facts, seen) is evaluate(expression, facts)
        assert decide(facts, seen) is evaluate(expression, facts), "remembered otherwise than it was worked out"


@given(EXPRESSIONS)
def test_what_is_foreseen_holds_whatever_the_unknown_facts_turn_out_to_be(text):
    expression = parse(text)
    foresee = compiled(expression, foresee=True)
    for facts in combinations():
        foreseen = foresee(facts, {})
        open_names = [name for name, value in facts.items() if value is None]
        if foreseen is None:
            continue
        for values in itertools.product(*(DOMAINS[name] for name in open_names)):
            assert evaluate(expression, facts | dict(zip(open_names, values, strict=True))) is foreseen


@given(EXPRESSIONS)
def test_an_expression_written_out_and_read_again_means_the_same(text):
    expression = parse(text)
    again = parse(written(expression))
    assert all(evaluate(expression, facts) == evaluate(again, facts) for facts in combinations())


@given(EXPRESSIONS)
def test_the_deciding_facts_alone_decide(text):
    expression = parse(text)
    for facts in combinations():
        truth, names = deciding(expression, facts)
        assert truth == evaluate(expression, facts)
        if truth is None:
            assert names
            assert any(facts[name] is None for name in names)
            continue
        exists_matters = "exists" in text
        only = {name: value for name, value in facts.items() if name in names}
        assert exists_matters or evaluate(expression, only) == truth


@pytest.mark.parametrize(
    "text",
    [
        "name..given",
        "and true",
        "where(use='x'",
        "%flag and",
        "%flag = ",
        "'low' = %marker",
        "%flag = %other",
        "",
        "%a b",
        "%count > -",
        "-%count > 1",
        "%marker = -'low'",
        "%flag = -true",
    ],
)
def test_what_is_not_fhirpath_or_outside_the_subset_is_refused_with_its_column(text):
    with pytest.raises(ExpressionError, match=r"column \d+"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["%flag.where($this)", "%flag xor %other", "%marker ~ 'low'", "iif(%flag, true)", "today()"]
)
def test_fhirpath_outside_the_declared_subset_is_refused(text):
    with pytest.raises(ExpressionError, match="outside the subset"):
        parse(text)


def test_a_reported_fact_is_preferred_to_a_presumed_one_as_reason():
    expression = parse("%flag.not() and %other.not() and %marker = 'low'")
    facts = {"flag": True, "other": True, "marker": "low"}
    assert deciding(expression, facts, {"flag": 100, "other": 0, "marker": 0}.__getitem__) == (False, {"other"})


def test_named_conditions_are_replaced_by_what_they_stand_for():
    expression = inline(parse("%both and %count > 0"), {"both": parse("%flag and %other")})
    assert names_in(expression) == {"flag", "other", "count"}
