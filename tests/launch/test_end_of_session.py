"""When a workspace is closed or over, its tokens end at the EHR too (RFC 7009)."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from structlog.testing import capture_logs
from werkzeug.wrappers import Response

from plugin.launch.context import LaunchContext, close_workspace
from tests.launch.fake_ehr import FakeEhr, as_json
from tests.launch.launch_app import Plugin, TestClock


@pytest.fixture
def revoking(ehr: FakeEhr) -> FakeEhr:
    ehr.configuration = {"revocation_endpoint": f"{ehr.base}/auth/revoke"}
    return ehr


def closed(plugin: Plugin, context: LaunchContext) -> bool:
    with plugin.app.app_context():
        return close_workspace(context)


def test_closing_revokes_the_refresh_token_and_the_access_token(plugin: Plugin, revoking: FakeEhr) -> None:
    context = plugin.context_of(plugin.launch(revoking))
    assert closed(plugin, context) is True
    sent = [(each.form["token"], each.form["token_type_hint"]) for each in revoking.seen("/auth/revoke")]
    assert sent == [("refresh-1", "refresh_token"), ("access-1", "access_token")]
    assert revoking.seen("/auth/revoke")[0].form["client_id"] == "careplan-plugin"
    assert revoking.valid == set()
    assert plugin.browser.get(f"/w/{context.workspace}/").status_code == 401


def test_who_revokes_is_proven_as_at_the_token_endpoint(build: Callable[..., Plugin], revoking: FakeEhr) -> None:
    revoking.client_secret = "hush"
    plugin = build(revoking)
    assert closed(plugin, plugin.context_of(plugin.launch(revoking))) is True
    expected = base64.b64encode(b"careplan-plugin:hush").decode()
    assert {each.headers["Authorization"] for each in revoking.seen("/auth/revoke")} == {f"Basic {expected}"}


def test_a_signing_client_revokes_with_a_signature(signing: Callable[..., Plugin], revoking: FakeEhr) -> None:
    plugin = signing()
    assert closed(plugin, plugin.context_of(plugin.launch(revoking))) is True
    keys = KeySet.import_key_set(plugin.browser.get("/.well-known/jwks.json").json)
    forms = [each.form for each in revoking.seen("/auth/revoke")]
    claims = [jwt.decode(form["client_assertion"], keys, algorithms=["ES384"]).claims for form in forms]
    assert {each["aud"] for each in claims} == {f"{revoking.base}/auth/token"}
    assert claims[0]["jti"] != claims[1]["jti"]


def test_an_ehr_without_revocation_is_not_asked_and_the_workspace_is_gone(plugin: Plugin, ehr: FakeEhr) -> None:
    context = plugin.context_of(plugin.launch(ehr))
    assert closed(plugin, context) is False
    assert closed(plugin, context) is False
    assert ehr.seen("/auth/revoke") == []
    assert plugin.browser.get(f"/w/{context.workspace}/").status_code == 401


@pytest.mark.parametrize(
    "answer",
    [lambda _: as_json({}, 503), lambda _: as_json({"error": "invalid_client"}, 401), lambda _: Response(status=302)],
)
def test_an_ehr_that_fails_to_revoke_keeps_nobody_from_closing(
    plugin: Plugin, revoking: FakeEhr, answer: Callable[..., Response]
) -> None:
    revoking.replace["/auth/revoke"] = answer
    context = plugin.context_of(plugin.launch(revoking))
    with capture_logs() as lines:
        assert closed(plugin, context) is False
    assert [line["event"] for line in lines] == ["tokens_not_revoked"]
    assert "refresh-1" not in repr(lines)
    assert plugin.browser.get(f"/w/{context.workspace}/").status_code == 401


def test_a_server_that_revokes_refresh_tokens_only_has_done_what_it_can(plugin: Plugin, revoking: FakeEhr) -> None:
    def only_refresh(request: object) -> Response:
        hint = request.form["token_type_hint"]  # type: ignore[attr-defined]
        return Response(status=200) if hint == "refresh_token" else as_json({"error": "unsupported_token_type"}, 400)

    revoking.replace["/auth/revoke"] = only_refresh
    assert closed(plugin, plugin.context_of(plugin.launch(revoking))) is True


def in_time(arrived: Callable[[], bool]) -> bool:
    """Whether it comes true within five seconds."""
    until = time.monotonic() + 5
    while not arrived() and time.monotonic() < until:
        time.sleep(0.01)
    return arrived()


def test_tokens_of_workspaces_that_are_over_are_revoked_at_the_next_launch(
    plugin: Plugin, revoking: FakeEhr, clock: TestClock
) -> None:
    plugin.launch(revoking)
    clock.advance(hours=9)
    plugin.depart(revoking)
    assert in_time(lambda: len(revoking.seen("/auth/revoke")) == 2)
    assert [each.form["token"] for each in revoking.seen("/auth/revoke")] == ["refresh-1", "access-1"]


def test_no_token_is_revoked_at_an_address_without_tls(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration = {"revocation_endpoint": "http://ehr.example.org/revoke"}
    answer = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    assert answer.status_code == 502
    assert "revocation_endpoint is not https" in answer.text
