"""A report for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from plugin.quality.culprits import culprits
from plugin.quality.report import LEVELS, Level, Remark, Section, Table, TemplateReport
from plugin.quality.running import Outcome

WIDTH = 110
MOST_ROWS = 30
MOST_CULPRITS = 3
NARROWEST = 12  # characters that a column of a table keeps, however wide the others are
MARKS: dict[Level | None, str] = {"fault": "✗", "gap": "○", "note": "·", None: "✓"}


def report_text(report: TemplateReport) -> str:
    """One template's report, ending in a newline: failed cases with what was expected and came, then each check."""
    lines = [report.title or report.name, ""]
    failed = report.failed
    if report.outcomes:
        lines += [f"{'✗' if failed else '✓'} Cases that get what they expect: {passed_share(report)}"]
        lines += _in_common(report)
        for outcome in failed:
            lines += _failure(outcome)
    for section in report.sections:
        lines += _section(section)
    return "\n".join([*lines, "", verdict(report)]) + "\n"


def verdict(report: TemplateReport) -> str:
    """The report in one sentence, such as `some-template: green. 446 cases, 3 gaps, 28 notes, 4.1 s.`."""
    state = counted(report.faults, "fault") if report.faults else "green"
    counts = ", ".join(
        [
            counted(len(report.outcomes), "case"),
            counted(report.count("gap"), "gap"),
            counted(report.count("note"), "note"),
        ]
    )
    return f"{report.name}: {state}. {counts}, {report.seconds:.1f} s."


def passed_share(report: TemplateReport) -> str:
    """How many of how many cases got what they expect, as `1495 of 1496`."""
    passed = len(report.outcomes) - len(report.failed)
    return f"{passed} of {len(report.outcomes)}"


def section_head(section: Section) -> str:
    """What a check looked at and found, as `Open questions: 27 looked at, 27 notes`."""
    counts = ", ".join(counted(section.count(level), level) for level in LEVELS if section.count(level))
    return f"{section.topic}: {section.looked_at} looked at{f', {counts}' if counts else ''}"


def counted(count: int, what: str, many: str = "") -> str:
    """A number and its noun, as `1 case` or `2 cases`. many: its plural, where that is not made with an s."""
    return f"{count} {what}" if count == 1 else f"{count} {many or f'{what}s'}"


def _in_common(report: TemplateReport) -> Iterator[str]:
    """The rules behind most failures, where several cases fail."""
    for culprit in culprits(report.failed)[:MOST_CULPRITS]:
        at = f" ({culprit.at})" if culprit.at else ""
        yield f"  {culprit.by} of {len(report.failed)} failures have to do with {culprit.id}{at}"


def _failure(outcome: Outcome) -> Iterator[str]:
    case = outcome.case
    about = case.rule or ", ".join(case.knowledge)
    yield f"  ✗ {case.file}:{case.line}: {case.id} “{case.title}”, about {about}"
    for miss in outcome.misses:
        yield f"      {miss.name}"
        for difference in miss.differences:
            yield from _wrapped(str(difference), "        ")


def _section(section: Section) -> Iterator[str]:
    yield f"{MARKS[section.worst]} {section_head(section)}"
    if section.summary:
        yield from _wrapped(section.summary, "  ")
    if section.table and len(section.table.rows) <= MOST_ROWS:
        yield from _table(section.table)
    elif section.table:
        yield f"  a table of {len(section.table.rows)} rows, in full with --format html or json"
    for remedy in dict.fromkeys(remark.remedy for remark in section.remarks):
        for remark in section.remarks:
            if remark.remedy == remedy:
                yield from _remark(remark)
        if remedy:
            yield from _wrapped(f"→ {remedy}", "      ")


def _remark(remark: Remark) -> Iterator[str]:
    where = f"{remark.where}: " if remark.where else ""
    yield from _wrapped(f"{MARKS[remark.level]} {where}{remark.text}", "  ")
    if remark.offending:
        yield f"      | {remark.offending}"


def _table(table: Table) -> Iterator[str]:
    """The table in columns as wide as their cells, narrowed where it would be wider than the page."""
    widths = [max(len(cell) for cell in column) for column in zip(table.head, *table.rows, strict=True)]
    while sum(widths) + 2 * len(widths) > WIDTH - 2 and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    for row in (table.head, tuple("─" * width for width in widths), *table.rows):
        cells = [wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for at in range(max(map(len, cells))):
            parts = [
                (cell[at] if at < len(cell) else "").ljust(width) for cell, width in zip(cells, widths, strict=True)
            ]
            yield f"    {'  '.join(parts)}".rstrip()


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False)
