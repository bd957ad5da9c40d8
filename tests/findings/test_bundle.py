"""Opening documents: every way of bundling, and clear words for what is no FHIR."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.errors import InputError
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from tests.findings.charts import AS_OF, vocabulary

WORDS = vocabulary()
PATIENT = {"resourceType": "Patient", "id": "p"}
ER = {
    "resourceType": "Observation",
    "id": "er",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "85337-4"}]},
    "subject": {"reference": "Patient/p"},
    "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA6576-8"}]},
}


def bundle(kind: str, *entries: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": entry} for entry in entries]}


@pytest.mark.parametrize("kind", ["collection", "transaction", "searchset", "message", "document", "batch", "history"])
def test_every_kind_of_bundle_is_opened(kind: str) -> None:
    assert resources_of(bundle(kind, PATIENT, ER)) == [PATIENT, ER]


def test_nested_bundles_are_opened() -> None:
    assert resources_of(bundle("collection", bundle("searchset", PATIENT), bundle("searchset", ER))) == [PATIENT, ER]


def test_an_array_and_a_single_resource_are_read() -> None:
    assert resources_of([PATIENT, ER]) == [PATIENT, ER]
    assert resources_of(ER) == [ER]


def test_entries_without_a_resource_are_skipped() -> None:
    document = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "urn:uuid:1"}, {"response": {"status": "204"}}, {"resource": ER}],
    }
    assert resources_of(document) == [ER]


def test_contained_resources_are_read_as_about_the_same_patient() -> None:
    inner = {key: value for key, value in ER.items() if key != "subject"}
    report = {
        "resourceType": "DiagnosticReport",
        "id": "d",
        "status": "final",
        "subject": {"reference": "Patient/p"},
        "contained": [inner],
        "result": [{"reference": "#er"}],
    }
    found = read_findings(resources_of(bundle("collection", PATIENT, report)), WORDS, AS_OF)["er"]
    assert found.value == "positive"
    assert found.evidence == ("DiagnosticReport/d",)
    assert {result.reference for result in found.results} == {"DiagnosticReport/d"}


def test_ids_of_contained_resources_are_known_in_their_holder_only() -> None:
    """Two reports with a specimen `#s` and a result `#o` each: the metastasis leads, whatever the order."""

    def report(name: str, site: str, said: str) -> dict[str, Any]:
        specimen = {"resourceType": "Specimen", "id": "s", "collection": {"bodySite": {"text": site}}}
        status = {**ER, "id": "o", "valueCodeableConcept": {"text": said}, "specimen": {"reference": "#s"}}
        result = [{"reference": "#o"}]
        return {"resourceType": "DiagnosticReport", "id": name, "contained": [specimen, status], "result": result}

    reports = [report("a", "Breast", "Negative"), report("b", "Liver", "Positive")]
    for ordered in (reports, reports[::-1]):
        found = read_findings([PATIENT, *ordered], WORDS, AS_OF)["er"]
        assert (found.value, found.evidence) == ("positive", ("DiagnosticReport/b",))


def test_a_transaction_knows_its_resources_by_full_url() -> None:
    entries = [
        {"fullUrl": "urn:uuid:aaa", "resource": {"resourceType": "Patient", "gender": "female"}},
        {"fullUrl": "urn:uuid:bbb", "resource": {**ER, "subject": {"reference": "urn:uuid:aaa"}}},
    ]
    findings = read_findings(
        resources_of({"resourceType": "Bundle", "type": "transaction", "entry": entries}), WORDS, AS_OF
    )
    assert findings.patient.id == "aaa"
    assert findings["er"].value == "positive"


def test_a_full_url_stands_for_the_id_beside_it() -> None:
    entries = [
        {"fullUrl": "urn:uuid:aaa", "resource": PATIENT},
        {"fullUrl": "urn:uuid:bbb", "resource": {**ER, "subject": {"reference": "urn:uuid:aaa"}}},
    ]
    findings = read_findings(
        resources_of({"resourceType": "Bundle", "type": "transaction", "entry": entries}), WORDS, AS_OF
    )
    assert (findings.patient.id, findings["er"].value, findings.problems) == ("p", "positive", ())


@pytest.mark.parametrize(
    "document", [None, 3, "text", True, [], {}, {"a": 1}, [1, 2], {"resourceType": "Bundle"}, bundle("collection")]
)
def test_what_is_no_fhir_is_refused_with_a_remedy(document: Any) -> None:
    with pytest.raises(InputError, match="give a FHIR Bundle"):
        resources_of(document)


def test_nothing_to_read_is_refused() -> None:
    with pytest.raises(InputError, match="no resources"):
        read_findings([], WORDS, AS_OF)


def test_something_that_is_no_resource_is_refused() -> None:
    with pytest.raises(InputError, match="item 2 is no FHIR resource"):
        read_findings([PATIENT, {"id": "x"}], WORDS, AS_OF)


def test_two_patients_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="p and q"):
        read_findings([PATIENT, {**PATIENT, "id": "q"}], WORDS, AS_OF)


def test_two_patients_of_whom_one_is_meant() -> None:
    findings = read_findings([PATIENT, {**PATIENT, "id": "q"}, ER], WORDS, AS_OF)
    assert (findings.patient.id, findings["er"].value) == ("p", "positive")
    assert [(problem.kind, problem.reference) for problem in findings.problems] == [("mismatch", "Patient/q")]


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ([PATIENT, None, ER, 7, {"id": "x"}], "item 2 (nothing), item 4 (a JSON int), item 5 (an object without"),
        ({"resourceType": "Bundle", "entry": [{"resource": ER}, None]}, "entry 2 (nothing)"),
        ({"resourceType": "Bundle", "entry": [{"resource": "text"}, {"resource": ER}]}, "entry 1 (a JSON str)"),
    ],
)
def test_what_is_no_resource_is_said(document: Any, named: str) -> None:
    findings = read_findings(resources_of(document), WORDS, AS_OF)
    (problem,) = findings.problems
    assert (problem.kind, findings["er"].value) == ("unread", "positive")
    assert named in problem.text


def test_an_entry_that_brings_no_resource_is_no_fault() -> None:
    document = {"resourceType": "Bundle", "entry": [{"request": {"method": "DELETE"}}, {"resource": ER}]}
    assert resources_of(document) == [ER]


def test_an_unknown_resource_type_is_said() -> None:
    findings = read_findings([PATIENT, ER, {"resourceType": "Observaton", "id": "x"}], WORDS, AS_OF)
    assert [(problem.kind, problem.reference) for problem in findings.problems] == [("unread", "Observaton/x")]


def test_two_charts_without_a_patient_are_refused() -> None:
    other = [{**ER, "id": f"x{n}", "subject": {"reference": "Patient/q"}} for n in range(2)]
    with pytest.raises(InputError, match="p and q"):
        read_findings([ER, {**ER, "id": "er2"}, *other], WORDS, AS_OF)


def test_without_a_patient_resource_the_subject_is_the_patient() -> None:
    findings = read_findings([ER], WORDS, AS_OF)
    assert (findings.patient.id, findings.patient.reference, findings["er"].value) == ("p", "", "positive")


def test_a_resource_of_another_patient_does_not_count() -> None:
    stranger = {**ER, "id": "x", "subject": {"reference": "Patient/q"}}
    findings = read_findings([PATIENT, stranger], WORDS, AS_OF)
    assert findings["er"].state == "unknown"
    assert [problem.kind for problem in findings.problems] == ["mismatch"]


def test_a_stray_reference_without_a_patient_is_doubted() -> None:
    negative = {"coding": [{"system": "http://loinc.org", "code": "LA6577-6"}]}
    stray = {**ER, "id": "x", "subject": {"reference": "Patient/q"}, "valueCodeableConcept": negative}
    findings = read_findings([ER, {**ER, "id": "y"}, stray], WORDS, AS_OF)
    assert findings["er"].state == "conflicting"


def test_the_patient_is_described() -> None:
    patient = {
        **PATIENT,
        "name": [{"family": "Example", "given": ["Ada", "B."]}],
        "gender": "female",
        "birthDate": "1960-01-02",
        "identifier": [{"value": "x"}, {"type": {"coding": [{"code": "MR"}]}, "value": "MRN1"}],
    }
    found = read_findings([patient], WORDS, AS_OF).patient
    assert (found.name, found.sex, found.birth_date, found.identifier) == (
        "Ada B. Example",
        "female",
        "1960-01-02",
        "MRN1",
    )


def result(identity: str, code: str, day: str, **more: Any) -> dict[str, Any]:
    answer = {"coding": [{"system": "http://loinc.org", "code": code}]}
    return {**ER, "id": identity, "valueCodeableConcept": answer, "effectiveDateTime": day, **more}


def specimen(site: str) -> dict[str, Any]:
    return {"contained": [{"resourceType": "Specimen", "id": "s", "collection": {"bodySite": {"text": site}}}]}


def test_contained_resources_of_one_name_are_told_apart() -> None:
    local = {"specimen": {"reference": "#s"}}
    metastasis = result("a", "LA6577-6", "2023-01-01", **local, **specimen("Liver"))
    primary = result("b", "LA6576-8", "2024-01-01", **local, **specimen("Breast"))
    for resources in ([PATIENT, metastasis, primary], [primary, metastasis, PATIENT]):
        finding = read_findings(resources, WORDS, AS_OF)["er"]
        assert (finding.value, [found.site for found in finding.results]) == ("negative", ["primary", "metastasis"])


def test_a_contained_specimen_of_a_resource_without_id() -> None:
    nameless = {key: value for key, value in result("", "LA6577-6", "2023-01-01").items() if key != "id"}
    nameless |= {"specimen": {"reference": "#s"}, **specimen("Liver")}
    (found,) = read_findings([PATIENT, nameless], WORDS, AS_OF)["er"].results
    assert found.site == "metastasis"


def test_what_a_history_says_was_deleted_is_left_out() -> None:
    deletion = {"fullUrl": "https://ehr/Observation/er", "request": {"method": "DELETE", "url": "Observation/er"}}
    older = {"resource": ER, "request": {"method": "PUT", "url": "Observation/er"}}
    history = {"resourceType": "Bundle", "type": "history", "entry": [deletion, older, {"resource": PATIENT}]}
    assert resources_of(history) == [PATIENT]
    restored = {**history, "entry": [older, deletion, {"resource": PATIENT}]}
    assert resources_of(restored) == [ER, PATIENT]


@pytest.mark.parametrize(
    "response",
    [
        {"status": "403 Forbidden"},
        {
            "status": "500",
            "outcome": {
                "resourceType": "OperationOutcome",
                "issue": [{"severity": "error", "code": "exception", "diagnostics": "500: the store is down"}],
            },
        },
    ],
)
def test_what_a_batch_could_not_answer_is_a_gap(response: dict[str, Any]) -> None:
    batch = {
        "resourceType": "Bundle",
        "type": "batch-response",
        "entry": [{"resource": PATIENT}, {"response": response}],
    }
    findings = read_findings(resources_of(batch), WORDS, AS_OF)
    (problem,) = findings.problems
    assert (problem.kind, findings["heart-failure"].state) == ("gap", "unknown")
    assert response["status"][:3] in problem.text


@pytest.mark.parametrize(
    "reference", ["Observation/er", "https://ehr/fhir/Observation/er", "Observation/er/_history/3"]
)
def test_a_report_knows_its_results_however_it_names_them(reference: str) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "d",
        "status": "cancelled",
        "result": [{"reference": reference}],
    }
    finding = read_findings([PATIENT, ER, report], WORDS, AS_OF)["er"]
    assert (finding.state, finding.results[0].aside_kind) == ("unknown", "withdrawn")
