"""What must hold for every patient there could be: checked over patients made at random, the same at every run."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from plugin.drafting.as_json import draft_json
from plugin.drafting.plan import draft_plan
from plugin.quality.stated import findings_from_values

AS_OF = date(2026, 11, 22)
NUMBERS = {"age": [17, 34, 58, 72], "metastatic-line": [1, 2], "ecog": [0, 2, 3], "lvef": [35.0, 60.0]}
# Without these few facts hardly any line is ever open, and the properties would hold for want of lines.
MOSTLY = {
    "breast-cancer": True,
    "metastatic": True,
    "deceased": False,
    "age": 58,
    "prior-systemic-therapy-metastatic": False,
}
# Fitness tests that are due before a start close a line only by a known, abnormal result (policy of the template).
FITNESS = {"hba1c-level"}
# Nobody writes down that the last days have not begun.
NEVER_DENIED = {"last-days-of-life"}
PATIENTS = range(400)


def possible_values(definition):
    if definition.type == "code":
        return list(definition.values)
    if definition.type == "boolean":
        return [True, False]
    return NUMBERS.get(definition.code, [1, 5, 40])


def patient(vocabulary, seed):
    """Most facts known, most illnesses absent: of patients who have everything, nothing would be offered."""
    random = Random(seed)  # noqa: S311
    values = {
        code: random.random() < 0.1 if definition.type == "boolean" else random.choice(possible_values(definition))
        for code, definition in vocabulary.items()
        if random.random() < 0.8
    }
    return values | {code: value for code, value in MOSTLY.items() if random.random() < 0.9}


@pytest.fixture(scope="module")
def draft_of(template):
    def run(values):
        return draft_plan(findings_from_values(values, template.vocabulary, AS_OF), template, AS_OF)

    return run


@pytest.fixture(scope="module")
def drafts(template, draft_of):
    return [draft_of(patient(template.vocabulary, seed)) for seed in PATIENTS]


def offered(draft):
    return {line.code for line in draft.standing("offered")}


def test_the_patients_made_here_open_many_different_lines(drafts):
    assert len(set().union(*map(offered, drafts))) >= 12


def test_nothing_is_offered_on_a_fact_that_is_not_known_worked_out_or_declared_as_presumed(drafts, template):
    for line in (line for draft in drafts for line in draft.standing("offered")):
        assert not line.missing, line.code
        for fact in line.facts:
            assert fact.state in ("known", "derived", "presumed"), (line.code, fact)
        for fact in (*line.facts, *line.presumes):
            if fact.state == "presumed":
                definition = template.vocabulary[fact.code]
                assert definition.presumption or definition.derivations, fact
                assert fact in line.presumes, (line.code, fact)


@pytest.mark.parametrize("seed", PATIENTS)
def test_what_is_offered_stays_open_whatever_an_unknown_fact_turns_out_to_be(seed, template, draft_of):
    values = patient(template.vocabulary, seed)
    draft = draft_of(values)
    presumable = {code for code in template.vocabulary if template.vocabulary[code].presumption}
    unknown = [code for code, finding in draft.findings.items() if finding.state == "unknown"]
    candidates = sorted(set(unknown) - presumable - FITNESS - NEVER_DENIED)
    for code in Random(seed).sample(candidates, min(3, len(candidates))):  # noqa: S311
        for value in possible_values(template.vocabulary[code]):
            later = draft_of(values | {code: value})
            if later.no_plan or _another_answer(draft, later) or _cannot_be(draft, later):
                continue
            assert not offered(draft) - offered(later), (code, value)


def _another_answer(draft, later):
    """Whether learning the fact changed what had been presumed or worked out from others."""
    return any(
        finding.value != later.findings[code].value
        for code, finding in draft.findings.items()
        if finding.state in ("presumed", "derived")
    )


def _cannot_be(draft, later):
    """Whether a stated fact and what was learnt exclude each other: then it is a conflict, which must be settled."""
    return any(
        later.findings[code].state == "conflicting" and finding.state != "conflicting"
        for code, finding in draft.findings.items()
    )


def test_every_conditional_line_names_what_it_waits_for_and_its_tests_are_due(drafts):
    for draft in drafts:
        due = {item.code for item in draft.assessments}
        for line in draft.standing("conditional"):
            assert line.missing or any(gate.truth for gate in line.gates), line.code
            assert set(line.waits_for) <= due, line.code


def test_no_category_is_offered_unless_metastatic_breast_cancer_is_known_in_a_living_adult(drafts):
    for draft in drafts:
        if offered(draft):
            assert draft.findings["metastatic"].value is True
            assert draft.findings["breast-cancer"].value is True
            assert draft.findings["deceased"].value is False
            assert draft.findings["age"].value != 17


def test_every_category_stands_in_exactly_one_list(drafts, template):
    categories = sorted({rule.code for rule in template.category_rules})
    for draft in drafts:
        found = draft_json(draft)
        lists = [found[name] for name in ("offered", "conditional", "judgement", "not_offered")]
        assert sorted(line["code"] for lines in lists for line in lines) == categories


def test_a_line_that_is_closed_names_the_fact_that_closed_it(drafts, template):
    unconditional = {rule.id for rule in template.rules if not rule.condition.names}
    for draft in drafts:
        for line in draft.standing("not-offered"):
            assert line.closed_by or line.rule in unconditional, line.code
            assert all(fact.value != "unknown" for fact in line.closed_by)
