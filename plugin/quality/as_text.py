"""A report for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from plugin.quality.report import Level, Remark, Section, TemplateReport
from plugin.quality.running import Outcome

WIDTH = 110
MARKS: dict[Level, str] = {"fault": "✗", "gap": "○", "note": "·"}


def report_text(report: TemplateReport) -> str:
    """One template's report, ending in a newline: failed cases with what was expected and came, then each check."""
    lines = [report.title or report.name, ""]
    failed = report.failed
    if report.outcomes:
        lines += [f"{'✗' if failed else '✓'} Cases that get what they expect: {_share(report)}"]
        for outcome in failed:
            lines += _failure(outcome)
    for section in report.sections:
        lines += _section(section)
    return "\n".join([*lines, "", verdict(report)]) + "\n"


def verdict(report: TemplateReport) -> str:
    """The report in one sentence, such as `metastatic-breast-cancer: green. 446 cases, 3 gaps, 28 notes, 4.1 s.`."""
    state = _counted(report.faults, "fault") if report.faults else "green"
    counts = ", ".join(
        [
            _counted(len(report.outcomes), "case"),
            _counted(report.count("gap"), "gap"),
            _counted(report.count("note"), "note"),
        ]
    )
    return f"{report.name}: {state}. {counts}, {report.seconds:.1f} s."


def _share(report: TemplateReport) -> str:
    passed = len(report.outcomes) - len(report.failed)
    return f"{passed} of {len(report.outcomes)}"


def _failure(outcome: Outcome) -> Iterator[str]:
    case = outcome.case
    about = case.rule or ", ".join(case.knowledge)
    yield f"  ✗ {case.file}:{case.line}: {case.id} “{case.title}”, about {about}"
    for miss in outcome.misses:
        yield from _wrapped(f"expected  {miss.expected}", "      ")
        yield from _wrapped(f"got       {miss.got}", "      ")


def _section(section: Section) -> Iterator[str]:
    levels: tuple[Level, ...] = ("fault", "gap", "note")
    worst = next((MARKS[level] for level in levels if section.count(level)), "✓")
    counts = ", ".join(_counted(section.count(level), level) for level in levels if section.count(level))
    yield f"{worst} {section.topic}: {section.looked_at} looked at{f', {counts}' if counts else ''}"
    for remedy in dict.fromkeys(remark.remedy for remark in section.remarks):
        for remark in section.remarks:
            if remark.remedy == remedy:
                yield from _remark(remark)
        if remedy:
            yield from _wrapped(f"→ {remedy}", "      ")


def _remark(remark: Remark) -> Iterator[str]:
    where = f"{remark.where}: " if remark.where else ""
    yield from _wrapped(f"{MARKS[remark.level]} {where}{remark.text}", "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
