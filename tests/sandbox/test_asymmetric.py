"""Apps that sign, backend services and revocation at the sandbox, and what it refuses."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug import Request, Response
from werkzeug.serving import make_server

from plugin.sandbox.demo import CLIENT_ID, SandboxEHR, sandbox_ehr
from tests.sandbox.app import TIMEOUT, App

KEY = ECKey.generate_key("P-384", {"alg": "ES384", "kid": "one"})
ANOTHER = ECKey.generate_key("P-384", {"alg": "ES384", "kid": "one"})
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def signing(ehr: SandboxEHR) -> Iterator[SandboxEHR]:
    """A sandbox that knows its app by a key set, in front of the same FHIR server."""

    @Request.application
    def keys(_: Request) -> Response:
        return Response(orjson.dumps(KeySet([KEY]).as_dict(private=False)), content_type="application/json")

    server = make_server("127.0.0.1", 0, keys)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/jwks.json"
        with sandbox_ehr(fhir_server_url=ehr.backend_url, jwks_uri=address) as running:
            yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def app(signing: SandboxEHR) -> App:
    return App(signing)


def assertion(app: App, key: ECKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> dict[str, str]:
    claims = {
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "aud": app.configuration["token_endpoint"],
        "exp": int(time.time()) + 200,
        "jti": f"{time.monotonic_ns()}",
    } | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    header = {"alg": "ES384", "kid": "one", "typ": "JWT"} | (header or {})
    signed = jwt.encode({k: v for k, v in header.items() if v}, kept, key, algorithms=["ES384"])
    return {"client_assertion_type": ASSERTION, "client_assertion": signed}


def as_backend(app: App, scope: str = "system/Patient.rs system/Observation.rs", **form: str) -> requests.Response:
    sent = {"grant_type": "client_credentials", "scope": scope} | (form or assertion(app))
    return requests.post(app.configuration["token_endpoint"], data=sent, timeout=TIMEOUT)


def test_it_says_what_it_takes(app: App) -> None:
    said = app.configuration
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    assert said["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert {"client-confidential-asymmetric", "authorize-post"} <= set(said["capabilities"])
    assert "client_credentials" in said["grant_types_supported"]


def test_a_code_is_traded_for_a_signature_and_for_nothing_less(app: App) -> None:
    assert app.exchange(app.code(nonce="one"), client_id=None).status_code in (400, 401)
    assert app.exchange(app.code(nonce="two")).status_code in (400, 401)
    tokens = app.exchange(app.code(), client_id=None, **assertion(app))
    assert tokens.status_code == 200, tokens.text
    assert tokens.json()["patient"] == "hr-positive"


def test_what_is_on_the_screen_comes_with_the_token(app: App) -> None:
    tokens = app.exchange(app.code(), client_id=None, **assertion(app)).json()
    (item,) = tokens["fhirContext"]
    assert item["reference"].startswith("DiagnosticReport/")


def test_a_backend_service_reads_every_patient_within_its_scopes(app: App, signing: SandboxEHR) -> None:
    answer = as_backend(app).json()
    assert answer["scope"] == "system/Patient.rs system/Observation.rs"
    assert "refresh_token" not in answer
    assert "patient" not in answer
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {answer['access_token']}"
    found = session.get(f"{signing.fhir_url}/Observation", params={"_count": 200}, timeout=TIMEOUT).json()
    assert len({entry["resource"]["subject"]["reference"] for entry in found["entry"]}) > 1
    assert session.get(f"{signing.fhir_url}/Patient/hr-positive", timeout=TIMEOUT).status_code == 200
    denied = session.get(f"{signing.fhir_url}/Condition", timeout=TIMEOUT)
    assert denied.status_code == 403
    assert "system/Condition.s" in denied.text
    written = session.post(f"{signing.fhir_url}/Observation", json={"resourceType": "Observation"}, timeout=TIMEOUT)
    assert written.status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"aud": "https://elsewhere.example.org/token"}, "aud"),
        ({"iss": "another"}, "MUST match"),
        ({"sub": "another"}, "does not exist"),
        ({"exp": 1}, "expired"),
        ({"exp": 4_000_000_000}, "five minutes"),
        ({"exp": None}, "exp"),
        ({"jti": None}, "JWT ID"),
        ({"key": ANOTHER}, "BadSignature"),
        ({"header": {"typ": "at+jwt"}}, "typ"),
        ({"header": {"kid": None}}, "kid"),
    ],
)
def test_an_assertion_that_is_not_as_the_specification_asks_is_refused(
    app: App, changes: dict[str, Any], words: str
) -> None:
    answer = as_backend(app, **assertion(app, **changes))
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == "invalid_client"
    assert words in answer.json()["error_description"]


def test_an_assertion_counts_once(app: App) -> None:
    form = assertion(app)
    assert as_backend(app, **form).status_code == 200
    again = as_backend(app, **form)
    assert again.json() == {"error": "invalid_client", "error_description": "JWT ID is used before."}


def test_people_s_scopes_are_not_for_backend_services(app: App) -> None:
    assert as_backend(app, "patient/*.rs openid").json()["error"] == "invalid_scope"


def test_a_token_that_was_given_back_opens_nothing(app: App, signing: SandboxEHR) -> None:
    tokens = app.exchange(app.code(), client_id=None, **assertion(app)).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    address = f"{signing.fhir_url}/Patient/hr-positive"
    assert requests.get(address, headers=bearer, timeout=TIMEOUT).status_code == 200
    form = {"token": tokens["refresh_token"], "token_type_hint": "refresh_token"} | assertion(app)
    assert requests.post(app.configuration["revocation_endpoint"], data=form, timeout=TIMEOUT).status_code == 200
    assert requests.get(address, headers=bearer, timeout=TIMEOUT).status_code == 401
    unknown = {"token": "never issued"} | assertion(app)
    assert requests.post(app.configuration["revocation_endpoint"], data=unknown, timeout=TIMEOUT).status_code == 200
    nobody = {"token": tokens["refresh_token"]}
    assert requests.post(app.configuration["revocation_endpoint"], data=nobody, timeout=TIMEOUT).status_code >= 400
