"""The report as one JSON object, for programs; `docs/doctor.md` says what each member means."""

from __future__ import annotations

from typing import Any

from plugin.doctor.report import LEVELS, Check, Report, Section

FORMAT = 1


def report_json(report: Report, software: str) -> dict[str, Any]:
    """The object. software: name and version of what made it."""
    return {
        "format": FORMAT,
        "software": software,
        "iss": report.iss,
        "made_at": report.made_at,
        "access": report.access,
        "reached": report.reached,
        "verdict": report.verdict,
        "counts": {level: len(report.checks(level)) for level in LEVELS},
        "sections": [_section(section) for section in report.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "id": section.key,
        "title": section.title,
        "checks": [_check(check) for check in section.checks],
        "tables": [
            {"title": table.title, "head": list(table.head), "rows": [list(row) for row in table.rows]}
            for table in section.tables
        ],
    }


def _check(check: Check) -> dict[str, str]:
    return {
        "id": check.id,
        "level": check.level,
        "seen": check.seen,
        "why": check.why,
        "remedy": check.remedy,
        "who": check.who,
    }
