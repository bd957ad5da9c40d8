"""What the chart already has of a test that brings several results, and what of it is still not there."""

from __future__ import annotations

from collections.abc import Iterator

from plugin.drafting.model import TestResult
from plugin.findings.dates import day_of, spoken
from plugin.findings.model import Finding, Findings
from plugin.findings.words import value_in_words
from plugin.library.rules import Activity
from plugin.library.unit_words import unit_in_words
from plugin.library.vocabulary import FindingDefinition, Vocabulary

STALE = "stale"


def results_of(activity: Activity | None, findings: Findings, vocabulary: Vocabulary) -> tuple[TestResult, ...]:
    """Each result of a test with what the chart says of it; none where the test brings a single one."""
    if activity is None:
        return ()
    return tuple(_result(name, findings[code], vocabulary[code]) for name, code in activity.results)


def results_in_words(results: tuple[TestResult, ...]) -> Iterator[str]:
    """What of a test is on record, what disagrees, what is too old to count, what is not there; a sentence each."""
    for standing, lead in (
        ("on-record", "On record"),
        ("conflicting", "Results disagree"),
        ("too-old", "Too old to count"),
        ("missing", "Not in the chart"),
    ):
        told = [_told(result) for result in results if result.standing == standing]
        if told:
            yield f"{lead}: {'; '.join(told)}."


def _result(name: str, finding: Finding, definition: FindingDefinition) -> TestResult:
    if finding.state == "conflicting":
        return TestResult(name, definition.code, "conflicting")
    if finding.state in ("known", "derived"):
        return TestResult(name, definition.code, "on-record", _words(finding, definition), _day(finding))
    stale = next((result for result in finding.results if result.aside_kind == STALE), None)
    if stale is not None:
        return TestResult(name, definition.code, "too-old", stale.text, stale.date)
    return TestResult(name, definition.code, "missing")


def _words(finding: Finding, definition: FindingDefinition) -> str:
    """What was measured, else the answer; a yes or no answers the question of the finding, not that of the test."""
    measured = unit_in_words(finding.detail) if any(map(str.isdigit, finding.detail)) else ""
    if definition.type == "code":
        value = value_in_words(finding.value, "")
        return f"{value} ({measured})" if measured and measured != value else value
    if definition.type == "boolean":
        return measured
    return measured or value_in_words(finding.value, definition.unit)


def _day(finding: Finding) -> str:
    return next((result.date for result in finding.results if result.reference in finding.evidence), "")


def _told(result: TestResult) -> str:
    day = day_of(result.date)
    return ", ".join(filter(None, (f"{result.name} {result.words}".strip(), spoken(day) if day else "")))
