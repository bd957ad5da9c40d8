"""The FHIR endpoint: one token, one patient; and what the FHIR server behind it can do."""

import pytest
import requests

from tests.sandbox.app import TIMEOUT

FHIR_JSON = {"Content-Type": "application/fhir+json"}


@pytest.fixture
def session(app):
    with app.fhir("hr-positive") as opened:
        yield opened


def plan(patient: str = "hr-positive", value: str = "1") -> dict:
    return {
        "resourceType": "CarePlan",
        "identifier": [{"system": "urn:test", "value": value}],
        "status": "draft",
        "intent": "proposal",
        "subject": {"reference": f"Patient/{patient}"},
        "activity": [{"detail": {"status": "cancelled", "statusReason": {"text": "declined"}, "code": {"text": "x"}}}],
    }


def transaction(*resources: dict) -> dict:
    entries = [
        {
            "fullUrl": f"urn:uuid:00000000-0000-4000-8000-00000000000{number}",
            "resource": resource,
            "request": {"method": "POST", "url": resource["resourceType"]},
        }
        for number, resource in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def provenance(target: str) -> dict:
    return {
        "resourceType": "Provenance",
        "target": [{"reference": target}],
        "recorded": "2026-11-22T10:00:00Z",
        "agent": [{"who": {"reference": "Practitioner/dr-testfield"}}],
    }


def test_without_a_token_there_is_an_operation_outcome_and_a_challenge(ehr):
    answer = requests.get(f"{ehr.fhir_url}/Patient/hr-positive", timeout=TIMEOUT)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sandbox"'
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_made_up_token_is_refused(ehr):
    answer = requests.get(f"{ehr.fhir_url}/Patient/man", headers={"Authorization": "Bearer x"}, timeout=TIMEOUT)
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "path",
    [
        "Patient/man",
        "Observation/man-er",
        "Observation/man-er/_history/1",
        "Observation?patient=man",
        "Observation?subject=Patient/man",
        "Observation?patient=hr-positive,man",
        "Observation?subject:Patient=man",
        "Observation",
        "Observation?code=85337-4",
        "Observation?patient.name=Mannequist",
        "Patient/man/$everything",
        "Patient/hr-positive/_history",
        "Patient/$export",
        "_history",
    ],
)
def test_other_charts_are_closed(session, ehr, path):
    answer = session.get(f"{ehr.fhir_url}/{path}", timeout=TIMEOUT)
    assert answer.status_code == 403
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "Mannequist" not in answer.text


@pytest.mark.parametrize("path", ["Patient", "Patient?family=Mannequist", "Observation?_id=man-er,hr-positive-er"])
def test_what_a_search_finds_elsewhere_is_taken_out(session, ehr, path):
    bundle = session.get(f"{ehr.fhir_url}/{path}", timeout=TIMEOUT).json()
    found = {entry["resource"]["id"] for entry in bundle.get("entry", [])}
    assert found <= {"hr-positive", "hr-positive-er"}
    assert "total" not in bundle


def test_reading_searching_and_paging_keep_to_our_address(session, ehr):
    whole = session.get(f"{ehr.fhir_url}/Observation?patient=hr-positive&_count=200", timeout=TIMEOUT).json()
    assert whole["total"] == len(whole["entry"]) > 25

    seen, address = [], f"{ehr.fhir_url}/Observation?patient=hr-positive&_count=10"
    while address:
        assert address.startswith(ehr.fhir_url)
        answer = session.get(address, timeout=TIMEOUT)
        assert ehr.backend_url not in answer.text
        page = answer.json()
        seen += [entry["resource"]["id"] for entry in page["entry"]]
        address = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    assert sorted(seen) == sorted(entry["resource"]["id"] for entry in whole["entry"])


def test_search_by_post_token_search_and_include(session, ehr):
    form = {"patient": "hr-positive", "code": "http://loinc.org|85337-4", "_include": "Observation:specimen"}
    bundle = session.post(f"{ehr.fhir_url}/Observation/_search", data=form, timeout=TIMEOUT).json()
    assert {entry["resource"]["resourceType"] for entry in bundle["entry"]} == {"Observation", "Specimen"}
    assert bundle["total"] == 1
    stolen = session.post(f"{ehr.fhir_url}/Observation/_search", data={"patient": "man"}, timeout=TIMEOUT)
    assert stolen.status_code == 403


def test_people_and_definitions_are_readable_by_all(session, ehr):
    assert session.get(f"{ehr.fhir_url}/Practitioner/dr-testfield", timeout=TIMEOUT).status_code == 200
    assert session.get(f"{ehr.fhir_url}/Organization", timeout=TIMEOUT).json()["total"] == 1


def test_create_read_update_with_version_check(session, ehr):
    made = session.post(f"{ehr.fhir_url}/CarePlan", json=plan(value="u"), headers=FHIR_JSON, timeout=TIMEOUT)
    assert made.status_code == 201
    assert made.headers["Location"].startswith(f"{ehr.fhir_url}/CarePlan/")
    stored = made.json()
    address = f"{ehr.fhir_url}/CarePlan/{stored['id']}"
    stale = session.put(address, json=stored, headers=FHIR_JSON | {"If-Match": 'W/"7"'}, timeout=TIMEOUT)
    assert stale.status_code == 412
    fresh = session.put(address, json=stored, headers=FHIR_JSON | {"If-Match": made.headers["ETag"]}, timeout=TIMEOUT)
    assert fresh.headers["ETag"] == 'W/"2"'
    assert session.delete(address, timeout=TIMEOUT).ok
    assert session.get(address, timeout=TIMEOUT).status_code == 410


def test_conditional_create_makes_one_resource(session, ehr):
    headers = FHIR_JSON | {"If-None-Exist": "identifier=urn:test|once"}
    first = session.post(f"{ehr.fhir_url}/CarePlan", json=plan(value="once"), headers=headers, timeout=TIMEOUT)
    again = session.post(f"{ehr.fhir_url}/CarePlan", json=plan(value="once"), headers=headers, timeout=TIMEOUT)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


def test_a_transaction_writes_the_plan_and_what_points_at_it(session, ehr):
    bundle = transaction(plan(value="tx"), provenance("urn:uuid:00000000-0000-4000-8000-000000000000"))
    answer = session.post(ehr.fhir_url, json=bundle, headers=FHIR_JSON, timeout=TIMEOUT)
    assert [entry["response"]["status"] for entry in answer.json()["entry"]] == ["201 Created", "201 Created"]
    location = answer.json()["entry"][0]["response"]["location"]
    assert location.startswith(f"{ehr.fhir_url}/CarePlan/")
    written = answer.json()["entry"][0]["resource"]["id"]
    found = session.get(f"{ehr.fhir_url}/Provenance?target=CarePlan/{written}", timeout=TIMEOUT).json()
    assert found["total"] == 1


@pytest.mark.parametrize(
    "resource",
    [
        plan("man"),
        provenance("Patient/man"),
        provenance("CarePlan/unheard-of"),
        {"resourceType": "CarePlan", "status": "draft", "intent": "proposal"},
        {"resourceType": "Practitioner", "name": [{"text": "New"}]},
    ],
    ids=["her neighbour's", "pointing at a neighbour", "pointing nowhere", "nobody's", "no right to"],
)
def test_writing_outside_the_chart_is_refused_alone_and_in_a_transaction(session, ehr, resource):
    alone = session.post(
        f"{ehr.fhir_url}/{resource['resourceType']}", json=resource, headers=FHIR_JSON, timeout=TIMEOUT
    )
    assert alone.status_code == 403
    together = session.post(
        ehr.fhir_url, json=transaction(plan(value="together"), resource), headers=FHIR_JSON, timeout=TIMEOUT
    )
    assert together.status_code == 403
    left = session.get(f"{ehr.fhir_url}/CarePlan?patient=hr-positive&identifier=urn:test|together", timeout=TIMEOUT)
    assert left.json()["total"] == 0


def test_overwriting_and_deleting_in_another_chart_are_refused(session, ehr):
    stolen = {"resourceType": "Observation", "id": "man-er", "status": "final", "code": {"text": "x"}}
    stolen["subject"] = {"reference": "Patient/hr-positive"}
    address = f"{ehr.fhir_url}/Observation/man-er"
    assert session.put(address, json=stolen, headers=FHIR_JSON, timeout=TIMEOUT).status_code == 403
    assert session.delete(address, timeout=TIMEOUT).status_code == 403


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Goal", "lifecycleStatus": "proposed", "description": {"text": "x"}},
        {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "https://x.example.org/q|1"},
        {"resourceType": "GuidanceResponse", "status": "success", "moduleUri": "https://x.example.org/m"},
        {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueBoolean": False},
        {
            "resourceType": "DocumentReference",
            "status": "current",
            "content": [{"attachment": {"contentType": "text/plain", "data": "eA=="}}],
        },
    ],
    ids=lambda resource: resource["resourceType"],
)
def test_everything_the_plugin_writes_can_be_created_read_and_searched(session, ehr, resource):
    kind = resource["resourceType"]
    identifier = {"system": "urn:t", "value": kind}
    many = kind != "QuestionnaireResponse"
    body = resource | {
        "subject": {"reference": "Patient/hr-positive"},
        "identifier": [identifier] if many else identifier,
    }
    made = session.post(f"{ehr.fhir_url}/{kind}", json=body, headers=FHIR_JSON, timeout=TIMEOUT)
    assert made.status_code == 201
    logical_id = made.json()["id"]
    assert session.get(f"{ehr.fhir_url}/{kind}/{logical_id}", timeout=TIMEOUT).status_code == 200
    strict = {"Prefer": "handling=strict"}
    for search in ("patient=hr-positive", "subject=Patient/hr-positive", f"identifier=urn:t|{kind}"):
        found = session.get(f"{ehr.fhir_url}/{kind}?{search}&_count=200", headers=strict, timeout=TIMEOUT).json()
        assert logical_id in [entry["resource"]["id"] for entry in found["entry"]]


def test_a_questionnaire_needs_a_user_scope_and_is_found_by_its_url(session, ehr):
    questionnaire = {
        "resourceType": "Questionnaire",
        "status": "draft",
        "url": "https://x.example.org/q",
        "version": "1",
    }
    made = session.post(f"{ehr.fhir_url}/Questionnaire", json=questionnaire, headers=FHIR_JSON, timeout=TIMEOUT)
    assert made.status_code == 201
    found = session.get(f"{ehr.fhir_url}/Questionnaire?url=https://x.example.org/q&version=1", timeout=TIMEOUT)
    assert found.json()["total"] == 1


def test_scopes_are_enforced(app, ehr):
    with app.fhir("hr-positive", scope="launch patient/Observation.rs patient/CarePlan.c") as session:
        assert session.get(f"{ehr.fhir_url}/Observation?patient=hr-positive", timeout=TIMEOUT).ok
        refused = session.get(f"{ehr.fhir_url}/Condition?patient=hr-positive", timeout=TIMEOUT)
        assert refused.status_code == 403
        assert "patient/Condition.s" in refused.json()["issue"][0]["diagnostics"]
        made = session.post(f"{ehr.fhir_url}/CarePlan", json=plan(value="s"), headers=FHIR_JSON, timeout=TIMEOUT)
        assert made.status_code == 201
        unread = session.get(f"{ehr.fhir_url}/CarePlan/{made.json()['id']}", timeout=TIMEOUT)
        assert unread.status_code == 403


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"resourceType": "Patient"}'])
def test_a_body_that_is_no_plan_gets_an_operation_outcome(session, ehr, body):
    answer = session.post(f"{ehr.fhir_url}/CarePlan", data=body, headers=FHIR_JSON, timeout=TIMEOUT)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_refusal_of_the_server_behind_comes_through_in_its_own_words(session, ehr):
    broken = plan(value="broken") | {"activity": "not a list"}
    answer = session.post(f"{ehr.fhir_url}/CarePlan", json=broken, headers=FHIR_JSON, timeout=TIMEOUT)
    assert answer.status_code == 400
    assert "activity" in answer.json()["issue"][0]["diagnostics"]
