"""Calls that cannot be answered: each gets JSON that says what came and what to do."""

from __future__ import annotations

import socket
import threading

import pytest
import requests
from werkzeug.serving import make_server

from tests.hooks.ehr import DRAFT, ORDERS, Ehr, cds, patient_view, with_access


def changed(**changes: object) -> dict:
    return {name: value for name, value in (patient_view() | changes).items() if value is not ...}


@cds(14, 76)
@pytest.mark.parametrize(
    ("call", "told"),
    [
        (changed(hook=...), "hook"),
        (changed(hook="order-sign"), "patient-view"),
        (changed(hookInstance=...), "hookInstance"),
        (changed(hookInstance="1"), "UUID"),
        (changed(context=...), "context"),
        (changed(context=[]), "context"),
        (changed(context={"userId": "Practitioner/7"}), "patientId"),
        (changed(context={"patientId": "hr-positive"}), "userId"),
        (changed(context={"userId": "Practitioner/7", "patientId": "Patient/hr-positive"}), "give the bare id"),
        (changed(prefetch=None), "prefetch"),
        (changed(fhirAuthorization={"access_token": "x"}), "fhirServer"),
        (changed(fhirServer=7), "fhirServer"),
        (changed(fhirServer="https://e.example.org", fhirAuthorization="x"), "fhirAuthorization"),
        (changed(fhirServer="https://e.example.org", fhirAuthorization={"token_type": "Bearer"}), "access_token"),
        ([], "no object"),
        (3, "no object"),
    ],
)
def test_a_call_that_breaks_the_specification_is_told_where(ehr, call, told):
    response = ehr.post(DRAFT, call)
    assert (response.status_code, response.mimetype) == (400, "application/json")
    assert told in response.get_json()["error"]
    assert response.get_json()["error_id"]


@pytest.mark.parametrize("changes", [{"token_type": "MAC"}, {"patient": "somebody-else"}])
def test_leave_to_read_must_be_for_this_patient_and_by_bearer(ehr, changes):
    response = ehr.call(with_access(patient_view(), ehr, **changes))
    assert response.status_code == 400
    assert "fhirAuthorization" in response.get_json()["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"<html>"])
def test_what_is_no_json_is_told_so(ehr, body):
    response = ehr.post(DRAFT, body)
    assert response.status_code == 400
    assert "not JSON" in response.get_json()["error"]


@cds(1)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/fhir+xml"])
def test_json_only(ehr, kind):
    assert ehr.post(DRAFT, patient_view(), kind=kind).status_code == 415


@cds(14)
def test_a_service_that_is_not_there_and_a_method_that_is_not_taken(ehr):
    browser = ehr.app.test_client()
    unknown = browser.post("/cds-services/another", json={})
    assert unknown.status_code == 404
    assert DRAFT in unknown.get_json()["error"]
    for path in (f"/cds-services/{DRAFT}", f"/cds-services/{ORDERS}/feedback"):
        assert browser.get(path).status_code == 405
        assert browser.put(path).get_json()["error"]
    assert browser.post("/cds-services").get_json()["error"]


def test_a_fault_of_ours_says_so_without_a_word_of_the_chart(ehr, monkeypatch, capsys):
    def broken(*_: object) -> None:
        raise RuntimeError("Anna Example, born 1960")

    monkeypatch.setattr("plugin.hooks.services.read_findings", broken)
    response = ehr.call(patient_view())
    logged = capsys.readouterr().err
    assert response.status_code == 500
    assert response.get_json()["error_id"] in logged
    assert "Anna" not in logged + response.text


@cds(4, 5, 16)
def test_over_a_real_connection(ehr: Ehr):
    server = make_server("127.0.0.1", 0, ehr.app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        base = f"http://127.0.0.1:{server.server_port}/cds-services"
        found = requests.get(base, timeout=10).json()["services"]
        bearer = {"Authorization": f"Bearer {ehr.token(found[0]['id'])}"}
        answer = requests.post(f"{base}/{found[0]['id']}", json=patient_view(), headers=bearer, timeout=10)
        assert len(answer.json()["cards"]) == 1
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
    finally:
        server.shutdown()
        server.server_close()


def test_a_caller_who_promises_more_than_is_sent_is_cut_off_by_the_server(ehr: Ehr):
    """A body that is announced as too large is refused before any of it is awaited."""
    server = make_server("127.0.0.1", 0, ehr.app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with socket.create_connection(("127.0.0.1", server.server_port), 5) as line:
            head = f"POST /cds-services/{DRAFT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            head += f"Authorization: Bearer {ehr.token(DRAFT)}\r\nContent-Length: 20000000\r\n\r\n"
            line.sendall(head.encode())
            assert b" 413 " in line.recv(200)
    finally:
        server.shutdown()
        server.server_close()
