"""The sample patients: valid R4, invented, and each with the property that it is there for."""

from datetime import date

import fhirkit
import pytest

from plugin.sandbox.chart import FINDING_SYSTEM
from plugin.sandbox.sample_patients import sample_patients

PATIENTS = {patient.id: [entry["resource"] for entry in patient.bundle["entry"]] for patient in sample_patients()}
LAST_DAY = date(2026, 11, 22)


def of(patient: str, kind: str) -> list[dict]:
    return [resource for resource in PATIENTS[patient] if resource["resourceType"] == kind]


def codes(resource: dict) -> set[str]:
    return {coding["code"] for coding in resource.get("code", {}).get("coding", [])}


def results(patient: str, code: str, status: str = "final") -> list[dict]:
    return [one for one in of(patient, "Observation") if code in codes(one) and one["status"] == status]


def answer(observation: dict) -> str:
    return observation["valueCodeableConcept"]["coding"][0]["code"]


def statements(patient: str) -> dict[str, object]:
    said = {}
    for one in of(patient, "Observation"):
        coding = one["code"]["coding"][0]
        if coding["system"] == FINDING_SYSTEM:
            assert one["performer"][0]["reference"].startswith("Practitioner/")
            said[coding["code"]] = one.get("valueBoolean", one.get("valueInteger"))
    return said


def metastases(patient: str) -> set[str]:
    prefix = f"{patient}-metastasis-"
    return {one["id"].removeprefix(prefix) for one in of(patient, "Condition") if one["id"].startswith(prefix)}


def test_there_are_enough_patients_with_a_story_each():
    assert len(PATIENTS) >= 18
    assert all(patient.story.endswith(".") for patient in sample_patients())


@pytest.mark.parametrize("patient", PATIENTS)
def test_every_chart_is_valid_r4_and_speaks_of_one_patient(patient):
    bundle = next(one.bundle for one in sample_patients() if one.id == patient)
    assert [str(issue) for issue in fhirkit.validate(bundle)] == []
    assert bundle["type"] == "transaction"
    assert bundle["meta"]["tag"][0]["code"] == "synthetic"
    known = {f"{one['resourceType']}/{one['id']}" for one in PATIENTS[patient]}
    for resource in PATIENTS[patient]:
        assert len(resource["id"]) <= 64
        assert set(references(resource)) <= known
        if "subject" in resource:
            assert resource["subject"]["reference"] == f"Patient/{patient}"
    (person,) = of(patient, "Patient")
    assert person["identifier"][0]["type"]["coding"][0]["code"] == "MR"
    assert person["meta"]["security"][0]["code"] == "HTEST"


@pytest.mark.parametrize("patient", PATIENTS)
def test_no_fact_lies_in_the_future(patient):
    for resource in PATIENTS[patient]:
        for name in ("effectiveDateTime", "onsetDateTime", "recordedDate", "issued"):
            if name in resource:
                assert resource[name][:10] <= LAST_DAY.isoformat()


def test_patients_differ_and_none_of_their_resources_collide():
    names = [tuple(of(patient, "Patient")[0]["name"][0]["given"]) for patient in PATIENTS]
    assert len(set(names)) == len(names)
    own = [
        (one["resourceType"], one["id"])
        for resources in PATIENTS.values()
        for one in resources
        if one["resourceType"] not in ("Organization", "Practitioner")
    ]
    assert len(set(own)) == len(own)


def test_hr_positive_has_everything_that_a_first_line_needs():
    said = statements("hr-positive")
    assert said["prior-systemic-therapy-metastatic"] is False
    assert said["prior-systemic-therapy-adjuvant"] is False
    assert answer(results("hr-positive", "85337-4")[0]) == "LA6576-8"
    assert answer(results("hr-positive", "85319-2")[0]) == "LA6111-4"
    assert answer(results("hr-positive", "161712005")[0]) == "76498008"
    assert results("hr-positive", "35591-7")[0]["valueQuantity"]["unit"] == "mL/min"


def test_her2_positive():
    assert results("her2-positive", "18474-7")[0]["valueString"] == "3+"
    assert answer(results("hr-positive-her2-positive", "85318-4")[0]) == "LA6576-8"
    assert answer(results("hr-positive-her2-positive", "85319-2")[0]) == "LA11842-4"


@pytest.mark.parametrize(("patient", "score"), [("triple-negative-pdl1-high", 20), ("triple-negative-pdl1-low", 2)])
def test_triple_negative_on_both_sides_of_the_pd_l1_threshold(patient, score):
    assert results(patient, "105303-2")[0]["valueQuantity"]["value"] == score
    assert {answer(one) for code in ("85337-4", "40556-3") for one in results(patient, code)} <= {
        "LA6577-6",
        "260385009",
    }


def test_her2_low_and_her2_equivocal_differ_by_the_in_situ_hybridisation():
    assert answer(results("her2-low", "85319-2")[0]) == "LA11842-4"
    assert answer(results("her2-low", "85318-4")[0]) == "LA6577-6"
    assert results("her2-equivocal", "18474-7")[0]["valueString"] == "2+"
    assert not results("her2-equivocal", "85318-4")


def test_discordant_samples_come_from_primary_and_metastasis():
    sites = {
        one["id"]: one["collection"]["bodySite"]["coding"][0]["display"]
        for one in of("discordant-receptors", "Specimen")
    }
    assert [site.split()[0] for site in sites.values()] == ["Right", "Liver"]
    assert {answer(one) for one in results("discordant-receptors", "85337-4")} == {"10828004", "LA6577-6"}


@pytest.mark.parametrize(
    ("patient", "test", "answers"),
    [
        ("conflicting-results", "85337-4", {"LA6576-8", "LA6577-6"}),
        ("her2-conflict", "85319-2", {"LA11843-2", "LA11841-6"}),
    ],
)
def test_conflicting_results_are_of_one_sample_and_day(patient, test, answers):
    pair = results(patient, test)
    assert {answer(one) for one in pair} == answers
    assert len({(one["specimen"]["reference"], one["effectiveDateTime"]) for one in pair}) == 1


def test_man_and_premenopausal_woman():
    assert of("man", "Patient")[0]["gender"] == "male"
    assert answer(results("premenopausal", "161712005")[0]) == "22636003"
    assert answer(results("premenopausal", "82810-3")[0]) == "60001007"


def test_bone_and_brain_metastases():
    assert metastases("bone-metastases") == {"bone"}
    assert statements("bone-metastases")["hypocalcaemia"] is False
    assert "brain" in metastases("brain-metastases")
    assert statements("brain-metastases")["brain-metastasis-count"] == 2


def test_brca_carrier_by_a_germline_variant():
    variant = next(one for one in results("brca-carrier", "69548-6") if answer(one) == "LA9633-4")
    values = {answer(part) for part in variant["component"] if "coding" in part["valueCodeableConcept"]}
    assert {"HGNC:1100", "LA6683-2", "LA6668-3"} <= values


def test_no_results_early_stage_and_unknown_treatment():
    assert of("no-results", "Observation") == []
    assert metastases("early-stage") == set()
    assert answer(results("early-stage", "21907-1")[0]) == "1229901006"
    assert not {"prior-systemic-therapy-metastatic", "prior-systemic-therapy-adjuvant"} & set(
        statements("treatment-unknown")
    )
    assert of("treatment-unknown", "MedicationStatement") == []


def test_entered_in_error_contradicts_the_valid_results():
    assert answer(results("entered-in-error", "85337-4", "entered-in-error")[0]) == "260385009"
    assert answer(results("entered-in-error", "85337-4")[0]) == "10828004"
    assert results("entered-in-error", "85339-0", "cancelled")


def test_er_low_pik3ca_with_early_relapse_and_the_dead():
    assert results("er-low", "85329-1")[0]["valueQuantity"]["value"] == 5
    relapse = statements("pik3ca-early-relapse")["relapse-within-12-months-of-adjuvant-endocrine-therapy"]
    assert relapse is True
    assert of("deceased", "Patient")[0]["deceasedDateTime"] == "2026-08-19"


def references(node: object):
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
