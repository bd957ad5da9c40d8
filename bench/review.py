"""What the page costs after a changed fact, beside parsing the chart: ratios within one run, medians of repeats.

python -m bench.review [observations]        default: 5000

`redraft`: a draft with a statement that was never made before, of a chart whose reading is there. `page`: what the page
shows, worked out and written as HTML. `click`: a form sent and the page that follows, through the whole application
without a network: the own share of what a clinician waits for. `memory`: what a reading keeps beside its chart.
Processor time, so that what else the machine does counts less. The patients of the sandbox first, then charts of as
many Observations as asked for.
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import orjson

from bench.drafting import chart, laboratory, tumour
from plugin.findings.bundle import resources_of
from plugin.review.memory import ChartMemory
from plugin.sandbox.sample_patients import sample_patients
from plugin.storage.reviews import Author, PatientKey, add_fact, facts_of
from tests.review.ehr_stub import serving_chart
from tests.review.visit import TOKEN, Visit

REPEATS = 9
FACT = "visceral-crisis"
GOAL = 100  # milliseconds for the redraft after a changed fact


def charts(observations: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for patient in sample_patients():
        yield patient.id, resources_of(patient.bundle)
    for make in (laboratory, tumour):
        yield f"{make.__name__} {observations}", resources_of(orjson.loads(chart(observations, make)))


def as_p1(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same chart under the id that the launch of the tests is for."""
    name = next(each["id"] for each in resources if each["resourceType"] == "Patient")
    text = json.dumps(resources).replace(f'"Patient/{name}"', '"Patient/p1"')
    found: list[dict[str, Any]] = json.loads(text)
    return [each | {"id": "p1"} if each["resourceType"] == "Patient" else each for each in found]


def median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1e3)
    return statistics.median(times)


def measure(name: str, resources: list[dict[str, Any]], folder: Path) -> float:
    resources = as_p1(resources)
    with serving_chart(*resources) as served:
        visit = Visit(served.base, folder)
        page = visit.read().text
    workbench = visit.app.extensions["careplan.office"].workbench
    memory, patient, author = ChartMemory(), PatientKey(served.base, "p1"), Author("Practitioner/1", "Dr. A")
    tracemalloc.start()
    workbench.open(patient, resources, memory)
    kept = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    content = orjson.dumps(resources)
    parse = median(lambda: orjson.loads(content))
    values = cycle([True, False])

    def redraft() -> None:
        with workbench.database.session() as session:
            at = visit.clock()
            add_fact(session, patient, finding=FACT, value=next(values), reason="", author=author, at=at)
        workbench.open(patient, resources, memory)

    token = TOKEN.search(page)[1]  # type: ignore[index]

    def click() -> None:
        with workbench.database.session() as session:
            seen = max([0, *(entry.id for entry in facts_of(session, patient))])
        form = {"csrf_token": token, "value": str(next(values)).lower(), "reason": "measured", "seen": str(seen)}
        answer = visit.client.post(f"/w/w1/facts/{FACT}", data=form, base_url=visit.base)
        if answer.status_code != 303:
            raise SystemExit(f"{name}: the statement was not taken: {answer.status_code}")
        visit.page()

    again, whole, shown = median(redraft), median(click), median(visit.page)
    print(
        f"{name:>24} {len(resources):>9} {parse:>8.1f} {again:>10.1f} {again / parse:>13.1f} {shown:>8.1f} "
        f"{whole:>9.1f} {len(page) / 1e3:>8.0f} {kept:>10.1f}",
        flush=True,
    )
    return again


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    observations = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    print(
        f"{'chart':>24} {'resources':>9} {'parse ms':>8} {'redraft ms':>10} {'redraft/parse':>13} {'page ms':>8} "
        f"{'click ms':>9} {'page kB':>8} {'memory MB':>10}"
    )
    with tempfile.TemporaryDirectory() as folder:
        slowest = max(
            measure(name, found, Path(folder) / str(number))
            for number, (name, found) in enumerate(charts(observations))
        )
    print(f"slowest redraft {slowest:.0f} ms, goal {GOAL} ms")


if __name__ == "__main__":
    main()
