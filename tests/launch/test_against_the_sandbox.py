"""The same launch against a SMART and FHIR server that does not come from this folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import requests

from plugin.chart.client import FhirClient
from plugin.chart.reading import read_chart
from plugin.launch.context import LaunchContext, authorized_session
from plugin.sandbox.demo import SandboxEHR, sandbox_ehr
from plugin.settings import Issuer
from tests.launch.launch_app import Plugin, TestClock, smart

SECRET = "known to the sandbox and to us"


@pytest.fixture(scope="module", params=["", SECRET], ids=["public client", "confidential client"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[tuple[SandboxEHR, str]]:
    with sandbox_ehr(client_secret=request.param) as ehr:
        yield ehr, request.param


@pytest.fixture
def plugin(build: Callable[..., Plugin], sandbox: tuple[SandboxEHR, str], clock: TestClock) -> Plugin:
    ehr, secret = sandbox
    clock.at = datetime.now(UTC)
    return build(allowed_issuers=(Issuer(ehr.fhir_url, "careplan-plugin", secret),))


def launch_from_the_ehr(plugin: Plugin, ehr: SandboxEHR, patient: str) -> LaunchContext:
    to_us = requests.get(f"{ehr.url}/patients/{patient}/launch", allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(to_us)
    departed = plugin.browser.get(f"{parts.path}?{parts.query}")
    back = requests.get(departed.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
    return plugin.context_of(plugin.arrive(urlsplit(back).query).headers["Location"])


def any_patient(ehr: SandboxEHR) -> str:
    found = re.search(r"/patients/([A-Za-z0-9.-]+)", requests.get(ehr.url, timeout=10).text)
    assert found is not None
    return found[1]


@smart(62, 201, 202, 218)
def test_a_launch_from_the_ehr_reads_the_whole_chart(plugin: Plugin, sandbox: tuple[SandboxEHR, str]) -> None:
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


@smart(36, 166)
def test_a_standalone_launch_lets_the_person_choose_the_patient(
    plugin: Plugin, sandbox: tuple[SandboxEHR, str]
) -> None:
    ehr, _ = sandbox
    patient = any_patient(ehr)
    departed = plugin.browser.get("/smart/standalone", query_string={"iss": ehr.fhir_url})
    page = requests.get(departed.headers["Location"], timeout=10).text
    pending = re.search(r'name="pending" value="([^"]+)"', page)
    assert pending is not None
    choice = {"pending": pending[1], "decision": "allow", "patient": patient}
    back = requests.post(f"{ehr.url}/oauth/decision", data=choice, allow_redirects=False, timeout=10)
    context = plugin.context_of(plugin.arrive(urlsplit(back.headers["Location"]).query).headers["Location"])
    assert context.patient_id == patient


@smart(105, 106, 117)
def test_a_token_at_its_end_is_renewed_and_the_refresh_token_replaced(
    plugin: Plugin, sandbox: tuple[SandboxEHR, str], clock: TestClock
) -> None:
    ehr, _ = sandbox
    context = launch_from_the_ehr(plugin, ehr, any_patient(ehr))
    with plugin.app.app_context():
        session = authorized_session(context)
    client = FhirClient(session, context.fhir_base)
    sent = set()
    for _ in range(2):
        clock.advance(hours=2)
        assert client.read("Patient", context.patient_id)["id"] == context.patient_id
        sent.add(session.get(f"{context.fhir_base}/Patient/{context.patient_id}").request.headers["Authorization"])
    assert len(sent) == 2


def test_another_patient_is_a_gap_and_not_a_chart(plugin: Plugin, sandbox: tuple[SandboxEHR, str]) -> None:
    ehr, _ = sandbox
    context = launch_from_the_ehr(plugin, ehr, any_patient(ehr))
    with plugin.app.app_context():
        chart = read_chart(authorized_session(context), context.fhir_base, "somebody-else")
    assert {resource["resourceType"] for resource in chart.resources} == {"OperationOutcome"}
    assert {gap.status for gap in chart.gaps} <= {403, 404}
    assert len(chart.gaps) == len(chart.timings)
