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
from plugin.findings.model import Finding, Findings, Patient
from plugin.library.content import content_folder
from plugin.library.expressions import evaluate
from plugin.library.rules import Template
from plugin.library.template import load_template
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary
from plugin.library.yaml_file import read_yaml


@dataclass(frozen=True)
class Case:
    """One case of a template; `findings` are plain values, `unknown` for a fact that must not be presumed."""

    template: str
    id: str
    rule: str
    findings: dict[str, Value]
    expect: dict[str, list[str]]
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
    return Case(name, raw["id"], raw["rule"], raw["findings"], raw["expect"], as_of)


def draft_of(case: Case) -> Draft:
    chosen = template(case.template)
    return draft_plan(findings_of(case, chosen.vocabulary), chosen, case.as_of)


def facts_of(case: Case) -> Facts:
    vocabulary = template(case.template).vocabulary
    return Facts(findings_of(case, vocabulary), vocabulary)


def findings_of(case: Case, vocabulary: Vocabulary) -> Findings:
    """The stated values, what follows from them, and what the vocabulary presumes where nothing is stated."""
    findings = {code: _stated(code, value) for code, value in case.findings.items()}
    _derive(findings, vocabulary)
    environment = _environment(findings, vocabulary)
    for code, definition in vocabulary.items():
        if code not in findings and _is_presumed(definition, environment):
            findings[code] = Finding(code, "presumed", definition.presumption.value)
    _derive(findings, vocabulary)
    return Findings(Patient("example", "Patient/example"), list(findings.values()), vocabulary)


def _stated(code: str, value: Value) -> Finding:
    return Finding(code, "unknown") if value == "unknown" else Finding(code, "known", value)


def _derive(findings: dict[str, Finding], vocabulary: Vocabulary) -> None:
    """Add what follows from the findings so far, until nothing new follows."""
    while derived := {
        code: Finding(code, "derived", derivation.value)
        for code, definition in vocabulary.items()
        if code not in findings
        for derivation in reversed(definition.derivations)
        if evaluate(derivation.when, _environment(findings, vocabulary)) is True
    }:
        findings.update(derived)


def _environment(findings: dict[str, Finding], vocabulary: Vocabulary) -> dict[str, Value | None]:
    return {vocabulary[code].variable: finding.value for code, finding in findings.items()}


def _is_presumed(definition: FindingDefinition, environment: dict[str, Value]) -> bool:
    presumption = definition.presumption
    return presumption is not None and not any(evaluate(sign, environment) is True for sign in presumption.unless)
