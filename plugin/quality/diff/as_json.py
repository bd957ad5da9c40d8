"""A difference as one JSON object, for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from plugin.quality.diff.codes import ChangedCodes
from plugin.quality.diff.compare import Difference
from plugin.quality.diff.verdict import remarks, verdict
from plugin.quality.diff.versions import Version
from plugin.quality.diff.words import described, moved
from plugin.quality.proof.examples import CounterExample


def difference_json(found: Difference, as_of: date, software: str) -> dict[str, Any]:
    """The object: the same for the same versions, cohort and day. `docs/diff.md` says what each member means."""
    template = found.new.template

    def example(patient: CounterExample | None) -> dict[str, Any] | None:
        return patient.bundle(template, as_of) if patient else None

    return {
        "format": 1,
        "software": software,
        "as_of": as_of.isoformat(),
        "old": _version(found.old),
        "new": _version(found.new),
        "verdict": verdict(found).text,
        "kind": verdict(found).kind,
        "remarks": list(remarks(found)),
        "readings": _readings(found),
        "changed": [
            {
                "kind": each.kind,
                "id": each.id,
                "change": each.change,
                "where": each.where,
                "title": each.title,
                "parts": [_part(*what) for what in each.what],
            }
            for each in found.changed
        ],
        "codes": [_codes(each) for each in found.systems],
        "stated": [
            {
                "kind": each.kind,
                "id": each.id,
                "change": each.change,
                "says": each.says,
                "where": each.where,
                "parts": [_part(*what) for what in each.what],
            }
            for each in found.stated
        ],
        "files": [{"name": each.name, "change": each.change} for each in found.files],
        "lines": {
            "added": list(found.added),
            "removed": list(found.gone),
            "moved": [
                {
                    "codes": list(each.codes),
                    "old": each.old,
                    "new": each.new,
                    "otherwise": each.otherwise,
                    "where": list(each.where),
                    "complete": each.complete,
                    "example": example(each.example),
                }
                for each in moved(found)
            ],
        },
        "items": [
            {
                "kind": each.kind,
                "code": each.code,
                "listed": each.now,
                "follows": each.follows,
                "where": list(described(each.region, found.definitions, found.domains)),
                "complete": each.region is not None and each.region.complete,
                "example": example(each.example),
            }
            for each in found.listings
        ],
        "cohort": {
            "patients": found.cohort,
            "skipped": [{"file": name, "why": why} for name, why in found.skipped],
            "changed": [
                {
                    "name": patient.name,
                    "facts": [{"label": label, "old": was, "new": is_} for label, was, is_ in patient.facts],
                    "lines": [
                        {"code": line.code, "old": line.old, "new": line.new, "was": line.why_old, "is": line.why_new}
                        for line in patient.lines
                    ],
                    "items": [
                        {"list": name, "added": list(added), "removed": list(gone)}
                        for name, added, gone in patient.items
                    ],
                }
                for patient in found.patients
            ],
        },
    }


def _readings(found: Difference) -> dict[str, Any]:
    readings = found.readings
    return {
        "facts": [
            {
                "code": fact.code,
                "label": fact.label,
                "parts": [_part(*what) for what in fact.what],
                "codes": list(fact.codes),
            }
            for fact in readings.facts
        ],
        "policies": [_part(*what) for what in readings.policies],
        "codes": [_codes(each) for each in readings.codes],
        "resting": list(readings.resting),
        "rules": list(readings.rules),
    }


def _codes(each: ChangedCodes) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "name": each.name,
        "title": each.title,
        "added": list(each.added),
        "removed": list(each.removed),
    }


def _part(part: str, old: str, new: str) -> dict[str, str]:
    return {"part": part, "old": old, "new": new}


def _version(version: Version) -> dict[str, str]:
    template = version.template
    return {
        "name": version.name,
        "url": template.url,
        "version": template.version,
        "date": template.date,
        "content": version.content,
        "profiles_content": version.profiles_content,
    }
