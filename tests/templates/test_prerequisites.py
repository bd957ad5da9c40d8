"""Every test that policy asks for before a treatment starts comes along with its category, and no other line does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from plugin.library.rules import Template
from tests.templates.case_files import Case, all_cases, draft_of

POLICY: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("prerequisites_policy.yaml").read_text())


@pytest.mark.parametrize("entry", POLICY, ids=lambda entry: entry["id"])
def test_each_entry_of_the_policy_has_its_rules(template: Template, entry: dict[str, Any]) -> None:
    wanted = {(category, test) for category in entry["categories"] for test in entry["tests"]}
    assert wanted - _pairs(template) == set()


@pytest.mark.parametrize("entry", POLICY, ids=lambda entry: entry["id"])
def test_each_entry_of_the_policy_is_named_by_a_rule(template: Template, entry: dict[str, Any]) -> None:
    sources = {source for rule in template.item_rules if rule.accompanies for source in rule.grounds.documented}
    assert entry["id"] in sources


@pytest.mark.parametrize("case", [case for case in all_cases() if case.rule.startswith("before-")], ids=lambda c: c.id)
def test_what_a_category_brings_is_what_accompanies_it(case: Case) -> None:
    draft = draft_of(case)
    items = {item.code: item for item in (*draft.assessments, *draft.supportive_care)}
    for line in draft.categories:
        answers = {code for effect in line.effects for code in effect.care}
        brought = {each.code for each in line.brings}
        assert brought <= set(items)
        startable = line.disposition in ("offered", "judgement")
        belongs = {code for code, item in items.items() if line.code in item.accompanies or code in answers}
        assert brought == (belongs if startable else set()), line.code


URGENT_TESTS = {
    ("cord", "spine-mri"),
    ("brain-local", "brain-mri"),
    ("lm", "brain-mri"),
    ("lm", "spine-mri"),
    ("lm", "csf"),
}


def test_the_test_of_an_emergency_belongs_with_its_pathway(template: Template) -> None:
    assert URGENT_TESTS - _pairs(template) == set()


def test_accepting_the_emergency_pathway_of_the_cord_takes_the_mri_along() -> None:
    case = next(case for case in all_cases() if case.id == "before-spine-mri-cord.1")
    line = next(line for line in draft_of(case).categories if line.code == "cord")
    assert "spine-mri" in {each.code for each in line.brings}


def _pairs(template: Template) -> set[tuple[str, str]]:
    return {(category, rule.code) for rule in template.item_rules for category in rule.accompanies}
