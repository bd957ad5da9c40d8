"""Talking to the EHR with the token of a launch: bearer, refresh, and the end of a session."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from plugin.chart.client import FhirClient
from plugin.chart.reading import read_chart
from plugin.errors import LaunchError, Refused, RemoteError
from plugin.launch.context import LaunchContext, authorized_session, close_workspace
from tests.launch.fake_ehr import FakeEhr, as_json
from tests.launch.launch_app import Plugin, TestClock, smart


def client_of(plugin: Plugin, context: LaunchContext) -> FhirClient:
    with plugin.app.app_context():
        return FhirClient(authorized_session(context), context.fhir_base)


@pytest.fixture
def context(plugin: Plugin, ehr: FakeEhr) -> LaunchContext:
    return plugin.context_of(plugin.launch(ehr))


@smart(93, 264)
def test_requests_carry_the_bearer_token(plugin: Plugin, ehr: FakeEhr, context: LaunchContext) -> None:
    client_of(plugin, context).read("Patient", "p1")
    assert ehr.requests[-1].headers["Authorization"] == "Bearer access-1"


def test_a_chart_is_read_in_threads_with_one_token(plugin: Plugin, ehr: FakeEhr, context: LaunchContext) -> None:
    with plugin.app.app_context():
        session = authorized_session(context)
    chart = read_chart(session, context.fhir_base, context.patient_id)
    assert chart.gaps == []
    assert len(ehr.seen("/auth/token")) == 1


@smart(28, 105, 106, 107, 108, 117)
def test_a_token_that_ends_soon_is_renewed_before_it_is_used(
    plugin: Plugin, ehr: FakeEhr, context: LaunchContext, clock: TestClock
) -> None:
    clock.advance(minutes=59, seconds=30)
    client_of(plugin, context).read("Patient", "p1")
    form = ehr.seen("/auth/token")[-1].form
    assert (form["grant_type"], form["refresh_token"]) == ("refresh_token", "refresh-1")
    assert "scope" not in form
    assert ehr.requests[-1].headers["Authorization"] == "Bearer access-2"
    clock.advance(minutes=59, seconds=30)
    client_of(plugin, context).read("Patient", "p1")
    assert ehr.seen("/auth/token")[-1].form["refresh_token"] == "refresh-2"


def test_a_server_that_does_not_rotate_keeps_its_refresh_token(
    plugin: Plugin, ehr: FakeEhr, context: LaunchContext, clock: TestClock
) -> None:
    ehr.rotate = False
    for _ in range(2):
        clock.advance(hours=1)
        client_of(plugin, context).read("Patient", "p1")
        assert ehr.seen("/auth/token")[-1].form["refresh_token"] == "refresh-1"


def test_a_token_that_the_server_no_longer_takes_is_renewed_once(
    plugin: Plugin, ehr: FakeEhr, context: LaunchContext
) -> None:
    client = client_of(plugin, context)
    client.read("Patient", "p1")
    ehr.valid.clear()
    assert client.read("Patient", "p1")["id"] == "p1"
    assert len(ehr.seen("/auth/token")) == 2


def test_a_server_that_takes_no_token_at_all_is_not_asked_for_ever(
    plugin: Plugin, ehr: FakeEhr, context: LaunchContext
) -> None:
    ehr.replace["/fhir/Patient/p1"] = lambda _: as_json({"resourceType": "OperationOutcome"}, 401)
    with pytest.raises(Refused, match="does not accept our authorization"):
        client_of(plugin, context).read("Patient", "p1")
    assert len(ehr.seen("/fhir/Patient/p1")) == 2
    assert len(ehr.seen("/auth/token")) == 2


def test_many_threads_renew_once(plugin: Plugin, ehr: FakeEhr, context: LaunchContext) -> None:
    with plugin.app.app_context():
        sessions = [authorized_session(context) for _ in range(2)]
    ehr.valid.clear()
    failures: list[Exception] = []

    def read(number: int) -> None:
        try:
            FhirClient(sessions[number % 2], context.fhir_base).read("Patient", "p1")
        except Exception as fault:
            failures.append(fault)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(ehr.seen("/auth/token")) == 2


def test_when_the_ehr_ends_the_session_the_person_is_told(
    plugin: Plugin, ehr: FakeEhr, context: LaunchContext, clock: TestClock
) -> None:
    ehr.refresh = "revoked"
    clock.advance(hours=1)
    with pytest.raises(LaunchError, match="session with EHR 1 has ended: launch the plug-in") as caught:
        client_of(plugin, context).read("Patient", "p1")
    assert caught.value.status == 401


def test_when_the_token_cannot_be_renewed_for_now_that_is_a_gap(
    plugin: Plugin, ehr: FakeEhr, context: LaunchContext, clock: TestClock
) -> None:
    ehr.replace["/auth/token"] = lambda _: as_json({}, 503)
    clock.advance(hours=1)
    with pytest.raises(RemoteError, match="authorization server of EHR 1 failed"):
        client_of(plugin, context).read("Patient", "p1")
    with plugin.app.app_context():
        session = authorized_session(context)
    chart = read_chart(session, context.fhir_base, context.patient_id)
    assert len(chart.gaps) == len(chart.timings)


def test_without_a_refresh_token_the_refusal_is_passed_on(plugin: Plugin, ehr: FakeEhr, clock: TestClock) -> None:
    ehr.rotate = False
    context = plugin.context_of(plugin.launch(ehr))
    ehr.valid.clear()
    clock.advance(hours=2)
    with pytest.raises(Refused, match="token is not good"):
        client_of(plugin, context).read("Patient", "p1")
    assert len(ehr.seen("/auth/token")) == 1


def test_a_token_without_lifetime_is_used_until_it_is_refused(plugin: Plugin, ehr: FakeEhr, clock: TestClock) -> None:
    ehr.lifetime = None
    context = plugin.context_of(plugin.launch(ehr))
    clock.advance(hours=7)
    client_of(plugin, context).read("Patient", "p1")
    assert len(ehr.seen("/auth/token")) == 1


def test_a_closed_workspace_has_no_token(plugin: Plugin, ehr: FakeEhr, context: LaunchContext) -> None:
    with plugin.app.app_context():
        close_workspace(context)
    with pytest.raises(LaunchError, match="session has ended"):
        client_of(plugin, context).read("Patient", "p1")
    assert plugin.browser.get(f"/w/{context.workspace}/").status_code == 401


@smart(97)
def test_the_token_goes_to_the_fhir_server_only(
    plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr, context: LaunchContext
) -> None:
    with plugin.app.app_context():
        session = authorized_session(context)
    for url in (f"{other_ehr.fhir}/Patient/p1", f"{ehr.base}/elsewhere", f"{ehr.fhir}-backup/Patient/p1"):
        session.get(url)
    sent = [request.headers.get("Authorization") for request in (other_ehr.requests[-1], *ehr.requests[-2:])]
    assert sent == [None, None, None]


def test_two_patients_side_by_side_never_mix(plugin: Plugin, ehr: FakeEhr) -> None:
    first = plugin.context_of(plugin.launch(ehr))
    ehr.token = {"patient": "p2"}
    second = plugin.context_of(plugin.launch(ehr))
    assert (first.patient_id, second.patient_id) == ("p1", "p2")
    assert first.workspace != second.workspace
    ehr.valid |= {"access-1", "access-2"}
    client_of(plugin, first).read("Patient", first.patient_id)
    assert ehr.requests[-1].headers["Authorization"] == "Bearer access-1"
    client_of(plugin, second).read("Patient", second.patient_id)
    assert ehr.requests[-1].headers["Authorization"] == "Bearer access-2"


def test_the_context_names_patient_and_author_for_storage(context: LaunchContext, ehr: FakeEhr) -> None:
    assert (context.patient.iss, context.patient.patient_id) == (ehr.fhir, "p1")
    assert (context.author.reference, context.author.name) == ("Practitioner/7", "Dr Anna Example")
    nameless = replace(context, user=replace(context.user, reference="", name=""))
    assert (nameless.author.reference, nameless.author.name) == ("user-7", "user-7")


def test_neither_repr_nor_context_holds_a_token(context: LaunchContext) -> None:
    assert "access-1" not in repr(context)


def test_what_expired_is_forgotten_at_the_next_launch(
    plugin: Plugin, ehr: FakeEhr, context: LaunchContext, clock: TestClock, stored: Callable[[Plugin], tuple[int, int]]
) -> None:
    plugin.depart(ehr)
    assert stored(plugin) == (1, 1)
    clock.advance(hours=9)
    plugin.depart(ehr)
    assert stored(plugin) == (1, 0)
