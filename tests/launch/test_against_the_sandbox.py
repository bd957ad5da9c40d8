"""The same launch against a SMART and FHIR server that does not come from this folder."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from plugin.chart.http import Limits
from plugin.chart.reading import read_chart
from plugin.launch.backend import backend_session
from plugin.launch.context import LaunchContext, authorized_session, close_workspace
from plugin.launch.keys import ClientKeys, client_keys, read_key
from plugin.launch.tokens import seal, unseal
from plugin.sandbox.demo import SandboxEHR, sandbox_ehr
from plugin.sandbox.fhir_server import fhir_server, free_port
from plugin.sandbox.serving import serving
from plugin.settings import Issuer
from plugin.storage.tables import WorkspaceRow
from tests.launch.launch_app import Plugin, TestClock, smart

SECRET = "known to the sandbox and to us"
Sandbox = tuple[SandboxEHR, dict[str, str]]
REGISTRATIONS: dict[str, dict[str, str]] = {
    "public client": {},
    "by a secret": {"client_secret": SECRET},
    "by a signature": {"token_endpoint_auth_method": "private_key_jwt"},
}


@pytest.fixture(scope="module")
def fhir_base() -> Iterator[str]:
    """One FHIR server behind all sandboxes of this file."""
    with fhir_server() as base:
        yield base


@pytest.fixture(scope="module", params=REGISTRATIONS)
def sandbox(request: pytest.FixtureRequest, key_files: dict[str, Path], fhir_base: str) -> Iterator[Sandbox]:
    registration = REGISTRATIONS[request.param]
    if "token_endpoint_auth_method" not in registration:
        with sandbox_ehr(fhir_server_url=fhir_base, **registration) as ehr:
            yield ehr, registration
        return
    keys = tuple(read_key(file) for file in key_files.values())
    with serving_keys(ClientKeys(keys)) as address, sandbox_ehr(fhir_server_url=fhir_base, jwks_uri=address) as ehr:
        yield ehr, registration


@contextmanager
def serving_keys(keys: ClientKeys) -> Iterator[str]:
    """Our key set on a port, as the plug-in itself would publish it."""
    app = Flask("keys")
    app.add_url_rule("/jwks.json", "keys", lambda: keys.public())
    port = free_port()
    with serving(app, port):
        yield f"http://127.0.0.1:{port}/jwks.json"


@pytest.fixture
def plugin(
    build: Callable[..., Plugin],
    sandbox: Sandbox,
    clock: TestClock,
    key_files: dict[str, Path],
) -> Plugin:
    ehr, registration = sandbox
    clock.at = datetime.now(UTC)
    return build(
        allowed_issuers=(Issuer(ehr.fhir_url, "careplan-plugin", authorize_method="post", **registration),),
        signing_keys=tuple(key_files.values()),
    )


def launch_from_the_ehr(plugin: Plugin, ehr: SandboxEHR, patient: str) -> LaunchContext:
    to_us = requests.get(f"{ehr.url}/patients/{patient}/launch", allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(to_us)
    departed = plugin.browser.get(f"{parts.path}?{parts.query}")
    back = requests.post(*form_of(departed.text), allow_redirects=False, timeout=10).headers["Location"]
    return plugin.context_of(plugin.arrive(urlsplit(back).query).headers["Location"])


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the form of a page goes, and what it holds."""
    action = re.search(r'<form method="post" action="([^"]+)"', page)
    assert action is not None
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return action[1], {name: html.unescape(value) for name, value in fields}


def any_patient(ehr: SandboxEHR) -> str:
    found = re.search(r"/patients/([A-Za-z0-9.-]+)", requests.get(ehr.url, timeout=10).text)
    assert found is not None
    return found[1]


@smart(62, 201, 202, 218)
def test_a_launch_from_the_ehr_reads_the_whole_chart(plugin: Plugin, sandbox: Sandbox) -> None:
    ehr, _ = sandbox
    patient = any_patient(ehr)
    context = launch_from_the_ehr(plugin, ehr, patient)
    assert context.patient_id == patient
    assert context.user.reference.startswith("Practitioner/")
    assert context.user.name
    assert context.missing_scopes == ()
    with plugin.app.app_context():
        chart = read_chart(authorized_session(context), context.fhir_base, context.patient_id)
    assert chart.gaps == []
    assert {"Patient", "Condition"} <= {str(resource["resourceType"]) for resource in chart.resources}


@smart(50, 52)
def test_closing_ends_the_token_at_the_server(plugin: Plugin, sandbox: Sandbox) -> None:
    ehr, _ = sandbox
    context = launch_from_the_ehr(plugin, ehr, any_patient(ehr))
    address = f"{context.fhir_base}/Patient/{context.patient_id}"
    with plugin.app.app_context():
        session = authorized_session(context)
        token = session.get(address).request.headers["Authorization"]
        assert close_workspace(context) is True
    assert requests.get(address, headers={"Authorization": token}, timeout=10).status_code == 401


def test_what_is_on_the_screen_comes_with_the_launch(plugin: Plugin, sandbox: Sandbox) -> None:
    context = launch_from_the_ehr(plugin, sandbox[0], "hr-positive")
    (item,) = context.fhir_context
    assert (item.type, item.role) == ("DiagnosticReport", "launch")
    assert context.style["color_text"] == "#1c2b36"


@smart(22, 223, 225, 234, 264, 291, 293)
@pytest.mark.parametrize("sandbox", ["by a signature"], indirect=True)
def test_a_backend_service_reads_the_chart_without_a_person(plugin: Plugin, sandbox: Sandbox, clock: TestClock) -> None:
    (issuer,) = plugin.settings.allowed_issuers
    session = backend_session(issuer, client_keys(plugin.settings), Limits(), clock)
    chart = read_chart(session, issuer.iss, any_patient(sandbox[0]))
    assert chart.gaps == []
    assert {"Patient", "Condition"} <= {str(resource["resourceType"]) for resource in chart.resources}


@smart(36, 166)
def test_a_standalone_launch_lets_the_person_choose_the_patient(plugin: Plugin, sandbox: Sandbox) -> None:
    ehr, _ = sandbox
    patient = any_patient(ehr)
    departed = plugin.browser.get("/smart/standalone", query_string={"iss": ehr.fhir_url})
    page = requests.post(*form_of(departed.text), timeout=10).text
    pending = re.search(r'name="pending" value="([^"]+)"', page)
    assert pending is not None
    choice = {"pending": pending[1], "decision": "allow", "patient": patient}
    back = requests.post(f"{ehr.url}/oauth/decision", data=choice, allow_redirects=False, timeout=10)
    context = plugin.context_of(plugin.arrive(urlsplit(back.headers["Location"]).query).headers["Location"])
    assert context.patient_id == patient


@smart(105, 106, 117)
def test_a_token_at_its_end_is_renewed_and_the_refresh_token_replaced(
    plugin: Plugin, sandbox: Sandbox, clock: TestClock
) -> None:
    ehr, _ = sandbox
    context = launch_from_the_ehr(plugin, ehr, any_patient(ehr))
    sent = set()
    for _ in range(2):
        end_the_token(plugin, context, clock)
        with plugin.app.app_context():
            session = authorized_session(context)
        answer = session.get(f"{context.fhir_base}/Patient/{context.patient_id}")
        assert answer.json()["id"] == context.patient_id
        sent.add(answer.request.headers["Authorization"])
    assert len(sent) == 2


def end_the_token(plugin: Plugin, context: LaunchContext, clock: TestClock) -> None:
    """Let the stored access token be over: a clock set forward would date our assertions wrongly, too."""
    key = plugin.settings.secret_key
    with plugin.database.session() as session:
        row = session.get_one(WorkspaceRow, context.workspace)
        row.tokens = seal(replace(unseal(row.tokens, key), expires=clock()), key)


def test_another_patient_is_a_gap_and_not_a_chart(plugin: Plugin, sandbox: Sandbox) -> None:
    ehr, _ = sandbox
    context = launch_from_the_ehr(plugin, ehr, any_patient(ehr))
    with plugin.app.app_context():
        chart = read_chart(authorized_session(context), context.fhir_base, "somebody-else")
    assert {resource["resourceType"] for resource in chart.resources} == {"OperationOutcome"}
    assert {gap.status for gap in chart.gaps} <= {403, 404}
    assert len(chart.gaps) == len(chart.timings)
