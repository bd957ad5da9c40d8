"""What must hold for every patient there could be: checked over generated combinations of facts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plugin.findings.stated import findings_from_values

from plugin.drafting.as_json import draft_json
from plugin.drafting.plan import draft_plan

AS_OF = date(2026, 11, 22)
NUMBERS = {"age": [17, 34, 58, 72], "metastatic-line": [1, 2], "ecog": [0, 2, 3], "lvef": [35.0, 60.0]}


def possible_values(definition):
    if definition.type == "code":
        return list(definition.values)
    if definition.type == "boolean":
        return [True, False]
    return NUMBERS.get(definition.code, [1, 5, 40])


def patients(vocabulary):
    """Values for every finding a template conditions on, each as often unknown as not."""
    return st.fixed_dictionaries(
        {},
        optional={code: st.sampled_from(possible_values(vocabulary[code])) for code in vocabulary},
    )


@pytest.fixture(scope="module")
def draft_of(template):
    def run(values):
        return draft_plan(findings_from_values(values, template.vocabulary, AS_OF), template, AS_OF)

    return run


def offered(draft):
    return {line.code for line in draft.standing("offered")}


@settings(max_examples=300)
@given(data=st.data())
def test_nothing_is_offered_on_a_fact_that_is_not_known_worked_out_or_declared_as_presumed(data, template, draft_of):
    draft = draft_of(data.draw(patients(template.vocabulary)))
    for line in draft.standing("offered"):
        assert not line.missing
        for fact in line.facts:
            assert fact.state in ("known", "derived", "presumed"), (line.code, fact)
        for fact in (*line.facts, *line.presumes):
            if fact.state == "presumed":
                assert template.vocabulary[fact.code].presumption is not None
                assert fact in line.presumes, (line.code, fact)


@settings(max_examples=200)
@given(data=st.data())
def test_what_is_offered_stays_open_whatever_an_unknown_fact_without_presumption_turns_out_to_be(
    data, template, draft_of
):
    values = data.draw(patients(template.vocabulary))
    draft = draft_of(values)
    unknown = [
        code
        for code, finding in draft.findings.items()
        if finding.state == "unknown" and template.vocabulary[code].presumption is None
    ]
    code = data.draw(st.sampled_from(unknown))
    for value in possible_values(template.vocabulary[code]):
        later = draft_of(values | {code: value})
        changed = {
            finding.code
            for finding in later.findings.values()
            if draft.findings[finding.code].state in ("presumed", "derived")
            and draft.findings[finding.code].value != finding.value
        }
        if changed or later.no_plan:
            continue
        closed = offered(draft) - offered(later)
        assert not closed, (code, value, closed)


@settings(max_examples=200)
@given(data=st.data())
def test_every_conditional_line_names_what_it_waits_for(data, template, draft_of):
    draft = draft_of(data.draw(patients(template.vocabulary)))
    due = {item.code for item in draft.assessments}
    for line in draft.standing("conditional"):
        assert line.missing or line.gates, line.code
        assert set(line.waits_for) <= due, line.code


@settings(max_examples=200)
@given(data=st.data())
def test_no_category_is_offered_unless_metastatic_breast_cancer_is_known(data, template, draft_of):
    values = data.draw(patients(template.vocabulary))
    draft = draft_of(values)
    if offered(draft):
        assert draft.findings["metastatic"].value is True
        assert draft.findings["breast-cancer"].value is True
        assert draft.findings["deceased"].value is False


@settings(max_examples=100)
@given(data=st.data())
def test_every_category_stands_in_exactly_one_list(data, template, draft_of):
    found = draft_json(draft_of(data.draw(patients(template.vocabulary))))
    codes = [line["code"] for name in ("offered", "conditional", "judgement", "not_offered") for line in found[name]]
    assert sorted(codes) == sorted({rule.code for rule in template.category_rules})
