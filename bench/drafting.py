"""How much reading and drafting cost beside parsing the same bytes: ratios within one run, medians of repeats.

python bench/drafting.py [observations ...]        default: 100 1000 5000
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import date

import orjson

from plugin.drafting.plan import draft_plan
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import default_template_folder
from plugin.library.template import load_template

AS_OF = date(2026, 11, 22)
REPEATS = 7


def chart(observations: int) -> bytes:
    """A chart in which every tenth Observation is a receptor result and the rest are other laboratory values."""
    entries = [{"resource": {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-01-01"}}]
    for number in range(observations):
        code = "85337-4" if number % 10 == 0 else "2345-7"
        entries.append(
            {
                "resource": {
                    "resourceType": "Observation",
                    "id": f"o{number}",
                    "status": "final",
                    "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                    "subject": {"reference": "Patient/p"},
                    "effectiveDateTime": f"2026-{number % 10 + 1:02d}-{number % 27 + 1:02d}",
                    "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "10828004"}]},
                }
            }
        )
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def median(work) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    template = load_template(default_template_folder())
    print(f"{'observations':>12} {'parse ms':>9} {'read ms':>9} {'draft ms':>9} {'(read+draft)/parse':>19}")
    for count in map(int, sys.argv[1:] or ["100", "1000", "5000"]):
        content = chart(count)
        resources = resources_of(orjson.loads(content))
        findings = read_findings(resources, template.vocabulary, AS_OF)
        parse = median(lambda content=content: orjson.loads(content))
        read = median(lambda resources=resources: read_findings(resources, template.vocabulary, AS_OF))
        draft = median(lambda findings=findings: draft_plan(findings, template, AS_OF))
        print(f"{count:>12} {parse * 1e3:>9.2f} {read * 1e3:>9.2f} {draft * 1e3:>9.2f} {(read + draft) / parse:>19.1f}")


if __name__ == "__main__":
    main()
