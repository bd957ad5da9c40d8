"""Every case of every template gets the lists it expects, and every rule has the cases that show what it does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plugin.drafting.as_json import draft_json
from plugin.drafting.facts import Facts
from plugin.library.rules import Condition
from tests.stated import findings_from_values
from tests.templates.case_files import Case, all_cases, draft_of, facts_of, template

CASES = all_cases()
TEMPLATES = sorted({case.template for case in CASES})
AS_OF = date(2026, 11, 22)
STANDINGS = ("offered", "conditional", "judgement", "not_offered")
# What cases say of drugs, each with the dispositions that it speaks of.
DRUG_LISTS = {
    "agents_named": ("offered",),
    "agents_withheld": ("not-offered", "judgement", "conditional"),
    "agents_waiting": ("conditional",),
    "agents_judgement": ("judgement",),
    "not_beside": (),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_gets_its_lists(case: Case) -> None:
    drafted = draft_json(draft_of(case))
    lists = _codes_by_list(drafted)
    for name, expected in case.expect.items():
        if name in DRUG_LISTS:
            found = {code: _drugs(name, code, drafted) for code in expected}
            lacking = {code: sorted(set(each) - set(found[code])) for code, each in expected.items()}
            assert not any(lacking.values()), f"expected in {name}: {lacking}, found: {found}"
        elif name == "offered_exactly":
            assert sorted(lists["offered"]) == sorted(expected)
        elif name == "silent":
            assert set(expected) & _speaking(case) == set()
        elif name == "absent":
            found = {code: places for code in expected if (places := _where(code, lists))}
            assert not found, f"expected in no list, but found in: {found}"
        else:
            missing = {code: _where(code, lists) for code in expected if code not in lists[name]}
            assert not missing, f"expected in {name}, but found in: {missing}"


def test_case_ids_are_unique() -> None:
    ids = [(case.template, case.id) for case in CASES]
    assert len(ids) == len(set(ids))


def test_cases_name_rules_that_exist() -> None:
    strays = {case.rule for case in CASES if case.rule and case.rule not in _conditions(case.template)}
    assert strays == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_rule_and_gate_has_a_case_in_which_it_speaks(name: str) -> None:
    waiting = {gate.id for gate in template(name).gates if gate.disposition == "conditional"}
    silent = set(_conditions(name)) - _rules_with(name, True)
    assert silent - (waiting & _rules_with(name, None)) == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_category_rule_has_a_case_in_which_its_facts_are_missing(name: str) -> None:
    rules = {rule.id for rule in template(name).category_rules}
    assert rules - _rules_with(name, None) == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_care_and_alerts_have_a_case_in_which_what_decides_them_is_unknown(name: str) -> None:
    chosen = template(name)
    care = {rule.id for rule in chosen.item_rules if rule.kind == "supportive-care"}
    silent = {rule for case in CASES if case.template == name for rule in case.expect.get("silent", ())}
    assert (care | {rule.id for rule in chosen.alert_rules}) - silent == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_gate_of_a_drug_has_a_case_in_which_its_facts_are_missing(name: str) -> None:
    nothing_known = Facts(findings_from_values({}, template(name).vocabulary, AS_OF), template(name).vocabulary)
    open_ = {gate.id for gate in template(name).agent_gates if nothing_known.truth(gate.condition) is None}
    assert open_ - _rules_with(name, None) == set()


def _speaking(case: Case) -> set[str]:
    """The rules that are heard in the draft of a case: those of its lines, and those of its alerts."""
    draft = draft_of(case)
    lines = (*draft.categories, *draft.assessments, *draft.supportive_care)
    texts = {alert.text for alert in draft.alerts}
    alerts = {rule.id for rule in template(case.template).alert_rules if rule.text in texts}
    return alerts.union(*(line.rules for line in lines))


def _codes_by_list(drafted: dict[str, Any]) -> dict[str, list[str]]:
    return {key: [line["code"] for line in value] for key, value in drafted.items() if _is_list_of_lines(value)}


def _drugs(name: str, code: str, drafted: dict[str, Any]) -> list[str]:
    """The drugs of a line that a list of the case asks for, or the lines that it does not go together with."""
    lines = [line for key in STANDINGS for line in drafted[key] if line["code"] == code]
    assert lines, f"no line stands as {code}"
    [line] = lines
    if name == "not_beside":
        return [each["code"] for each in line.get("not_beside", [])]
    if name == "agents_named":
        return [agent["name"] for agent in line["agents"]["named"]]
    wanted = DRUG_LISTS[name]
    return [agent["name"] for agent in line["agents"]["withheld"] if agent["disposition"] in wanted]


def _is_list_of_lines(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _where(code: str, lists: dict[str, list[str]]) -> list[str]:
    return [name for name, codes in lists.items() if code in codes]


def _conditions(name: str) -> dict[str, Condition]:
    chosen = template(name)
    rules = (
        *chosen.category_rules,
        *chosen.gates,
        *chosen.agent_gates,
        *chosen.combinations,
        *chosen.item_rules,
        *chosen.alert_rules,
    )
    return {rule.id: rule.condition for rule in rules}


def _rules_with(name: str, truth: bool | None) -> set[str]:
    conditions = _conditions(name)
    return {
        case.rule
        for case in CASES
        if case.rule and case.template == name and facts_of(case).truth(conditions[case.rule]) is truth
    }
