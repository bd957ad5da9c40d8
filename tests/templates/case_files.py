"""The cases of every template: patients as plain findings, and the draft that each one gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from plugin.drafting.facts import Facts
from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_plan
from plugin.findings.model import Findings
from plugin.library.content import content_folder
from plugin.library.rules import Template
from plugin.library.template import load_template
from plugin.library.vocabulary import Value, Vocabulary
from plugin.library.yaml_file import read_yaml
from tests.stated import findings_from_values


@dataclass(frozen=True)
class Case:
    """One case of a template; `findings` are plain values, `unknown` for a fact that must not be presumed.

    rule: the rule or gate it is about; empty for a whole patient.
    """

    template: str
    id: str
    rule: str
    findings: dict[str, Value]
    expect: dict[str, Any]
    as_of: date


@cache
def template(name: str) -> Template:
    return load_template(content_folder("templates") / name)


@cache
def all_cases() -> tuple[Case, ...]:
    files = sorted(content_folder("templates").glob("*/cases/*.yaml"))
    return tuple(case for file in files for case in cases_in(file))


def cases_in(file: Path) -> list[Case]:
    [document] = read_yaml(file)
    as_of = date.fromisoformat(document.data["as_of"])
    name = file.parent.parent.name
    return [_case(name, raw, as_of) for raw in document.data["cases"]]


def _case(name: str, raw: dict[str, Any], as_of: date) -> Case:
    return Case(name, raw["id"], raw.get("rule", ""), raw["findings"], raw["expect"], as_of)


def draft_of(case: Case) -> Draft:
    chosen = template(case.template)
    return draft_plan(findings_of(case, chosen.vocabulary), chosen, case.as_of)


def facts_of(case: Case) -> Facts:
    vocabulary = template(case.template).vocabulary
    return Facts(findings_of(case, vocabulary), vocabulary)


def findings_of(case: Case, vocabulary: Vocabulary) -> Findings:
    return findings_from_values(case.findings, vocabulary, case.as_of)
