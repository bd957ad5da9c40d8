"""How much reading and drafting cost beside parsing the same bytes: ratios within one run, medians of repeats.

python bench/drafting.py [observations ...]        default: 100 1000 5000

`laboratory` is the chart of a usual EHR: US Core laboratory results, one in fifty about the tumour, two in three
asked for by some finding. `tumour` is as bare as FHIR allows: one Observation in ten about the tumour, the others
asked for by none, so that there is little to parse and much to read.
Processor time, so that what else the machine does counts less.
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
REPEATS = 9
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
V3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
LABORATORY = [
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL"),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL"),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL"),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L"),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L"),
    ("8480-6", "Systolic blood pressure", "mm[Hg]"),
]
TUMOUR = [("85337-4", "Estrogen receptor Ag [Presence] in Breast cancer specimen by Immune stain"),
          ("85339-0", "Progesterone receptor Ag [Presence] in Breast cancer specimen by Immune stain"),
          ("85319-2", "HER2 [Presence] in Breast cancer specimen by Immune stain")]  # fmt: skip


def dated(number: int) -> str:
    return f"2026-{number % 10 + 1:02d}-{number % 27 + 1:02d}"


def bare(number: int, code: str, answer: dict) -> dict:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": dated(number),
        **answer,
    }


def full(number: int, code: str, display: str, answer: dict) -> dict:
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    profile = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"
    return bare(number, code, answer) | {
        "meta": {"versionId": "1", "lastUpdated": f"{dated(number)}T08:00:00.000+00:00", "profile": [profile]},
        "category": [{"coding": [{"system": category, "code": "laboratory", "display": "Laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": display}], "text": display},
        "encounter": {"reference": f"Encounter/e{number // 20}"},
        "effectiveDateTime": f"{dated(number)}T07:30:00-05:00",
        "issued": f"{dated(number)}T09:12:13.456-05:00",
        "performer": [{"reference": "Organization/lab", "display": "Laboratory"}],
    }


def measured(number: int, unit: str) -> dict:
    quantity = {"value": number % 90 + 1.5, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    normal = {"coding": [{"system": V3, "code": "N", "display": "Normal"}]}
    limits = {side: {"value": value, "unit": unit} for side, value in (("low", 1), ("high", 99))}
    return {"valueQuantity": quantity, "interpretation": [normal], "referenceRange": [limits]}


def positive() -> dict:
    return {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "10828004"}]}}


def laboratory(number: int) -> dict:
    if number % 50 == 0:
        return full(number, *TUMOUR[number // 50 % len(TUMOUR)], positive())
    code, display, unit = LABORATORY[number % len(LABORATORY)]
    return full(number, code, display, measured(number, unit))


def tumour(number: int) -> dict:
    return bare(number, "85337-4" if number % 10 == 0 else "2951-2", positive())


def chart(observations: int, make=tumour) -> bytes:
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-01-01"}
    entries = [{"resource": resource} for resource in (patient, *map(make, range(observations)))]
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def median(work) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    template = load_template(default_template_folder())
    print(
        f"{'chart':>11} {'observations':>12} {'parse ms':>9} {'read ms':>9} {'draft ms':>9} {'(read+draft)/parse':>19}"
    )
    for make in (laboratory, tumour):
        for count in map(int, sys.argv[1:] or ["100", "1000", "5000"]):
            content = chart(count, make)
            resources = resources_of(orjson.loads(content))
            findings = read_findings(resources, template.vocabulary, AS_OF)
            parse = median(lambda content=content: orjson.loads(content))
            read = median(lambda resources=resources: read_findings(resources, template.vocabulary, AS_OF))
            draft = median(lambda findings=findings: draft_plan(findings, template, AS_OF))
            times = f"{parse * 1e3:>9.2f} {read * 1e3:>9.2f} {draft * 1e3:>9.2f} {(read + draft) / parse:>19.1f}"
            print(f"{make.__name__:>11} {count:>12} {times}")


if __name__ == "__main__":
    main()
