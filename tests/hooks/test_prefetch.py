"""Where the data of a call comes from: what was prefetched, the EHR's server, or an honest word that it is missing."""

from __future__ import annotations

import io
import time
import tracemalloc

import pytest

from plugin.hooks.prefetch import BY_KEY
from plugin.hooks.routes import LARGEST_CALL
from tests.chart.fhir_stub import bundle, fhir, running, slow
from tests.chart.fhir_stub import outcome as failed
from tests.hooks.ehr import DRAFT, Ehr, cds, outcome, patient_view, resources_of, searchset, with_access

REQUIRED = ("patient", "observation", "condition")


def only_card(ehr: Ehr, call: dict) -> dict:
    [card] = ehr.cards(call)
    return card


def error(ehr: Ehr, call: dict, status: int) -> str:
    response = ehr.call(call)
    assert response.status_code == status, response.text
    return str(response.get_json()["error"])


def of_type(kind: str) -> list[dict]:
    return [one for one in resources_of("hr-positive") if one["resourceType"] == kind]


@cds(16, 28, 74)
def test_what_was_prefetched_is_enough(ehr):
    card = only_card(ehr, patient_view())
    assert card["source"]["topic"]["code"] == "plan-drafted"
    assert "Not read" not in card["detail"]
    assert not ehr.asked()


@cds(34, 60, 61)
def test_what_was_not_prefetched_is_read_with_the_token_of_the_call(ehr):
    ehr.serves("hr-positive")
    whole = only_card(ehr, patient_view())
    card = only_card(ehr, with_access(patient_view() | {"prefetch": {}}, ehr))
    assert (card["summary"], card["detail"]) == (whole["summary"], whole["detail"])
    kinds = {search.resource_type for search in BY_KEY.values()}
    assert {request.path.split("/")[2] for request in ehr.asked()} == kinds
    assert {request.headers["Authorization"] for request in ehr.asked()} == {"Bearer secret-1"}


def test_only_what_is_missing_is_read(ehr):
    ehr.serves("hr-positive")
    only_card(ehr, with_access(patient_view(condition=..., goal=...), ehr))
    assert {request.path.split("/")[2] for request in ehr.asked()} == {"Patient", "Condition", "Goal"}


def test_a_server_that_asks_for_no_token_is_sent_none(ehr):
    ehr.serves("hr-positive")
    only_card(ehr, patient_view(condition=...) | {"fhirServer": ehr.server.base})
    assert not any("Authorization" in request.headers for request in ehr.asked())


@cds(54)
@pytest.mark.parametrize("key", REQUIRED)
def test_412_where_what_no_card_can_do_without_came_no_way(ehr, key):
    assert f"prefetch is missing {key}" in error(ehr, patient_view(**{key: ...}), 412)


@cds(54)
def test_412_where_the_server_cannot_be_read_either(ehr):
    ehr.serves("hr-positive", Observation=lambda _: failed(403, "scope"))
    assert "prefetch is missing observation" in error(ehr, with_access(patient_view(observation=...), ehr), 412)
    assert "patient" in error(ehr, patient_view(patient=None), 412)


def test_a_server_that_is_not_on_the_list_never_sees_the_token(ehr):
    with running(type(ehr.server)()) as stranger:
        call = with_access(patient_view(observation=...), ehr) | {"fhirServer": stranger.base}
        assert "not among the fhir_servers" in error(ehr, call, 412)
        assert not stranger.requests


def test_a_page_on_another_server_is_not_followed_with_the_token(ehr):
    with running(type(ehr.server)()) as stranger:
        page = bundle(*of_type("Goal"), next_url=f"{stranger.base}/Goal?page=2")
        ehr.serves("hr-positive", Goal=lambda _: page)
        card = only_card(ehr, with_access(patient_view(goal=...), ehr))
        assert "another server" in card["detail"]
        assert not stranger.requests


@pytest.mark.parametrize("key", [key for key in BY_KEY if key not in REQUIRED])
def test_anything_else_that_is_missing_is_said_and_the_rest_is_drafted(ehr, key):
    card = only_card(ehr, patient_view(**{key: ...}))
    assert card["source"]["topic"]["code"] == "chart-incomplete"
    assert card["indicator"] == "warning"
    assert card["summary"].startswith("Chart incomplete")
    assert card["detail"].startswith("**Not read")
    assert f"{BY_KEY[key].label} could not be read completely" in card["detail"]


@cds(52)
@pytest.mark.parametrize("key", ["observation", "procedure"])
def test_an_outcome_in_place_of_data_is_a_gap(ehr, key):
    card = only_card(ehr, patient_view(**{key: outcome()}))
    assert f"{BY_KEY[key].label} could not be read completely" in card["detail"]
    assert card["source"]["topic"]["code"] == "chart-incomplete"


@cds(52)
def test_an_outcome_inside_a_bundle_is_a_gap_if_it_is_an_error(ehr):
    found = of_type("Observation")
    card = only_card(ehr, patient_view(observation=searchset(*found, outcome("error"))))
    assert "failed in part" in card["detail"]
    assert only_card(ehr, patient_view(observation=searchset(*found, outcome("warning"))))["indicator"] == "info"


def test_null_says_that_there_is_none(ehr):
    assert only_card(ehr, patient_view(goal=None, carePlan=None))["source"]["topic"]["code"] == "plan-drafted"


def test_a_first_page_is_read_on_from_the_server_or_said_to_be_one(ehr):
    found = of_type("Observation")
    first = searchset(*found[:3], link=[{"relation": "next", "url": f"{ehr.server.base}/Observation?page=2"}])
    card = only_card(ehr, patient_view(observation=first))
    assert "only the first page" in card["detail"]
    ehr.serves("hr-positive")
    assert (
        only_card(ehr, with_access(patient_view(observation=first), ehr))["source"]["topic"]["code"] == "plan-drafted"
    )
    assert len(ehr.server.asked("Observation")) == 1
    card = only_card(ehr, patient_view(observation=searchset(*found[:3], total=len(found))))
    assert f"3 of {len(found)} were prefetched" in card["detail"]


def test_a_prescription_that_only_refers_to_its_drug_needs_the_drug(ehr):
    referring = {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/hr-positive"},
        "medicationReference": {"reference": "Medication/d1"},
    }
    drug = {"resourceType": "Medication", "id": "d1", "code": {"text": "Paracetamol"}}
    alone, both = searchset(referring), searchset(referring, drug)
    assert "refer to resources" in only_card(ehr, patient_view(medicationRequest=alone))["detail"]
    assert "refer to" not in only_card(ehr, patient_view(medicationRequest=both))["detail"]
    ehr.serves("hr-positive", MedicationRequest=lambda _: bundle(referring, drug))
    assert "refer to" not in only_card(ehr, with_access(patient_view(medicationRequest=alone), ehr))["detail"]


def test_a_server_that_is_silent_costs_no_more_than_the_time_limit(ehr):
    ehr.serves("hr-positive", Procedure=slow(4, lambda _: bundle()))
    began = time.monotonic()
    card = only_card(ehr, with_access(patient_view(procedure=...), ehr))
    assert time.monotonic() - began < 3.5, "the limit is 2 s"
    assert "Procedures could not be read completely" in card["detail"]


def test_a_server_that_answers_a_page_for_browsers_is_a_gap(ehr):
    html = fhir("")
    html.set_data("<html>")
    ehr.serves("hr-positive", Procedure=lambda _: html)
    assert "Procedures could not be read" in only_card(ehr, with_access(patient_view(procedure=...), ehr))["detail"]


def test_results_of_another_patient_are_left_out(ehr):
    others = [one | {"subject": {"reference": "Patient/somebody-else"}} for one in of_type("Observation")]
    card = only_card(ehr, patient_view(observation=searchset(*others)))
    none = only_card(ehr, patient_view(observation=searchset()))["summary"]
    assert card["summary"].startswith("Chart incomplete, care plan drafted: ")
    drafted, whole = (
        text.lower().partition("care plan drafted: ")[2].partition(";")[0] for text in (card["summary"], none)
    )
    assert drafted == whole
    assert f"{len(others)} of {len(others)} that were prefetched are of another patient" in card["detail"]


def test_a_result_of_another_patient_is_named_by_what_it_is_and_by_no_id(ehr):
    mine = of_type("Observation")
    theirs = mine[0] | {
        "id": "secret-7",
        "code": {"text": "Bone scan"},
        "subject": {"reference": "Patient/somebody-else"},
    }
    card = only_card(ehr, patient_view(observation=searchset(*mine, theirs)))
    assert card["summary"].startswith("Chart incomplete")
    assert "An Observation of “Bone scan” names another patient than this chart and does not count" in card["detail"]
    assert "secret-7" not in str(card)
    assert "somebody-else" not in str(card)


@pytest.mark.parametrize(
    ("prefetch", "told"),
    [
        ({"observation": "Observation"}, "prefetch.observation must be a Bundle"),
        ({"observation": []}, "prefetch.observation must be a Bundle"),
        ({"observation": {"resourceType": "Observation"}}, "prefetch.observation must be a Bundle"),
        ({"patient": {"resourceType": "Bundle"}}, "prefetch.patient must be a Patient"),
        ({"patient": {"resourceType": "Patient", "id": "somebody-else"}}, "another patient"),
    ],
)
def test_a_prefetch_that_is_no_fhir_is_a_fault_of_the_call(ehr, prefetch, told):
    assert told in error(ehr, patient_view(**prefetch), 400)


def test_entries_that_are_no_resources_are_said(ehr):
    junk = searchset(*of_type("Observation"))
    junk["entry"] += [{"resource": 3}]
    assert "no FHIR resources" in only_card(ehr, patient_view(observation=junk))["detail"]


class Endless(io.RawIOBase):
    """The body of a call, as a server hands it over: any number of bytes, counted as they are taken."""

    taken = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        self.taken += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


def sent(ehr, body, **environ):
    """The answer to a body of unknown or announced length, and how much memory it took."""
    headers = {"Authorization": f"Bearer {ehr.token(DRAFT)}", "Content-Type": "application/json"}
    tracemalloc.start()
    answer = ehr.app.test_client().post(
        f"/cds-services/{DRAFT}", headers=headers, environ_overrides={"wsgi.input": body} | environ
    )
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return answer, most


def test_twenty_megabytes_that_are_announced_are_not_read_at_all(ehr):
    body = Endless()
    answer, most = sent(ehr, body, CONTENT_LENGTH="20000000")
    assert (answer.status_code, body.taken) == (413, 0)
    assert most < 2_000_000


def test_a_body_in_chunks_is_cut_off_at_the_limit(ehr):
    body = Endless()
    answer, most = sent(ehr, body, **{"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"})
    assert answer.status_code == 413
    assert "fhirServer" in answer.get_json()["error"]
    assert LARGEST_CALL <= body.taken < LARGEST_CALL + 200_000
    assert most < 3 * LARGEST_CALL


def test_a_call_that_is_too_large_is_turned_away_before_it_is_read(ehr):
    body = b'{"hook": "patient-view", "padding": "' + b"x" * 10_000_001 + b'"}'
    response = ehr.post(DRAFT, body)
    assert response.status_code == 413
    assert "fhirServer" in response.get_json()["error"]
    assert ehr.post(DRAFT, body, token=None).status_code == 401, "nobody unknown makes us read ten million bytes"
