"""What a chart case expects of its facts, held against what was read: what did not come, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plugin.findings.model import DECIDED, Finding, Findings
from plugin.library.vocabulary import in_a_word
from plugin.quality.charts.files import ChartCase

MOST_RESULTS = 3


@dataclass(frozen=True, slots=True)
class FactMissed:
    """One thing expected of a finding that did not come. code: the finding; empty where it is about the whole chart."""

    code: str
    text: str

    def __str__(self) -> str:
        return self.text


def facts_missed(case: ChartCase, findings: Findings) -> tuple[FactMissed, ...]:
    """Every expectation that the findings of the chart do not meet."""
    return (*_values(case, findings), *_details(case, findings), *_problems(case, findings))


def _values(case: ChartCase, findings: Findings) -> Iterator[FactMissed]:
    for code, expected in case.expect.items():
        finding = findings[code]
        got = finding.value if finding.state in DECIDED else finding.state
        if got != expected or isinstance(got, bool) is not isinstance(expected, bool):
            text = f"{code}: expected {in_a_word(expected)}, got {in_a_word(got)}{_why(finding, findings)}"
            yield FactMissed(code, text)


def _details(case: ChartCase, findings: Findings) -> Iterator[FactMissed]:
    raw = case.raw
    for code, state in raw.get("state", {}).items():
        if findings[code].state != state:
            yield FactMissed(code, f"{code}: expected to be {state}, is {findings[code].state}")
    for code, part in raw.get("note", {}).items():
        if part not in findings[code].note:
            yield FactMissed(code, f"{code}: expected a note with “{part}”, got “{findings[code].note}”")
    for code, references in raw.get("evidence", {}).items():
        if lacking := sorted(set(references) - set(findings[code].evidence)):
            yield FactMissed(code, f"{code}: expected to rest on {_listed(lacking)}, rests on {_rests(findings[code])}")
    for code, detail in raw.get("detail", {}).items():
        if findings[code].detail != detail:
            yield FactMissed(code, f"{code}: expected the words “{detail}”, got “{findings[code].detail}”")
    for code, kinds in raw.get("aside", {}).items():
        got: list[str] = sorted({result.aside_kind for result in findings[code].results if result.set_aside})
        if got != sorted(kinds):
            yield FactMissed(code, f"{code}: expected results set aside as {_listed(kinds)}, got {_listed(got)}")
    for code, references in raw.get("disputed", {}).items():
        by = findings[code].disputed
        if list(by) != references:
            yield FactMissed(code, f"{code}: expected to be disputed by {_listed(references)}, got {_listed(by)}")


def _problems(case: ChartCase, findings: Findings) -> Iterator[FactMissed]:
    if "problems" not in case.raw:
        return
    expected: set[str] = set(case.raw["problems"])
    got: set[str] = {problem.kind for problem in findings.problems}
    if expected != got:
        yield FactMissed("", f"problems: expected {_listed(sorted(expected))}, got {_listed(sorted(got))}")


def _why(finding: Finding, findings: Findings) -> str:
    """What the reader says of a fact: its note, the results that were set aside, or that nothing was read for it."""
    aside = [f"{one.reference} “{one.text}” set aside: {one.set_aside}" for one in finding.results if one.set_aside]
    told = [finding.note, *aside[:MOST_RESULTS]] if finding.note or aside else []
    if not finding.results and finding.state == "unknown":
        problems = [problem.text for problem in findings.problems]
        told = [finding.note, "nothing in the chart was read for it", *problems[:MOST_RESULTS]]
    said = "; ".join(dict.fromkeys(filter(None, told)))
    return f" — {said}" if said else ""


def _rests(finding: Finding) -> str:
    return _listed(finding.evidence)


def _listed(words: Any) -> str:
    return ", ".join(words) or "nothing"
