"""A difference as one JSON object, for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from plugin.quality.diff.as_text import moved, verdict
from plugin.quality.diff.compare import Difference
from plugin.quality.diff.versions import Version
from plugin.quality.diff.words import described
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
        "verdict": verdict(found),
        "changed": [
            {
                "kind": each.kind,
                "id": each.id,
                "change": each.change,
                "where": each.where,
                "parts": [{"part": part, "old": old, "new": new} for part, old, new in each.what],
            }
            for each in found.changed
        ],
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
            "changed": [
                {
                    "name": patient.name,
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


def _version(version: Version) -> dict[str, str]:
    template = version.template
    return {"name": version.name, "url": template.url, "version": template.version, "date": template.date}
