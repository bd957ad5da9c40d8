"""Orders whose drug cannot be told, or that are for somebody else: never silence, which would say that all is well."""

from __future__ import annotations

import time

import pytest

from plugin.hooks.conformance import response_faults
from tests.chart.fhir_stub import fhir, outcome, running, slow
from tests.hooks.ehr import Ehr, about_orders, cds, order, with_access

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
REFERRING = {"medicationReference": {"reference": "Medication/1"}}


def drug(**more: object) -> dict:
    return {"resourceType": "Medication", "id": "1"} | more


def coded(*codings: dict) -> dict:
    return {"medicationCodeableConcept": {"coding": list(codings)}}


def only_card(ehr: Ehr, call: dict) -> dict:
    answer = ehr.call(call)
    assert answer.status_code == 200, answer.text
    assert response_faults(answer.get_json()) == []
    [card] = answer.get_json()["cards"]
    return card


def topic(card: dict) -> str:
    return card["source"]["topic"]["code"]


@cds(83)
@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (REFERRING, "refers to Medication/1, which did not come along, and the call names no fhirServer"),
        ({"medicationReference": {"reference": "urn:uuid:7", "display": " "}}, "urn:uuid:7, which did not come along"),
        ({"medicationReference": {"reference": "#d"}}, "which is not contained in it"),
        ({"medicationReference": {"reference": "#d"}, "contained": [drug(id="d")]}, "names no drug"),
        ({"medicationReference": {"identifier": {"value": "7"}}}, "neither a reference that can be followed"),
        ({}, "neither medicationCodeableConcept nor medicationReference"),
        ({"medicationCodeableConcept": {}}, "neither medicationCodeableConcept nor"),
        ({"medicationCodeableConcept": {"text": " "}}, "neither words nor a code"),
        ({"medicationCodeableConcept": {"text": "--"}}, "neither words nor a code"),
        (coded({"system": ABSENT, "code": "unknown", "display": "Unknown"}), "neither words nor a code"),
        (coded({"system": "http://site.example.org", "code": "P1"}), "only the code P1 of the system"),
        (coded({"code": "P1"}), "only the code P1 of no system"),
        (coded({"system": RXNORM, "code": "161"}), f"only the code 161 of the system {RXNORM}"),
        (coded({"system": "http://snomed.info/sct", "code": "387517004"}), "only the code 387517004 of the system"),
        ({"medication": {"concept": {"text": "palbociclib"}}}, "it names no drug"),
    ],
)
def test_an_order_whose_drug_cannot_be_told_is_said_with_the_reason(ehr, hook, change, why):
    card = only_card(ehr, about_orders(order(**change), hook=hook))
    assert (topic(card), card["indicator"]) == ("order-unread", "warning")
    assert card["summary"].startswith("An order could not be looked at: its drug could not be read")
    assert why in card["detail"]
    assert "(MedicationRequest/o1)" in card["detail"]


def test_all_of_them_stand_on_one_card_before_the_warnings(ehr):
    """Ten cards are the most; the one that says what was not looked at is never the one left out."""
    dose = {"dosageInstruction": [{"text": "one *tablet* a day"}]}
    call = about_orders(*(order("trastuzumab", n) for n in range(1, 12)), order(number=12, **dose), order(number=13))
    del call["context"]["draftOrders"]["entry"][12]["resource"]["id"]
    cards = ehr.cards(call)
    assert [topic(card) for card in cards] == ["order-unread"] + ["order-closed"] * 9
    assert cards[0]["summary"] == "2 orders could not be looked at: their drugs could not be read"
    assert "- Order 12 of 13 (MedicationRequest/o12), “one \\*tablet\\* a day”: it names no drug" in cards[0]["detail"]
    assert "- Order 13 of 13: it names no drug" in cards[0]["detail"]


@pytest.mark.parametrize(
    "change",
    [
        coded({"system": RXNORM, "code": "161", "display": "acetaminophen"}),
        {"medicationCodeableConcept": {"text": "Tablet of our own"}},
        {"medicationReference": {"reference": "Medication/1", "display": "Paracetamol"}},
        REFERRING | {"doNotPerform": True},
        REFERRING | {"status": "entered-in-error"},
    ],
)
def test_what_was_read_and_is_not_known_stays_without_a_card(ehr, change):
    assert ehr.cards(about_orders(order(**change))) == []


def test_nothing_is_said_of_unread_drugs_where_the_template_is_not_for_the_patient(ehr):
    assert ehr.cards(about_orders(order(**REFERRING), name="deceased")) == []
    no_disease = about_orders(order(**REFERRING), condition=None, observation=None, procedure=None)
    assert ehr.cards(no_disease) == []


@cds(34, 60)
def test_the_drug_is_read_from_the_server_of_the_call(ehr):
    ehr.server.on["Medication"] = lambda _: fhir(drug(code={"text": "palbociclib 125 mg"}))
    call = with_access(about_orders(order(**REFERRING), order(number=2, **REFERRING), name="her2-positive"), ehr)
    assert [topic(card) for card in ehr.cards(call)] == ["order-closed", "order-closed"]
    [asked] = ehr.asked()
    assert (asked.path, asked.headers["Authorization"]) == ("/fhir/Medication/1", "Bearer secret-1")


def test_a_drug_that_came_along_or_has_a_name_is_not_asked_for(ehr):
    named = order(medicationReference={"reference": "Medication/1", "display": "palbociclib"})
    beside = (order(**REFERRING), drug(code={"text": "palbociclib"}))
    for orders in ((named,), beside, (order(**REFERRING | {"doNotPerform": True}),)):
        ehr.call(with_access(about_orders(*orders, name="her2-positive"), ehr))
    assert not ehr.asked()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda _: outcome(404, "gone"), "it could not be read from fhirServer"),
        (lambda _: outcome(403, "scope"), "it could not be read from fhirServer"),
        (lambda _: fhir(drug(id="2", code={"text": "palbociclib"})), "fhirServer answered with another resource"),
        (lambda _: fhir(drug()), "names no drug: no code, no words, no ingredient"),
        (slow(4, lambda _: fhir(drug(code={"text": "palbociclib"}))), "fhirServer"),
    ],
)
def test_a_server_that_does_not_give_the_drug_leaves_the_order_unread(ehr, answer, why):
    ehr.server.on["Medication"] = answer
    began = time.monotonic()
    card = only_card(ehr, with_access(about_orders(order(**REFERRING), name="her2-positive"), ehr))
    assert time.monotonic() - began < 3.5, "the limit is 2 s"
    assert topic(card) == "order-unread"
    assert why in card["detail"]


def test_the_chart_and_the_drug_share_one_time_limit(ehr):
    late = slow(4, lambda _: fhir(drug(code={"text": "palbociclib"})))
    ehr.serves("her2-positive", Procedure=late, Medication=late)
    began = time.monotonic()
    call = about_orders(order(**REFERRING), name="her2-positive", procedure=...)
    assert "there was no time left" in only_card(ehr, with_access(call, ehr))["detail"]
    assert time.monotonic() - began < 3.5, "the limit is 2 s for both"


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("https://elsewhere.example.org/fhir/Medication/1", "another server"),
        ("Substance/1", "no reference to a Medication"),
        ("../Medication/1", "another server"),
    ],
)
def test_no_reference_leads_to_another_place_with_the_token(ehr, reference, why):
    call = about_orders(order(medicationReference={"reference": reference}))
    assert why in only_card(ehr, with_access(call, ehr))["detail"]
    assert not ehr.asked()


def test_a_server_that_is_not_on_the_list_is_not_asked_for_the_drug(ehr):
    with running(type(ehr.server)()) as stranger:
        call = with_access(about_orders(order(**REFERRING)), ehr) | {"fhirServer": stranger.base}
        assert "not among the fhir\\_servers" in only_card(ehr, call)["detail"]
        assert not stranger.requests


def test_a_drug_without_id_is_found_by_its_full_url_in_the_bundle(ehr):
    medication = {"resourceType": "Medication", "code": {"text": "palbociclib"}}
    call = about_orders(order(medicationReference={"reference": "urn:uuid:7"}), medication, name="her2-positive")
    call["context"]["draftOrders"]["entry"][1]["fullUrl"] = "urn:uuid:7"
    assert topic(only_card(ehr, call)) == "order-closed"


def test_a_mixture_is_known_by_its_ingredients(ehr):
    mixture = drug(ingredient=[{"itemCodeableConcept": {"text": "palbociclib"}}])
    assert topic(only_card(ehr, about_orders(order(**REFERRING), mixture, name="her2-positive"))) == "order-closed"


def broken(change: str) -> dict:
    call = about_orders(order("trastuzumab"), hook="order-select")
    entry = call["context"]["draftOrders"]["entry"][0]
    if change in ("somebody else", "a group"):
        entry["resource"]["subject"] = {"reference": "Patient/other" if change == "somebody else" else "Group/1"}
    elif change == "not there":
        call["context"]["selections"] = ["MedicationRequest/o1", "MedicationRequest/o9"]
    elif change == "no resource":
        call["context"]["draftOrders"]["entry"].append({"fullUrl": "urn:uuid:1"})
    elif change == "a service for somebody else":
        service = {"resourceType": "ServiceRequest", "id": "s1", "subject": {"reference": "Patient/other"}}
        call["context"]["draftOrders"]["entry"].append({"resource": service})
    return call


@cds(14, 76)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("somebody else", "MedicationRequest/o1 is for another patient than context.patientId"),
        ("a service for somebody else", "ServiceRequest/s1 is for another patient than context.patientId"),
        ("a group", "MedicationRequest/o1 is for a Group"),
        ("not there", "context.selections names MedicationRequest/o9, which is not in context.draftOrders"),
        ("no resource", "context.draftOrders.entry[1] holds no FHIR resource"),
    ],
)
def test_orders_that_this_chart_cannot_judge_are_refused(ehr, change, told):
    answer = ehr.call(broken(change))
    assert answer.status_code == 400
    assert told in answer.get_json()["error"]


def test_a_patient_or_relative_at_the_screen_sees_no_card_and_no_server_is_asked(ehr):
    call = with_access(about_orders(order(**REFERRING)), ehr)
    call["context"]["userId"] = "Patient/hr-positive"
    assert ehr.cards(call) == []
    assert not ehr.asked()
