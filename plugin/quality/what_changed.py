"""Two reports of one template compared: what is newly wrong, what was mended, which cases went over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent

from plugin.quality.report import Remark, TemplateReport
from plugin.quality.running import Outcome

LINE = re.compile(r"(:\d+)+$")
LINES = re.compile(r", in lines [\d, ]+$")
MARKS = {"fault": "✗", "gap": "○"}
LOADING = "Loading"

# What makes a remark the same in two reports. Its line is not part of it: text above it may have grown.
Key = tuple[str, str, str, str]


@dataclass
class Standing:
    """Where a template stands: its last report, and the last one for which it loaded."""

    last: TemplateReport | None = None
    whole: TemplateReport | None = None

    def take(self, report: TemplateReport) -> tuple[str, ...]:
        """What a new report says beside those before it, a line each; the new one is what the next is compared with."""
        lines = tuple(self._changes(report))
        self.last = report
        if report.title:
            self.whole = report
        return lines

    def _changes(self, report: TemplateReport) -> Iterator[str]:
        """While a template does not load nothing is known of its rules and cases, and nothing of them is told."""
        yield from _remarks(_loading(self.last), _loading(report))
        if report.title:
            yield from _remarks(_others(self.whole), _others(report))
            yield from _cases(self.whole, report)


def _loading(report: TemplateReport | None) -> dict[Key, Remark]:
    return {key: remark for key, remark in _keyed(report).items() if key[0] == LOADING}


def _others(report: TemplateReport | None) -> dict[Key, Remark]:
    return {key: remark for key, remark in _keyed(report).items() if key[0] != LOADING}


def _keyed(report: TemplateReport | None) -> dict[Key, Remark]:
    return {
        (section.topic, remark.level, LINE.sub("", remark.where), LINES.sub("", remark.text)): remark
        for section in (report.sections if report else ())
        for remark in section.remarks
        if remark.level in MARKS
    }


def _remarks(before: dict[Key, Remark], after: dict[Key, Remark]) -> Iterator[str]:
    for key in before.keys() - after.keys():
        yield f"✓ mended: {_placed(before[key])}"
    for key, remark in after.items():
        if key not in before:
            yield f"{MARKS[remark.level]} {_placed(remark)}"
            if remark.remedy:
                yield f"    → {remark.remedy}"


def _placed(remark: Remark) -> str:
    return f"{remark.where}: {remark.text}" if remark.where else remark.text


def _cases(before: TemplateReport | None, after: TemplateReport) -> Iterator[str]:
    old = {outcome.case.id: outcome for outcome in (before.outcomes if before else ())}
    new = {outcome.case.id: outcome for outcome in after.outcomes}
    for name, outcome in new.items():
        known = old.get(name)
        if known is not None and outcome.passed and not known.passed:
            yield f"✓ {_case(outcome)} gets what it expects"
        elif not outcome.passed and (known is None or known.misses != outcome.misses):
            yield f"✗ {_case(outcome)}"
            yield from (indent(str(miss), "    ") for miss in outcome.misses)
    if before is not None:
        yield from (f"+ case {name}" for name, outcome in new.items() if name not in old and outcome.passed)
        yield from (f"- case {name}" for name in old if name not in new)


def _case(outcome: Outcome) -> str:
    return f"{outcome.case.file}:{outcome.case.line}: {outcome.case.id} “{outcome.case.title}”"
