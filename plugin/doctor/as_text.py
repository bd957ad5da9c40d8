"""The report as text for a terminal: the verdict, what to change, then everything that was looked at."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from plugin.doctor.report import Change, Report, Section, Table

MARKS = {"fault": "✗", "limit": "!", "note": "·", "good": "✓", "open": "?"}
WIDTH = 110
WIDEST_CELL = 34


def report_text(report: Report) -> str:
    """The whole report."""
    lines = [f"{report.iss}", f"{report.in_words}", f"examined {report.access}, {report.made_at}", ""]
    for who, changes in report.to_change():
        lines.append(f"To be changed by the {who}:" if not who.startswith("whoever") else f"To be changed by {who}:")
        lines += [line for change in changes for line in _to_change(change)]
        lines.append("")
    for section in report.sections:
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def _to_change(change: Change) -> Iterator[str]:
    for seen in change.seen:
        yield from _wrapped(f"{MARKS[change.level]} {seen}", "  ", "    ")
    yield from _wrapped(f"→ {change.remedy}", "    ", "      ")


def _section(section: Section) -> Iterator[str]:
    yield section.title.upper()
    for check in section.checks:
        yield from _wrapped(f"{MARKS[check.level]} {check.seen}", "  ", "    ")
        if check.why:
            yield from _wrapped(f"{check.why}", "    ", "    ")
    for table in section.tables:
        yield ""
        yield from _table(table)
    yield ""


def _table(table: Table) -> Iterator[str]:
    rows = [table.head, *table.rows]
    widths = [min(WIDEST_CELL, max(len(row[at]) for row in rows)) for at in range(len(table.head))]
    yield f"  {table.title}"
    for row in rows:
        yield "    " + "  ".join(_cell(text, width) for text, width in zip(row, widths, strict=True)).rstrip()


def _cell(text: str, width: int) -> str:
    return (text if len(text) <= width else f"{text[: width - 1]}…").ljust(width)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
