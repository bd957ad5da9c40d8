"""Backend Services: a session without a person, that fetches its token and renews it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits
from plugin.errors import LaunchError, RemoteError, UsageError
from plugin.launch.backend import backend_session, granted_scopes
from plugin.launch.keys import ClientKeys, read_key
from plugin.settings import Issuer
from tests.launch.fake_ehr import FakeEhr, as_json
from tests.launch.launch_app import TestClock, smart

Make = Callable[..., requests.Session]


@pytest.fixture
def keys(key_files: dict[str, Path]) -> ClientKeys:
    return ClientKeys((read_key(key_files["ES384"]),))


@pytest.fixture
def session(ehr: FakeEhr, keys: ClientKeys, clock: TestClock) -> Make:
    def make(**registration: str | tuple[str, ...]) -> requests.Session:
        issuer = Issuer(ehr.fhir, "careplan-plugin", client_secret="of launches", label="EHR 1", **registration)  # type: ignore[arg-type]
        return backend_session(issuer, keys, Limits(retries=0), clock)

    return make


@smart(143, 223, 226, 227, 229, 233, 234, 235, 236, 237, 238, 239, 264, 343)
def test_a_request_brings_a_token_that_was_asked_for_with_a_signature(
    session: Make, ehr: FakeEhr, keys: ClientKeys
) -> None:
    http = session()
    assert ehr.requests == []
    assert FhirClient(http, ehr.fhir).read("Patient", "p7")["id"] == "p7"
    configuration, asked, read = ehr.requests
    assert configuration.path == "/fhir/.well-known/smart-configuration"
    assert configuration.headers["Accept"] == "application/json"
    assert (asked.method, asked.path) == ("POST", "/auth/token")
    assert asked.mimetype == "application/x-www-form-urlencoded"
    assert asked.form["grant_type"] == "client_credentials"
    assert asked.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert all(scope.startswith("system/") for scope in asked.form["scope"].split())
    assert {"system/Patient.rs", "system/Observation.rs"} <= set(asked.form["scope"].split())
    token = jwt.decode(asked.form["client_assertion"], KeySet.import_key_set(keys.public()), algorithms=["ES384"])
    assert token.claims["sub"] == "careplan-plugin"
    assert "Authorization" not in asked.headers
    assert read.headers["Authorization"] == "Bearer access-1"


@smart(263)
def test_the_token_is_kept_until_it_ends_and_then_asked_for_anew(session: Make, ehr: FakeEhr, clock: TestClock) -> None:
    client = FhirClient(session(), ehr.fhir)
    for _ in range(3):
        client.read("Patient", "p7")
    assert len(ehr.seen("/auth/token")) == 1
    clock.advance(minutes=59, seconds=40)
    client.read("Patient", "p7")
    assert len(ehr.seen("/auth/token")) == 2
    assert len(ehr.seen("/fhir/.well-known/smart-configuration")) == 1
    ehr.valid.clear()
    client.read("Patient", "p7")
    assert ehr.requests[-1].headers["Authorization"] == "Bearer access-3"


def test_threads_share_one_token(session: Make, ehr: FakeEhr) -> None:
    client, failures = FhirClient(session(), ehr.fhir), list[Exception]()

    def read() -> None:
        try:
            client.read("Patient", "p7")
        except Exception as fault:
            failures.append(fault)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(ehr.seen("/auth/token")) == 1


@smart(317)
def test_the_registration_as_a_backend_service_is_used_where_there_is_one(
    session: Make, ehr: FakeEhr, keys: ClientKeys
) -> None:
    http = session(backend_client_id="careplan-backend", backend_scopes=("system/Patient.r",))
    ehr.token = {"scope": "system/Patient.r system/Observation.rs"}
    assert granted_scopes(http) == ("system/Patient.r", "system/Observation.rs")
    (asked,) = ehr.seen("/auth/token")
    assert asked.form["scope"] == "system/Patient.r"
    token = jwt.decode(asked.form["client_assertion"], keys.keys[0], algorithms=["ES384"])
    assert token.claims["iss"] == "careplan-backend"


@smart(267, 268)
def test_a_reference_to_another_server_is_not_followed(session: Make, ehr: FakeEhr, other_ehr: FakeEhr) -> None:
    with pytest.raises(RemoteError, match="points at another server and is not followed"):
        FhirClient(session(), ehr.fhir).read_reference(f"{other_ehr.fhir}/Patient/p7")
    assert other_ehr.requests == []


@smart(97, 267)
def test_the_token_stays_with_the_server_it_is_for(session: Make, ehr: FakeEhr, other_ehr: FakeEhr) -> None:
    http = session()
    http.get(f"{ehr.fhir}/Patient/p7")
    http.get(f"{other_ehr.fhir}/Patient/p7")
    http.get(f"{ehr.base}/elsewhere")
    assert "Authorization" not in other_ehr.requests[-1].headers
    assert "Authorization" not in ehr.requests[-1].headers


def test_a_server_of_smart_1_is_asked_in_its_words(session: Make, ehr: FakeEhr) -> None:
    ehr.configuration = {"capabilities": ["permission-v1"]}
    assert "system/Observation.read" in granted_scopes(session())


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (
            as_json({"error": "invalid_client", "error_description": "unknown key"}, 400),
            LaunchError,
            "EHR 1 did not allow access; it says: invalid_client: unknown key",
        ),
        (as_json({"patient": "p7"}), RemoteError, "answered without an access token"),
        (as_json({}, 503), RemoteError, "authorization server of EHR 1 failed"),
    ],
)
def test_a_server_that_gives_no_token_is_named(
    session: Make, ehr: FakeEhr, answer: object, kind: type[Exception], words: str
) -> None:
    ehr.replace["/auth/token"] = lambda _: answer  # type: ignore[return-value]
    with pytest.raises(kind, match=words):
        session().get(f"{ehr.fhir}/Patient/p7")


@smart(230, 232, 318)
def test_no_assertion_goes_to_an_address_without_tls(session: Make, ehr: FakeEhr) -> None:
    ehr.configuration = {"token_endpoint": "http://ehr.example.org/token"}
    with pytest.raises(RemoteError, match="token_endpoint is not https"):
        session().get(f"{ehr.fhir}/Patient/p7")


def test_without_a_key_nothing_is_begun(ehr: FakeEhr, clock: TestClock) -> None:
    with pytest.raises(UsageError, match="no key to sign with: make one"):
        backend_session(Issuer(ehr.fhir, "careplan-plugin"), ClientKeys(), Limits(), clock)


def test_a_session_of_another_kind_knows_of_no_grant() -> None:
    with pytest.raises(UsageError, match="not made by backend_session"):
        granted_scopes(requests.Session())
