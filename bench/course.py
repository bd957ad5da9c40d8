"""What the course of the disease costs on a large chart: milliseconds of processor time, medians of repeats.

python -m bench.course [resources ...]        default: 50 1000 5000

The chart is that of bench/drafting.py, with 100 values of a marker and 40 courses of treatment in it. `reading` is what
the whole chart takes before any of it is shown, for comparison; `building` the positions, `drawing` the HTML.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import render_template_string

from bench.drafting import AS_OF, full, laboratory
from plugin import create_app
from plugin.drafting.plan import draft_plan
from plugin.findings.reader import read_findings
from plugin.library.content import default_template_folder
from plugin.library.template import load_template
from plugin.review.course.course import course_of
from plugin.settings import Settings

REPEATS = 15
SECTION = '{% import "macros.html" as m with context %}{% include "review/course.html" %}'
FIRST = date(2016, 1, 4)
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-01-01"}
DRUGS = ("letrozole", "capecitabine", "fulvestrant", "paclitaxel", "tamoxifen")


def treatments(count: int) -> list[dict[str, Any]]:
    starts = [FIRST + timedelta(days=97 * number) for number in range(count)]
    return [
        {
            "resourceType": "MedicationStatement",
            "id": f"drug-{number}",
            "status": "completed",
            "subject": {"reference": "Patient/p"},
            "medicationCodeableConcept": {"text": DRUGS[number % len(DRUGS)]},
            "effectivePeriod": {"start": f"{start}", "end": f"{start + timedelta(days=80)}"},
        }
        for number, start in enumerate(starts)
    ]


def markers(count: int) -> list[dict[str, Any]]:
    return [
        full(900_000 + number, "6875-9", "Cancer Ag 15-3 [Units/volume] in Serum or Plasma", value(number))
        | {"effectiveDateTime": f"{FIRST + timedelta(days=39 * number)}"}
        for number in range(count)
    ]


def value(number: int) -> dict[str, Any]:
    limits = {"high": {"value": 31, "unit": "U/mL"}}
    return {"valueQuantity": {"value": 20 + number, "unit": "U/mL"}, "referenceRange": [limits]}


def milliseconds(work: Callable[[], object]) -> float:
    found = []
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        found.append(1000 * (time.process_time() - begun))
    return statistics.median(found)


def main(sizes: list[int]) -> None:
    template = load_template(default_template_folder())
    app = create_app(Settings(secret_key="x" * 32))
    print(f"{'resources':>9}  {'reading':>8}  {'building':>8}  {'drawing':>8}")
    for size in sizes:
        chart: list[dict[str, Any]] = [
            PATIENT,
            *map(laboratory, range(max(size - 141, 10))),
            *treatments(40),
            *markers(100),
        ]
        draft = draft_plan(read_findings(chart, template.vocabulary, AS_OF), template, AS_OF)
        course = course_of(draft, template, chart)
        reading = milliseconds(lambda chart=chart: read_findings(chart, template.vocabulary, AS_OF))
        building = milliseconds(lambda draft=draft, chart=chart: course_of(draft, template, chart))
        with app.test_request_context():
            drawing = milliseconds(lambda course=course: render_template_string(SECTION, course=course))
        print(f"{len(chart):>9}  {reading:8.1f}  {building:8.1f}  {drawing:8.1f}")


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [50, 1000, 5000])
