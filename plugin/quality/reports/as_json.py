"""Reports as one JSON object, for programs; `docs/check-report.md` says what each member means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plugin.quality.as_text import verdict
from plugin.quality.misses import Difference
from plugin.quality.report import LEVELS, Remark, Section, Table, TemplateReport
from plugin.quality.running import Outcome

FORMAT = 1


def reports_json(reports: Iterable[TemplateReport], software: str) -> dict[str, Any]:
    """The object. software: name and version of what made it. The same reports give the same object."""
    templates = [_template(report) for report in reports]
    return {
        "format": FORMAT,
        "software": software,
        "passed": all(each["summary"]["passed"] for each in templates),
        "templates": templates,
    }


def _template(report: TemplateReport) -> dict[str, Any]:
    origin = report.origin
    return {
        "name": report.name,
        "title": report.title,
        "version": report.version,
        "date": report.date,
        "as_of": report.as_of,
        "content": origin.content if origin else "",
        "profiles": origin.profiles_content if origin else "",
        "summary": {
            "passed": not report.faults,
            "verdict": verdict(report),
            "cases": len(report.outcomes),
            "failed_cases": len(report.failed),
            **{f"{level}s": report.count(level) for level in LEVELS},
            "seconds": round(report.seconds, 2),
        },
        "cases": [_case(outcome) for outcome in report.outcomes],
        "sections": [_section(section) for section in report.sections],
    }


def _case(outcome: Outcome) -> dict[str, Any]:
    case = outcome.case
    return {
        "id": case.id,
        "title": case.title,
        "rule": case.rule,
        "knowledge": list(case.knowledge),
        "file": case.file,
        "line": case.line,
        "as_of": case.as_of.isoformat(),
        "passed": outcome.passed,
        "misses": [
            {
                "list": miss.name,
                "missing": [_difference(each) for each in miss.differences if each.missing],
                "unexpected": [_difference(each) for each in miss.differences if not each.missing],
            }
            for miss in outcome.misses
        ],
    }


def _difference(each: Difference) -> dict[str, str]:
    return {"code": each.code, "why": each.why, "by": each.by, "at": each.at}


def _section(section: Section) -> dict[str, Any]:
    return {
        "id": section.key,
        "topic": section.topic,
        "looked_at": section.looked_at,
        "summary": section.summary,
        "table": _table(section.table),
        "remarks": [_remark(remark) for remark in section.remarks],
    }


def _table(table: Table | None) -> dict[str, Any] | None:
    return {"head": list(table.head), "rows": [list(row) for row in table.rows]} if table else None


def _remark(remark: Remark) -> dict[str, Any]:
    place = remark.place
    return {
        "level": remark.level,
        "text": remark.text,
        "file": place.file if place else "",
        "line": place.line if place else None,
        "column": place.column if place else None,
        "offending": remark.offending,
        "remedy": remark.remedy,
    }
