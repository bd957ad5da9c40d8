"""Every case of every template gets the lists it expects, and every rule has the cases that show what it does."""

from __future__ import annotations

import pytest

from plugin.drafting.as_json import draft_json
from plugin.library.rules import Condition
from tests.templates.case_files import Case, all_cases, draft_of, facts_of, template

CASES = all_cases()
TEMPLATES = sorted({case.template for case in CASES})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_gets_its_lists(case: Case) -> None:
    lists = _codes_by_list(case)
    for name, expected in case.expect.items():
        if name == "offered_exactly":
            assert sorted(lists["offered"]) == sorted(expected)
        else:
            missing = {code: _where(code, lists) for code in expected if code not in lists[name]}
            assert not missing, f"expected in {name}, but found in: {missing}"


def test_case_ids_are_unique() -> None:
    ids = [(case.template, case.id) for case in CASES]
    assert len(ids) == len(set(ids))


def test_cases_name_rules_that_exist() -> None:
    strays = {case.rule for case in CASES if case.rule not in _conditions(case.template)}
    assert strays == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_rule_and_gate_has_a_case_in_which_it_speaks(name: str) -> None:
    waiting = {gate.id for gate in template(name).gates if gate.disposition == "conditional"}
    silent = set(_conditions(name)) - _rules_with(name, True)
    assert silent - (waiting & _rules_with(name, None)) == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_category_and_goal_rule_has_a_case_in_which_its_facts_are_missing(name: str) -> None:
    rules = {rule.id for rule in (*template(name).category_rules, *template(name).goal_rules)}
    assert rules - _rules_with(name, None) == set()


def _codes_by_list(case: Case) -> dict[str, list[str]]:
    drafted = draft_json(draft_of(case))
    return {key: [line["code"] for line in value] for key, value in drafted.items() if _is_list_of_lines(value)}


def _is_list_of_lines(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _where(code: str, lists: dict[str, list[str]]) -> list[str]:
    return [name for name, codes in lists.items() if code in codes]


def _conditions(name: str) -> dict[str, Condition]:
    chosen = template(name)
    rules = (
        *chosen.category_rules, *chosen.gates, *chosen.item_rules, *chosen.alert_rules, *chosen.goal_rules,
    )  # fmt: skip
    return {rule.id: rule.condition for rule in rules}


def _rules_with(name: str, truth: bool | None) -> set[str]:
    conditions = _conditions(name)
    return {
        case.rule for case in CASES if case.template == name and facts_of(case).truth(conditions[case.rule]) is truth
    }
