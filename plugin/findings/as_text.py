"""Findings as a table in plain text: each fact, the results behind it, and what was set aside and why.

Nothing is cut off: what does not fit into its column goes on below. No colours, so that it can be piped and compared.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date
from itertools import zip_longest

from plugin.findings.model import Finding, Findings, Result
from plugin.findings.sources import sources_elsewhere
from plugin.findings.words import value_in_words
from plugin.library.vocabulary import FindingDefinition, Vocabulary

WIDTH = 100
GAP = "  "
FACT_COLUMNS = (44, 28, 24)
RESULT_COLUMNS = (10, 10, 30, 40)
INDENT = "    "
HOW_TO_READ = (
    "Under each fact stand its results: date, lesion, the chart's own words and the name of the test; then where the "
    "result is found, and whether it counts or why it was set aside."
)
NOTICE = "As software reads the chart. What is derived or presumed asks to be confirmed. Unknown is never negative."


def findings_text(findings: Findings, vocabulary: Vocabulary, as_of: date, everything: bool) -> str:
    """The findings by the groups of the vocabulary, ending in a newline.

    everything: also the facts of which the chart says nothing; they are counted in any case.
    """
    patient = findings.patient
    lines = [f"Findings — {_clean(patient.name or patient.id) or 'unnamed patient'}, as of {as_of}"]
    lines += [*_wrapped(NOTICE), *_wrapped(HOW_TO_READ)]
    shown = [finding for finding in findings.values() if everything or _says_something(finding)]
    by_group: dict[str, list[Finding]] = {}
    for finding in shown:
        by_group.setdefault(vocabulary[finding.code].group, []).append(finding)
    for group, members in by_group.items():
        lines += ["", *_row((group.upper(), "VALUE", "STATE"), FACT_COLUMNS)]
        listed = [finding for finding in members if not _is_absence(finding)]
        for finding in listed:
            lines += _fact(finding, vocabulary[finding.code], findings)
        lines += _absences([finding for finding in members if _is_absence(finding)], vocabulary)
    if findings.lines:
        lines += ["", "LINES OF THERAPY, AS PROPOSED", *_therapy(findings)]
    return "\n".join([*lines, *_problems(findings), "", *_count(findings, shown)]) + "\n"


def _says_something(finding: Finding) -> bool:
    return finding.value is not None or bool(finding.results or finding.note)


def _fact(finding: Finding, definition: FindingDefinition, findings: Findings) -> Iterator[str]:
    value = "—" if finding.value is None else value_in_words(finding.value, definition.unit)
    yield from _row((definition.label, value, finding.state), FACT_COLUMNS)
    for result in finding.results:
        yield from _result(result, _standing(result, finding))
    for result in sources_elsewhere(finding, findings):
        yield from _result(result, "counts" if finding.state == "known" else "the fact follows from this")
    if finding.note:
        yield from _wrapped(f"note: {finding.note}", INDENT)


def _is_absence(finding: Finding) -> bool:
    """Whether it was only worked out or presumed not to be so, without a result of its own."""
    return finding.state in ("derived", "presumed") and finding.value in (False, 0) and not finding.results


def _absences(findings: list[Finding], vocabulary: Vocabulary) -> Iterator[str]:
    """What is not so, in one sentence for each reason, with what it follows from."""
    by_reason: dict[tuple[str, ...], list[str]] = {}
    for finding in findings:
        answer = "no" if finding.value is False else "0"
        reason = (answer, finding.state, finding.note, ", ".join(finding.evidence))
        by_reason.setdefault(reason, []).append(vocabulary[finding.code].label)
    for (answer, state, note, evidence), labels in by_reason.items():
        why = " ".join(filter(None, (f": {note}" if note else "", f"({evidence})" if evidence else "")))
        yield from _wrapped(f"{'; '.join(labels)} — {answer}, {state}{why}", INDENT)


def _therapy(findings: Findings) -> Iterator[str]:
    for line in findings.lines:
        yield from _wrapped(f"{line.described}; {line.opened}", GAP)
        yield from _wrapped(", ".join((*line.references, *line.told_by)), INDENT + GAP)


def _standing(result: Result, finding: Finding) -> str:
    if result.set_aside:
        return f"set aside: {result.set_aside}"
    if result.reference not in finding.evidence:
        return "read, not the one that counts"
    return "disagrees with another" if finding.state == "conflicting" else "counts"


def _result(result: Result, standing: str) -> Iterator[str]:
    cells = (result.date or "no date", result.site or "—", result.text or "—", result.label or "—")
    yield from _row(cells, RESULT_COLUMNS, INDENT)
    yield from _wrapped(f"{result.reference}, {standing}", INDENT + GAP)


def _problems(findings: Findings) -> Iterator[str]:
    if not findings.problems:
        return
    yield from ("", "NOT READ, OR NOT TRUSTED")
    for problem in findings.problems:
        where = f"{problem.reference}: " if problem.reference else ""
        yield from _wrapped(f"{problem.kind}: {where}{problem.text}", GAP)


def _count(findings: Findings, shown: list[Finding]) -> list[str]:
    unknown = sum(finding.state == "unknown" for finding in findings.values())
    hidden = len(findings) - len(shown)
    said = f"{unknown} of {len(findings)} facts are unknown"
    if not hidden:
        return _wrapped(f"{said}; all are listed.")
    return _wrapped(f"{said}; the chart says nothing of {hidden}, which are not listed: --all lists them too.")


def _row(cells: tuple[str, ...], widths: tuple[int, ...], indent: str = "") -> Iterator[str]:
    """Cells side by side, each in its column, on as many lines as the longest needs."""
    columns = [_lines(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for parts in zip_longest(*columns, fillvalue=""):
        padded = [part.ljust(width) for part, width in zip(parts, widths, strict=True)]
        yield (indent + GAP.join(padded)).rstrip()


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(_clean(text), width, break_on_hyphens=False) or [""]


def _wrapped(text: str, indent: str = "") -> list[str]:
    """A sentence over the whole width; a reference longer than that stays in one piece."""
    return textwrap.wrap(
        _clean(text),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _clean(text: str) -> str:
    """A text of the chart on one line, without the control characters that would steer a terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in " ".join(text.split()))
