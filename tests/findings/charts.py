"""Charts in shorthand: the cases in cases/*.yaml say `code: loinc|85337-4`, these functions make FHIR of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from plugin.findings.model import DECIDED, Findings
from plugin.findings.reader import read_findings
from plugin.library.vocabulary import Vocabulary
from plugin.library.vocabulary_file import load_vocabulary

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).parent / "cases"
AS_OF = date(2026, 11, 22)
SYSTEMS = {
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "icd": "http://hl7.org/fhir/sid/icd-10-cm",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ncit": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "hgnc": "http://www.genenames.org/geneId",
    "ajcc": "http://cancerstaging.org",
    "interpretation": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    "finding": "https://careplan-plugin.example.org/fhir/CodeSystem/finding",
    "value": "https://careplan-plugin.example.org/fhir/CodeSystem/finding-value",
    "implication": "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs",
}
SITES = {"primary": ("76752008", "Breast structure"), "metastasis": ("10200004", "Liver structure")}


def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the product."""
    return load_vocabulary(ROOT / "templates/metastatic-breast-cancer/findings.yaml", ROOT / "profiles")


def cases() -> Iterator[dict[str, Any]]:
    """Every case of every file."""
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield {**case, "file": path.stem}


def concept(written: str | list[str] | None, text: str | None = None) -> dict[str, Any]:
    """`loinc|85337-4|Display`, or several, as a CodeableConcept."""
    codings = []
    for entry in [written] if isinstance(written, str) else written or []:
        system, code, *display = entry.split("|")
        coding = {"system": SYSTEMS.get(system, system), "code": code}
        codings.append({**coding, "display": display[0]} if display else coding)
    made: dict[str, Any] = {"coding": codings} if codings else {}
    return {**made, "text": text} if text else made


def chart(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a case; a woman born in 1960 unless the case brings its own patient."""
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-05-05"}
    resources = [{**patient, **case.get("patient", {})}, *specimens()]
    resources += [observation(entry, f"o{n}") for n, entry in enumerate(case.get("obs", []), 1)]
    resources += [condition(entry, f"c{n}") for n, entry in enumerate(case.get("cond", []), 1)]
    resources += [medication(entry, f"m{n}") for n, entry in enumerate(case.get("med", []), 1)]
    resources += [{"id": f"r{n}", **entry} for n, entry in enumerate(case.get("raw", []), 1)]
    return resources


def specimens() -> list[dict[str, Any]]:
    """One specimen of the breast, one of the liver, one of blood."""
    made = [
        {"resourceType": "Specimen", "id": name, "collection": {"bodySite": concept(f"snomed|{code}|{display}")}}
        for name, (code, display) in SITES.items()
    ]
    return [*made, {"resourceType": "Specimen", "id": "blood", "type": concept("snomed|119297000|Blood specimen")}]


def observation(entry: dict[str, Any], identity: str) -> dict[str, Any]:
    """An Observation: `code`, `date`, `specimen`, `status`, and its answer as `answer` reads it."""
    made = {
        "resourceType": "Observation",
        "id": entry.get("id", identity),
        "status": entry.get("status", "final"),
        "code": concept(entry.get("code"), entry.get("text")),
        "subject": {"reference": "Patient/p"},
        **answer(entry),
    }
    if "date" in entry:
        made["effectiveDateTime"] = str(entry["date"])
    if "specimen" in entry:
        made["specimen"] = {"reference": f"Specimen/{entry['specimen']}"}
    if "by" in entry:
        made["performer"] = [{"reference": entry["by"]}]
    if "component" in entry:
        made["component"] = [
            {"code": concept(part.get("code"), part.get("text")), **answer(part)} for part in entry["component"]
        ]
    return {**made, **entry.get("extra", {})}


def answer(entry: dict[str, Any]) -> dict[str, Any]:
    """`says: "95 %"` a string, `is: snomed|10828004` a code, `named: Positive` a text, `measured: [95, "%"]`."""
    made: dict[str, Any] = {}
    if "says" in entry:
        made["valueString"] = entry["says"]
    if "is" in entry or "named" in entry:
        made["valueCodeableConcept"] = concept(entry.get("is"), entry.get("named"))
    if "counts" in entry:
        made["valueInteger"] = entry["counts"]
    if "flag" in entry:
        made["valueBoolean"] = entry["flag"]
    if "measured" in entry:
        value, *unit = entry["measured"]
        made["valueQuantity"] = {"value": value, **({"unit": unit[0], "code": unit[0]} if unit else {})}
        if len(unit) > 1:
            made["valueQuantity"]["comparator"] = unit[1]
    if "range" in entry:
        low, high, unit = entry["range"]
        made["valueRange"] = {"low": {"value": low, "unit": unit}, "high": {"value": high, "unit": unit}}
    if "ratio" in entry:
        made["valueRatio"] = {"numerator": {"value": entry["ratio"][0]}, "denominator": {"value": entry["ratio"][1]}}
    if "interpreted" in entry:
        made["interpretation"] = [concept(entry["interpreted"])]
    if "absent" in entry:
        made["dataAbsentReason"] = concept(
            f"http://terminology.hl7.org/CodeSystem/data-absent-reason|{entry['absent']}"
        )
    return made


def condition(entry: dict[str, Any], identity: str) -> dict[str, Any]:
    """A Condition: `code`, `date`, `clinical`, `verified`, `site`."""
    made = {
        "resourceType": "Condition",
        "id": entry.get("id", identity),
        "code": concept(entry.get("code"), entry.get("text")),
        "subject": {"reference": "Patient/p"},
    }
    for key, element, system in (
        ("clinical", "clinicalStatus", "condition-clinical"),
        ("verified", "verificationStatus", "condition-ver-status"),
    ):
        if key in entry:
            made[element] = concept(f"http://terminology.hl7.org/CodeSystem/{system}|{entry[key]}")
    if "date" in entry:
        made["onsetDateTime"] = str(entry["date"])
    if "site" in entry:
        made["bodySite"] = [concept(entry["site"])]
    return {**made, **entry.get("extra", {})}


def medication(entry: dict[str, Any], identity: str) -> dict[str, Any]:
    """A MedicationRequest, a MedicationStatement where it has an end, or what `type` says.

    `code`, `text`, `date`, `until`, `status`; `stopped`: why it was stopped; `setting`: with which intent it was given.
    """
    kind = entry.get("type", "MedicationStatement" if "until" in entry else "MedicationRequest")
    made = {
        "resourceType": kind,
        "id": identity,
        "status": entry.get("status", "completed"),
        "subject": {"reference": "Patient/p"},
        "code" if kind == "Procedure" else "medicationCodeableConcept": concept(entry.get("code"), entry.get("text")),
    }
    if kind == "MedicationRequest":
        made["intent"] = entry.get("intent", "order")
    made |= _taken(kind, entry)
    if "stopped" in entry:
        reason = entry["stopped"]
        made["statusReason"] = [concept(reason) if "|" in reason else concept(None, reason)]
    if "setting" in entry:
        url = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent"
        made["extension"] = [{"url": url, "valueCodeableConcept": concept(entry["setting"])}]
    return {**made, **entry.get("extra", {})}


def _taken(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    if "date" not in entry:
        return {}
    if "until" in entry:
        name = "performedPeriod" if kind == "Procedure" else "effectivePeriod"
        return {name: {"start": str(entry["date"]), "end": str(entry["until"])}}
    name = {"MedicationRequest": "authoredOn", "Procedure": "performedDateTime"}.get(kind, "effectiveDateTime")
    return {name: str(entry["date"])}


def answers(findings: Findings, codes: Any) -> dict[str, Any]:
    """What was found, as cases write it: the value of what is known, derived or presumed, else the state."""
    return {code: findings[code].value if findings[code].state in DECIDED else findings[code].state for code in codes}


def read(case: dict[str, Any], words: Vocabulary) -> Findings:
    """The findings of a case."""
    return read_findings(chart(case), words, AS_OF)
