"""Findings as FHIR: sound, traceable, and never taken for a clinician's word when they are read again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plugin.findings.as_fhir import findings_bundle
from plugin.findings.bundle import resources_of
from plugin.findings.model import Findings
from plugin.findings.reader import read_findings
from plugin.library.content import PACKAGE, system_url
from plugin.library.validation import check_model, check_profile, check_structure
from tests.findings.charts import AS_OF, cases, chart, vocabulary

WORDS = vocabulary()
PATIENTS = sorted(path for path in (PACKAGE / "sandbox/patients").glob("*.json") if path.stem != "index")
ER = {"code": "loinc|85337-4|Estrogen receptor", "date": "2026-10-01", "specimen": "metastasis"}
CRISIS = {"code": "finding|visceral-crisis", "date": "2026-11-01", "by": "Practitioner/dr"}


def read(resources: list[dict[str, Any]]) -> Findings:
    return read_findings(resources, WORDS, AS_OF)


def bundle(findings: Findings) -> dict[str, Any]:
    return findings_bundle(findings, WORDS, AS_OF, "1.2.3")


def written(findings: Findings) -> dict[str, dict[str, Any]]:
    resources = [entry["resource"] for entry in bundle(findings)["entry"]]
    return {resource["code"]["coding"][0]["code"]: resource for resource in resources}


def told(findings: Findings) -> dict[str, tuple[Any, ...]]:
    return {code: (found.value, found.state, found.note, found.evidence) for code, found in findings.items()}


def state_of(resource: dict[str, Any]) -> str:
    (coding,) = resource["method"]["coding"]
    assert coding["system"] == system_url("finding-state")
    return str(coding["code"])


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_what_is_written_is_sound_and_reading_it_again_changes_nothing(path) -> None:
    resources = resources_of(json.loads(path.read_bytes()))
    findings = read(resources)
    made = bundle(findings)
    assert check_structure(made) == []
    for entry in made["entry"]:
        assert check_model(entry["resource"]) == []
        assert check_profile(entry["resource"]) == []
    again = read([*resources, *resources_of(made)])
    assert told(again) == told(findings)
    assert again.problems == findings.problems


def test_no_case_is_changed_by_what_software_read_of_it() -> None:
    changed = []
    for case in list(cases())[::3]:  # all of them take ten seconds
        resources = chart(case)
        findings = read(resources)
        again = read([*resources, *resources_of(bundle(findings))])
        if told(again) != told(findings):
            changed.append(case["id"])
    assert changed == []


def test_software_alone_makes_no_fact() -> None:
    findings = read(chart({"obs": [{**ER, "named": "Positive"}, {**CRISIS, "flag": True}]}))
    alone = read([*chart({}), *resources_of(bundle(findings))])
    assert alone["er"].state == "unknown"
    assert [result.set_aside for result in alone["er"].results] == [
        "software read it from a chart, nobody states it; what it was read from decides"
    ]
    assert alone["visceral-crisis"].state == "unknown", "the opposite of what was read once must not be presumed"


def test_a_clinician_who_takes_over_what_software_read_states_it() -> None:
    read_by_software = written(read(chart({"obs": [{**ER, "named": "Positive"}]})))["er"]
    signed = {**read_by_software, "id": "signed", "performer": [{"reference": "Practitioner/dr"}]}
    assert read([*chart({}), signed])["er"].value == "positive"


def test_a_known_fact_is_final_and_names_its_results() -> None:
    er = written(read(chart({"obs": [{**ER, "named": "Positive"}]})))["er"]
    assert (er["status"], state_of(er)) == ("final", "known")
    assert er["valueCodeableConcept"]["coding"][0] == {"system": system_url("finding-value"), "code": "positive"}
    assert er["derivedFrom"] == [{"reference": "Observation/o1"}]
    assert er["device"] == {"display": "careplan-plugin 1.2.3"}
    assert er["meta"]["source"] == f"{WORDS.url}|{WORDS.version}"
    assert "performer" not in er


def test_what_is_worked_out_or_presumed_is_preliminary_and_says_so() -> None:
    facts = written(read(chart({"obs": [{"code": "loinc|89247-1", "date": "2026-11-01", "counts": 3}]})))
    derived, presumed = facts["poor-performance"], facts["visceral-crisis"]
    assert (derived["status"], state_of(derived), derived["valueBoolean"]) == ("preliminary", "derived", True)
    assert (presumed["status"], state_of(presumed), presumed["valueBoolean"]) == ("preliminary", "presumed", False)
    assert presumed["note"] == [{"text": "absence is rarely written down"}]


def test_what_is_open_has_a_reason_instead_of_a_value() -> None:
    aside = {**ER, "named": "Positive", "status": "entered-in-error"}
    clash = [{"code": "loinc|85339-0|Progesterone receptor", "date": "2026-10-01", "named": word} for word in ANSWERS]
    facts = written(read(chart({"obs": [aside, *clash]})))
    unknown, conflicting = facts["er"], facts["pr"]
    assert [state_of(found) for found in (unknown, conflicting)] == ["unknown", "conflicting"]
    for found in (unknown, conflicting):
        assert found["dataAbsentReason"]["coding"][0]["code"] == "unknown"
        assert not [name for name in found if name.startswith("value")]
    assert "Set aside" in unknown["note"][-1]["text"]
    assert "Observation/o1" in unknown["note"][-1]["text"]
    assert conflicting["derivedFrom"] == [{"reference": "Observation/o2"}, {"reference": "Observation/o3"}]


ANSWERS = ("Positive", "Negative")


def test_results_that_are_no_observations_are_named_in_words() -> None:
    brain = {"code": "snomed|94225005|Secondary malignant neoplasm of brain", "date": "2026-10-01"}
    found = written(read(chart({"cond": [brain]})))["metastasis-brain"]
    assert found["valueBoolean"] is True
    assert {"text": "Read from Condition/c1"} in found["note"]


def test_the_same_chart_gives_the_same_bundle_and_another_patient_other_names() -> None:
    one, two = (bundle(read(chart({"patient": {"id": identity}}))) for identity in ("p", "q"))
    assert one == bundle(read(chart({})))
    assert not {entry["fullUrl"] for entry in one["entry"]} & {entry["fullUrl"] for entry in two["entry"]}
