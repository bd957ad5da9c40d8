"""A launch by an authorization server that is not ours: npm's oidc-provider, certified by the OpenID Foundation.

Behind it stands a FHIR server that is not ours either. Needs Node; `npm ci` in tests/launch/node comes first.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from plugin.chart.client import FhirClient
from plugin.chart.reading import read_chart
from plugin.errors import LaunchError
from plugin.launch.context import LaunchContext, authorized_session, close_workspace
from plugin.launch.keys import ClientKeys, new_key, write_key
from plugin.launch.scopes import scopes_to_request
from plugin.sandbox.fhir_server import fhir_server
from plugin.sandbox.sample_patients import sample_patients, seed
from plugin.settings import Issuer
from tests.launch.launch_app import Plugin, TestClock

pytestmark = pytest.mark.node

NODE = Path(__file__).parent / "node"
REDIRECT = "http://127.0.0.1:8766/smart/callback"
SECRET = "known to the provider and to us, and long enough"
CLINICIAN = {"resourceType": "Practitioner", "id": "clinician", "name": [{"text": "Dr. Else Where"}]}
PATIENT = sample_patients()[0].id


@pytest.fixture(scope="module")
def fhir() -> Iterator[str]:
    with fhir_server() as base:
        seed(base)
        assert requests.put(f"{base}/Practitioner/clinician", json=CLINICIAN, timeout=30).ok
        yield base


@contextmanager
def provider(fhir: str, registration: dict[str, Any]) -> Iterator[str]:
    """The FHIR base of an EHR whose authorization server knows us by this registration."""
    client = {
        "client_id": "careplan-plugin",
        "redirect_uris": [REDIRECT],
        "response_types": ["code"],
        "grant_types": ["authorization_code", "refresh_token"],
        "id_token_signed_response_alg": "RS256",
    }
    scopes = [*scopes_to_request(from_ehr=True), "offline_access"]
    told = {"fhir": fhir, "patient": PATIENT, "fhirUser": "Practitioner/clinician", "scopes": scopes}
    command = ["node", "ehr.mjs", json.dumps(told | {"clients": [client | registration]})]
    with subprocess.Popen(command, cwd=NODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        base = process.stdout.readline().decode().strip()
        assert base, "the provider ended while starting; what it says stands above. Was `npm ci` run beside it?"
        yield base
        process.stdin.close()


@pytest.fixture(params=["none", "client_secret_basic", "RS384", "ES384"])
def launched(
    request: pytest.FixtureRequest, fhir: str, build: Callable[..., Plugin], clock: TestClock, tmp_path: Path
) -> Iterator[tuple[Plugin, LaunchContext]]:
    """The plug-in, launched by the provider; registered without a secret, with one, or with a key."""
    method = request.param if request.param in ("none", "client_secret_basic") else "private_key_jwt"
    registration: dict[str, Any] = {"token_endpoint_auth_method": method}
    secret, files = "", []
    if method == "client_secret_basic":
        secret = registration["client_secret"] = SECRET
    if method == "private_key_jwt":
        key, file = new_key(request.param), tmp_path / "key.json"
        write_key(key, file)
        files = [file]
        registration |= {"jwks": ClientKeys((key,)).public(), "token_endpoint_auth_signing_alg": request.param}
    clock.at = datetime.now(UTC)
    with provider(fhir, registration) as base:
        issuer = Issuer(base, "careplan-plugin", secret, label="Elsewhere", token_endpoint_auth_method=method)
        plugin = build(allowed_issuers=(issuer,), signing_keys=tuple(files))
        yield plugin, launch(plugin, base)


def launch(plugin: Plugin, base: str) -> LaunchContext:
    departed = plugin.browser.get("/smart/launch", query_string={"iss": base, "launch": "from-the-chart"})
    with requests.Session() as browser:
        address = departed.headers["Location"]
        while not address.startswith(REDIRECT):
            answer = browser.get(address, allow_redirects=False, timeout=10)
            assert answer.is_redirect, answer.text
            address = requests.compat.urljoin(address, answer.headers["Location"])
    return plugin.context_of(plugin.arrive(urlsplit(address).query).headers["Location"])


def test_a_launch_reads_the_whole_chart_and_knows_who_is_there(launched: tuple[Plugin, LaunchContext]) -> None:
    plugin, context = launched
    assert context.patient_id == PATIENT
    assert (context.user.reference, context.user.name) == ("Practitioner/clinician", "Dr. Else Where")
    with plugin.app.app_context():
        chart = read_chart(authorized_session(context), context.fhir_base, context.patient_id)
    assert chart.gaps == []
    assert {"Patient", "Condition", "Observation"} <= {resource["resourceType"] for resource in chart.resources}


def test_tokens_are_renewed_and_taken_back(launched: tuple[Plugin, LaunchContext], clock: TestClock) -> None:
    plugin, context = launched
    address = f"{context.fhir_base}/Patient/{context.patient_id}"
    with plugin.app.app_context():
        session = authorized_session(context)
        first = session.get(address).request.headers["Authorization"]
        clock.advance(minutes=59, seconds=30)
        second = session.get(address).request.headers["Authorization"]
        assert second != first
        assert FhirClient(session, context.fhir_base).read("Patient", PATIENT)["id"] == PATIENT
        close_workspace(context)
        assert requests.get(address, headers={"Authorization": second}, timeout=10).status_code == 401
        with pytest.raises(LaunchError):
            authorized_session(context).get(address)
