"""Findings as the JSON contract of the command line prints them."""

from __future__ import annotations

from datetime import date
from typing import Any

from plugin.findings.history.lines import Line
from plugin.findings.model import Finding, Findings, Result
from plugin.library.vocabulary import Vocabulary


def findings_json(findings: Findings, vocabulary: Vocabulary, as_of: date) -> dict[str, Any]:
    """One object: whose findings, read by which vocabulary on which day, the lines of therapy, what was not read."""
    return {
        "patient": findings.patient.id,
        "as_of": as_of.isoformat(),
        "vocabulary": {"url": vocabulary.url, "version": vocabulary.version},
        "findings": {code: finding_json(finding) for code, finding in findings.items()},
        "lines": [_line(line) for line in findings.lines],
        "problems": [
            {"kind": problem.kind, "reference": problem.reference, "text": problem.text}
            for problem in findings.problems
        ],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding: value, state, every result behind it, and what of them was set aside and why."""
    return {
        "value": finding.value,
        "state": finding.state,
        "evidence": list(finding.evidence),
        "detail": finding.detail,
        "note": finding.note,
        "results": [_result(result) for result in finding.results],
        "set_aside": [
            {"reference": result.reference, "text": result.text, "why": result.set_aside, "kind": result.aside_kind}
            for result in finding.results
            if result.set_aside
        ],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "drugs": [course.until for course in line.courses],
        "start": line.start,
        "opened": line.opened,
        "progressed": line.progressed,
        "progressed_on": line.progressed_on,
        "because": [*line.references, *line.told_by],
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "reference": result.reference,
        "value": result.value,
        "text": result.text,
        "date": result.date,
        "site": result.site,
        "label": result.label,
        "set_aside": result.set_aside,
        "aside_kind": result.aside_kind,
    }
