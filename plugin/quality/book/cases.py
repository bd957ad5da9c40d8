"""A case as the book prints it: the patient in labels and words, and the lists that must come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugin.library.rules import Template
from plugin.library.vocabulary import FindingDefinition, Value, in_a_word
from plugin.quality.cases import Case
from plugin.quality.running import Outcome
from plugin.quality.stated import UNKNOWN

LISTS = {
    "offered": "Offered, among others",
    "offered_exactly": "Offered, and nothing else",
    "conditional": "Conditional",
    "judgement": "For judgement",
    "not_offered": "Not offered",
    "assessments": "Tests due",
    "supportive_care": "Supportive care",
    "alerts": "Alerts",
    "goals": "Goals",
    "goals_to_ask": "Goals to ask about",
    "absent": "In no list",
    "speaks": "Rules that must speak",
    "silent": "Rules that must not speak",
    "suspected": "Asked about first, on a suspicion",
    "not_suspected": "Not asked about first",
    "agents_named": "Drugs named",
    "agents_withheld": "Drugs held back",
    "agents_waiting": "Drugs that wait",
    "agents_judgement": "Drugs for judgement",
    "not_beside": "Not at the same time",
}


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case: facts as (label, value), expected lists as (heading, labels)."""

    id: str
    title: str
    facts: tuple[tuple[str, str], ...]
    expected: tuple[tuple[str, tuple[str, ...]], ...]
    passed: bool
    truth: str
    knowledge: tuple[str, ...]


def case_view(outcome: Outcome, template: Template) -> CaseView:
    """The case of an outcome; alerts and rules are told by their code."""
    case = outcome.case
    vocabulary = template.vocabulary
    return CaseView(
        id=case.id,
        title=case.title,
        facts=tuple((vocabulary[code].label, _words(value, vocabulary[code])) for code, value in case.findings.items()),
        expected=tuple(_expected(case, template)),
        passed=outcome.passed,
        truth={True: "holds", False: "does not hold", None: "is undecided"}[outcome.truth],
        knowledge=case.knowledge,
    )


def _expected(case: Case, template: Template) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, codes in case.expect.items():
        yield LISTS[name], tuple(template.label(code) for code in codes) or ("none",)
    for name, by_line in case.of_lines.items():
        for code, expected in by_line.items():
            yield f"{LISTS[name]}: {template.label(code)}", tuple(map(template.label, expected)) or ("none",)


def _words(value: Value, definition: FindingDefinition) -> str:
    if value == UNKNOWN:
        return "asked, not known"
    words = in_a_word(value).replace("-", " ")
    unit = definition.unit
    return f"{words} {unit}" if unit and unit != "1" and not isinstance(value, bool | str) else words
