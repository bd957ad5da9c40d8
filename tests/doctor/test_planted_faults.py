"""Faults planted one at a time between the doctor and a server that is fit: the doctor names each, and only then."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from plugin.doctor.report import Report
from tests.doctor.conftest import PATIENT
from tests.doctor.faulty import Faulty, Json, Plant, instead, on

SMART = ".well-known/smart-configuration"


def without(member: str, value: str) -> Plant:
    """The SMART configuration without a value in one of its lists."""
    return on(SMART, lambda document: document[member].remove(value))


def named(member: str, value: Any) -> Plant:
    return on(SMART, lambda document: document.update({member: value}))


def declared(kind: str, change: Callable[[Json], None]) -> Plant:
    """The CapabilityStatement with a change to one resource type."""

    def changed(document: Json) -> None:
        (found,) = [each for each in document["rest"][0]["resource"] if each["type"] == kind]
        change(found)

    return on("metadata", changed)


def drop(member: str, key: str, value: str) -> Callable[[Json], None]:
    return lambda found: found.update({member: [each for each in found[member] if each[key] != value]})


def not_served(document: Json) -> None:
    rest = document["rest"][0]
    rest["resource"] = [each for each in rest["resource"] if each["type"] != "Observation"]


def no_transaction(document: Json) -> None:
    document["rest"][0]["interaction"] = [{"code": "batch"}]


def other_token_endpoint(document: Json) -> None:
    document["rest"][0]["security"]["extension"][0]["extension"][1]["valueUri"] = "https://other.example.org/token"


def late(path: str, request: Request, answer: Response) -> None:
    answer.headers["Date"] = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)


def open_to_all(path: str, request: Request, answer: Response) -> Response | None:
    """Patients for whoever asks."""
    body = '{"resourceType": "Bundle", "type": "searchset"}'
    return Response(body, content_type="application/fhir+json") if path == "Patient" else None


SMALLER = ["patient/*.rs", "user/*.rs", "openid", "fhirUser", "launch"]

PUBLIC: dict[str, tuple[Plant, str]] = {
    "PKCE is missing": (named("code_challenge_methods_supported", []), "pkce"),
    "PKCE may be plain": (named("code_challenge_methods_supported", ["S256", "plain"]), "pkce"),
    "FHIR R5": (on("metadata", lambda document: document.update(fhirVersion="5.0.0")), "fhir-version"),
    "token endpoint over http": (named("token_endpoint", "http://ehr.example.org/token"), "token_endpoint"),
    "no authorization endpoint": (named("authorization_endpoint", None), "authorization_endpoint"),
    "no SMART configuration": (instead(SMART, 404, "{}"), "smart-configuration"),
    "SMART configuration as HTML": (instead(SMART, 200, "<html>", "text/html"), "smart-configuration"),
    "metadata is no JSON": (instead("metadata", 200, '{"resourceType": "Capab'), "metadata"),
    "clock ten minutes ahead": (late, "clock"),
    "no scope to write plans": (named("scopes_supported", SMALLER), "scope-patient/CarePlan.crus"),
    "no scope to read conditions": (named("scopes_supported", ["patient/Patient.r"]), "scope-patient/Condition.rs"),
    "no launch from the EHR": (without("capabilities", "launch-ehr"), "capability-launch-ehr"),
    "no patient in the context": (
        named("capabilities", ["launch-ehr", "client-public"]),
        "capability-context-ehr-patient",
    ),
    "no authorization code": (named("grant_types_supported", ["client_credentials"]), "grant-types"),
    "sign-on without keys": (named("jwks_uri", "https://127.0.0.1:1/jwks"), "signing-keys"),
    "two token endpoints": (on("metadata", other_token_endpoint), "two-token-endpoints"),
    "XML only": (on("metadata", lambda document: document.update(format=["xml"])), "formats"),
    "observations are not served": (on("metadata", not_served), "type-Observation"),
    "no search": (declared("Goal", drop("interaction", "code", "search-type")), "search-type-Goal"),
    "no search by patient": (
        declared("Condition", drop("searchParam", "name", "patient")),
        "parameter-Condition-patient",
    ),
    "no search by identifier": (
        declared("CarePlan", drop("searchParam", "name", "identifier")),
        "parameter-CarePlan-identifier",
    ),
    "no include": (
        declared("MedicationRequest", lambda found: found.update(searchInclude=[])),
        "include-MedicationRequest",
    ),
    "no transaction": (on("metadata", no_transaction), "transaction"),
    "no conditional create": (
        declared("CarePlan", lambda found: found.update(conditionalCreate=False)),
        "conditional-create-CarePlan",
    ),
    "charts for everybody": (open_to_all, "open"),
    "plans cannot be created": (declared("CarePlan", drop("interaction", "code", "create")), "write-CarePlan"),
}


def refused(status: int, code: str) -> str:
    return json.dumps({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]})


def of_somebody_else(bundle: Json) -> None:
    bundle["entry"][0]["resource"]["subject"] = {"reference": "Patient/somebody-else"}


def link(relation: str, url: str) -> Callable[[Json], None]:
    return lambda bundle: bundle["link"].append({"relation": relation, "url": url})


def in_a_circle(path: str, request: Request, answer: Response) -> None:
    if path == "Observation":
        body = json.loads(answer.get_data())
        body["link"] = [{"relation": "self", "url": request.url}, {"relation": "next", "url": request.url}]
        answer.set_data(json.dumps(body))


def ends_early(path: str, request: Request, answer: Response) -> None:
    """A page as small as asked for, and no link to the next."""
    if path == "Observation":
        body = json.loads(answer.get_data())
        body["link"] = [each for each in body["link"] if each["relation"] == "self"]
        answer.set_data(json.dumps(body))


def slow(path: str, request: Request, answer: Response) -> None:
    if path == "Procedure" and request.args["patient"] == PATIENT:
        time.sleep(0.5)


ONE_AT_A_TIME = threading.Lock()


def one_after_the_other(path: str, request: Request, answer: Response) -> None:
    if request.args.get("patient") == PATIENT and "_count" in request.args:
        with ONE_AT_A_TIME:
            time.sleep(0.09)


def for_anybody(path: str, request: Request, answer: Response) -> Response | None:
    """Conditions for whatever patient is asked for."""
    if path != "Condition":
        return None
    one = {"resourceType": "Condition", "id": "c", "subject": {"reference": f"Patient/{PATIENT}"}}
    self = {"relation": "self", "url": request.url}
    body = {"resourceType": "Bundle", "type": "searchset", "link": [self], "entry": [{"resource": one}]}
    return Response(json.dumps(body), content_type="application/fhir+json")


def local_code(bundle: Json) -> None:
    for entry in bundle.get("entry", []):
        if '"85337-4"' in json.dumps(entry["resource"]["code"]):
            entry["resource"]["code"] = {
                "coding": [{"system": "https://lab.example.org", "code": "ER-77", "display": "Estrogen receptor"}]
            }


def with_outcome(bundle: Json) -> None:
    outcome = json.loads(refused(200, "timeout"))
    bundle["entry"].append({"resource": outcome, "search": {"mode": "outcome"}})


WITH_TOKEN: dict[str, tuple[Plant, str]] = {
    "the patient is not found": (instead(f"Patient/{PATIENT}", 404, refused(404, "not-found")), "read-patient"),
    "a search is refused": (instead("Condition", 403, refused(403, "forbidden")), "search-Condition"),
    "a search answers a sign-in page": (instead("Goal", 200, "<html>", "text/html"), "search-Goal"),
    "a search answers half a Bundle": (instead("Procedure", 200, '{"resourceType": "Bun'), "search-Procedure"),
    "a search is slow": (slow, "slow-Procedure"),
    "one search at a time": (one_after_the_other, "together"),
    "another patient's results": (on("Observation", of_somebody_else), "ignores-patient-Observation"),
    "conditions for anybody": (for_anybody, "ignores-patient-Condition"),
    "next page elsewhere": (
        on("Observation", link("next", "https://elsewhere.example.org/page2")),
        "next-elsewhere-Observation",
    ),
    "pages in a circle": (in_a_circle, "next-circle-Observation"),
    "no next link": (ends_early, "next-missing-Observation"),
    "Bundle without links": (on("Condition", lambda bundle: bundle.pop("link")), "self-link"),
    "an error beside the results": (on("Observation", with_outcome), "outcome-Observation"),
    "a local code": (on("Observation", local_code), "unread-ER-77"),
}


def ids(report: Report) -> set[str]:
    return {check.id for level in ("fault", "limit") for check in report.checks(level)}  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_fault_in_what_is_public_is_named(faulty: Faulty, examined, name: str) -> None:
    faulty.plant, expected = PUBLIC[name]
    report = examined(faulty.base, public=True)
    assert expected in ids(report)
    assert report.verdict != "fit"


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_a_fault_in_what_a_token_opens_is_named(faulty: Faulty, examined, name: str) -> None:
    faulty.plant, expected = WITH_TOKEN[name]
    report = examined(faulty.base, slow_after=0.45)
    assert expected in ids(report)
    assert report.verdict != "fit"


def test_without_a_fault_the_sandbox_is_fit(faulty: Faulty, examined) -> None:
    report = examined(faulty.base, slow_after=5.0, writing=True)
    assert (report.verdict, ids(report)) == ("fit", set())
    assert not report.checks("open")
    assert {section.key for section in report.sections} >= {"connection", "discovery", "scopes", "capabilities"}


def test_every_fault_says_why_it_matters_what_to_do_and_who(faulty: Faulty, examined) -> None:
    faulty.plant = instead("metadata", 200, "[]")
    found = examined(faulty.base, public=True)
    for check in (*found.checks("fault"), *found.checks("limit")):
        assert check.why
        assert check.remedy
        assert check.who
