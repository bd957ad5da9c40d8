"""Reports as SARIF 2.1.0, which code hosts and editors show beside the lines it speaks of.

One run for each template; a rule for each check, with the id of its section. Fingerprints leave line numbers out, so
that a remark stays the same one when lines are added above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from plugin.quality.as_text import verdict
from plugin.quality.report import Level, Place, Remark, Section, TemplateReport
from plugin.quality.running import Outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Level, str] = {"fault": "error", "gap": "warning", "note": "note"}
CASES = "cases"
FINGERPRINT = "careplanRemark/v1"


def reports_sarif(reports: Iterable[TemplateReport], software: tuple[str, str], base: Path) -> dict[str, Any]:
    """The log. software: name and version of what made it. base: addresses of files below it are relative to it."""
    runs = [_run(report, software, base) for report in reports]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": runs}


def _run(report: TemplateReport, software: tuple[str, str], base: Path) -> dict[str, Any]:
    name, version = software
    rules = [
        _rule(CASES, "Cases that get what they expect"),
        *(_rule(each.key, each.topic) for each in report.sections),
    ]
    places = {rule["id"]: place for place, rule in enumerate(rules)}
    results = [*_failures(report, base), *_remarks(report, base)]
    for result in results:
        result["ruleIndex"] = places[result["ruleId"]]
    _fingerprint(results)
    return {
        "tool": {"driver": {"name": name, "version": version, "rules": rules}},
        "automationDetails": {"id": f"careplan-check/{report.name}/"},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "verdict": verdict(report),
            "template": report.title or report.name,
            "asOf": report.as_of,
            "content": report.origin.content if report.origin else "",
            "checks": [
                {"id": each.key, "lookedAt": each.looked_at, **({"summary": each.summary} if each.summary else {})}
                for each in report.sections
            ],
        },
    }


def _rule(key: str, topic: str) -> dict[str, Any]:
    return {"id": key, "shortDescription": {"text": topic}}


def _failures(report: TemplateReport, base: Path) -> Iterator[dict[str, Any]]:
    for outcome in report.failed:
        case = outcome.case
        words = f"{case.id} “{case.title}” does not get what it expects.\n" + "\n".join(map(str, outcome.misses))
        yield {
            "ruleId": CASES,
            "level": "error",
            "message": {"text": words},
            "locations": [_location(Place(case.file, case.line), "", report, base)],
            "partialFingerprints": {FINGERPRINT: _identity(outcome)},
        }


def _remarks(report: TemplateReport, base: Path) -> Iterator[dict[str, Any]]:
    for section in report.sections:
        for remark in section.remarks:
            place = remark.place
            result: dict[str, Any] = {
                "ruleId": section.key,
                "level": LEVELS[remark.level],
                "message": {"text": f"{remark.text}\n{remark.remedy}".strip()},
                "partialFingerprints": {FINGERPRINT: _identity_of(section, remark)},
            }
            if place is not None:
                result["locations"] = [_location(place, remark.offending, report, base)]
            yield result


def _location(place: Place, offending: str, report: TemplateReport, base: Path) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _address(place.file, report, base)}}
    if place.line is not None:
        physical["region"] = _region(place.line, place.column, offending)
    return {"physicalLocation": physical}


def _region(line: int, column: int | None, offending: str) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": line}
    if column is not None:
        region["startColumn"] = column
        if offending and not offending.endswith("…"):
            region |= {"endLine": line, "endColumn": column + len(offending)}
    if offending:
        region["snippet"] = {"text": offending}
    return region


def _address(file: str, report: TemplateReport, base: Path) -> str:
    path = report.origin.path(file) if report.origin else None
    path = path or (report.origin.folder / file if report.origin else Path(file))
    if not path.is_absolute():
        return path.as_posix()
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_uri()


def _identity(outcome: Outcome) -> str:
    return _hashed(CASES, outcome.case.file, outcome.case.id)


def _identity_of(section: Section, remark: Remark) -> str:
    return _hashed(section.key, remark.place.file if remark.place else "", remark.text, remark.offending)


def _hashed(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()


def _fingerprint(results: Iterable[dict[str, Any]]) -> None:
    """Results that are alike get a number, so that none hides another."""
    seen: Counter[str] = Counter()
    for result in results:
        prints = result["partialFingerprints"]
        seen[prints[FINGERPRINT]] += 1
        prints[FINGERPRINT] += f":{seen[prints[FINGERPRINT]]}"
