"""Launches that must not come through, and what the person at the screen is told."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from plugin.settings import Issuer
from plugin.storage.tables import WorkspaceRow
from tests.launch.fake_ehr import (
    FakeEhr,
    as_json,
    signed_by_a_stranger,
    signed_with_a_key_of_its_own,
    signed_with_the_public_key,
    unsigned,
)
from tests.launch.launch_app import Plugin, TestClock, smart

TOKEN = {"access_token": "x", "token_type": "bearer", "patient": "p1"}


def refused(response: TestResponse, status: int, words: str) -> None:
    assert response.status_code == status, response.text
    text = html.unescape(response.text)
    assert words in text
    assert "If launching it from the EHR once more does not help, show this page to whoever looks after" in text
    assert re.search(r"quote error <code>[0-9a-f]{8}</code>", text)
    assert response.headers["Cache-Control"] == "no-store"


def no_workspace_was_opened(plugin: Plugin) -> bool:
    with plugin.database.session() as session:
        return session.scalar(select(func.count()).select_from(WorkspaceRow)) == 0


@pytest.mark.parametrize("path", ["/smart/launch", "/smart/standalone"])
def test_an_ehr_that_is_not_on_the_list_is_named_and_never_asked(plugin: Plugin, other_ehr: FakeEhr, path: str) -> None:
    response = plugin.browser.get(path, query_string={"iss": other_ehr.fhir, "launch": "x"})
    refused(response, 403, f"The EHR at {other_ehr.fhir} is not on this plug-in's list")
    assert "whoever runs the plug-in has to add the address to allowed_issuers" in response.text
    assert other_ehr.requests == []


@smart(5)
def test_what_came_as_iss_is_not_run_as_html(plugin: Plugin) -> None:
    response = plugin.browser.get("/smart/launch", query_string={"iss": "<script>alert(1)</script>", "launch": "x"})
    assert response.status_code == 403
    assert "<script>" not in response.text


@pytest.mark.parametrize(
    "parameters", [{}, {"iss": "https://x.example.org"}, {"launch": "x"}, {"iss": "", "launch": ""}]
)
def test_a_launch_without_its_parameters_says_which(plugin: Plugin, parameters: dict[str, str]) -> None:
    refused(plugin.browser.get("/smart/launch", query_string=parameters), 400, "needs the parameters iss and launch")


def test_a_standalone_launch_without_iss_says_so(plugin: Plugin) -> None:
    refused(plugin.browser.get("/smart/standalone"), 400, "needs the parameter iss")


@smart(4, 39, 60)
@pytest.mark.parametrize("query", ["", "code=abc", "code=abc&state=", "code=abc&state=invented", "error=access_denied"])
def test_an_answer_to_a_question_we_did_not_ask_is_refused(plugin: Plugin, ehr: FakeEhr, query: str) -> None:
    plugin.depart(ehr)
    refused(plugin.arrive(query), 400, "unknown, used already or too old")


@smart(4, 60, 61)
def test_a_state_of_another_browser_is_refused_and_used_up(plugin: Plugin, ehr: FakeEhr) -> None:
    query = ehr.authorize(plugin.depart(ehr))
    refused(plugin.arrive(query, plugin.another_browser()), 403, "started in another browser")
    refused(plugin.arrive(query), 400, "used already")
    assert ehr.seen("/auth/token") == []


def test_a_victim_with_a_launch_of_their_own_is_not_logged_into_that_of_the_attacker(
    plugin: Plugin, ehr: FakeEhr
) -> None:
    attacker = plugin.another_browser()
    query = ehr.authorize(plugin.depart(ehr, attacker))
    plugin.depart(ehr)
    refused(plugin.arrive(query), 403, "started in another browser")
    assert no_workspace_was_opened(plugin)


@smart(4, 60)
def test_an_answer_counts_once(plugin: Plugin, ehr: FakeEhr) -> None:
    query = ehr.authorize(plugin.depart(ehr))
    assert plugin.arrive(query).status_code == 303
    refused(plugin.arrive(query), 400, "used already")
    assert len(ehr.seen("/auth/token")) == 1


def test_a_launch_that_took_too_long_has_to_be_repeated(plugin: Plugin, ehr: FakeEhr, clock: TestClock) -> None:
    query = ehr.authorize(plugin.depart(ehr))
    clock.advance(minutes=10)
    refused(plugin.arrive(query), 400, "too old")


@smart(61)
def test_launches_at_the_same_time_in_one_browser_do_not_disturb_each_other(plugin: Plugin, ehr: FakeEhr) -> None:
    first, second = plugin.depart(ehr), plugin.depart(ehr)
    ehr.token = {"patient": "p2"}
    later = plugin.arrive(ehr.authorize(second)).headers["Location"]
    ehr.token = {"patient": "p1"}
    earlier = plugin.arrive(ehr.authorize(first)).headers["Location"]
    assert plugin.browser.get(earlier).json["patient"] == "p1"
    assert plugin.browser.get(later).json["patient"] == "p2"


def test_a_workspace_opens_in_its_own_browser_only(plugin: Plugin, ehr: FakeEhr) -> None:
    address = plugin.launch(ehr)
    refused_for_others = plugin.another_browser().get(address)
    assert refused_for_others.status_code == 401
    assert "not open in this browser" in refused_for_others.text
    assert "p1" not in refused_for_others.text


def test_the_cookie_of_one_workspace_does_not_open_another(plugin: Plugin, ehr: FakeEhr) -> None:
    mine = plugin.launch(ehr)
    theirs = plugin.launch(ehr, plugin.another_browser())
    assert plugin.browser.get(mine).status_code == 200
    assert plugin.browser.get(theirs).status_code == 401


def test_a_workspace_ends_with_the_session(plugin: Plugin, ehr: FakeEhr, clock: TestClock) -> None:
    address = plugin.launch(ehr)
    clock.advance(hours=8)
    response = plugin.browser.get(address)
    assert response.status_code == 401
    assert "session has ended" in response.text


# --- the authorization server ---------------------------------------------------------------------------------------


def test_a_refusal_of_the_authorization_server_is_shown_in_its_own_words(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = plugin.depart(ehr)
    query = {"error": "access_denied", "error_description": "Dr Example <b>declined</b>", "state": asked["state"]}
    response = plugin.arrive(urlencode(query))
    refused(response, 403, "EHR 1 did not allow the launch; it says: access_denied: Dr Example <b>declined</b>")
    assert "<b>" not in response.text


def test_the_page_where_a_server_says_more_of_a_refusal_is_quoted_and_not_linked(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = plugin.depart(ehr)
    more = 'https://ehr.example.org/errors/7?client=x"><b>&tenant=t'
    response = plugin.arrive(urlencode({"error": "access_denied", "error_uri": more, "state": asked["state"]}))
    refused(response, 403, f"it says: access_denied (it says more at {more}).")
    assert "<b>" not in response.text
    assert "href" not in response.text


def test_an_answer_without_code_is_refused(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = plugin.depart(ehr)
    refused(plugin.arrive(f"state={asked['state']}"), 400, "neither a code nor a reason")
    assert ehr.seen("/auth/token") == []


def test_an_answer_that_names_another_authorization_server_is_refused(
    build: Callable[..., Plugin], ehr: FakeEhr, other_ehr: FakeEhr
) -> None:
    plugin = build(ehr, other_ehr)
    query = ehr.authorize(plugin.depart(ehr)) + "&" + urlencode({"iss": f"{other_ehr.base}/auth"})
    refused(plugin.arrive(query), 403, "another authorization server than that of EHR 1")
    assert ehr.seen("/auth/token") == other_ehr.seen("/auth/token") == []


def test_a_server_that_names_itself_must_do_so(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration = {"authorization_response_iss_parameter_supported": True}
    query = ehr.authorize(plugin.depart(ehr))
    refused(plugin.arrive(query), 403, "does not say which authorization server")
    named = ehr.authorize(plugin.depart(ehr)) + "&" + urlencode({"iss": f"{ehr.base}/auth"})
    assert plugin.arrive(named).status_code == 303


def test_a_code_goes_to_the_server_that_the_launch_began_with(
    build: Callable[..., Plugin], ehr: FakeEhr, other_ehr: FakeEhr
) -> None:
    plugin = build(ehr, other_ehr)
    plugin.depart(other_ehr)
    plugin.launch(ehr)
    assert len(ehr.seen("/auth/token")) == 1
    assert other_ehr.seen("/auth/token") == []


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (
            as_json({"error": "invalid_client", "error_description": "who are you"}, 401),
            403,
            "says: invalid_client: who are",
        ),
        (as_json({"message": "no"}, 400), 502, "answered without an access token"),
        (as_json({"patient": "p1"}), 502, "answered without an access token"),
        (as_json({"access_token": ""}), 502, "answered without an access token"),
        (as_json({"access_token": "x", "token_type": "mac"}), 502, "not a bearer token"),
        (as_json({"access_token": "x"}), 502, "not a bearer token"),
        (as_json({**TOKEN, "expires_in": "soon"}), 502, "cannot be read as a token"),
        (as_json({**TOKEN, "expires_in": 10**18}), 502, "whose lifetime cannot be read"),
        (as_json({}, 500), 502, "authorization server of EHR 1 failed"),
        (as_json(["x"]), 502, "cannot be read as a token"),
        (Response("<h1>Login</h1>", 200, content_type="text/html"), 502, "cannot be read as a token"),
        (Response(status=302, headers={"Location": "http://127.0.0.1:9/"}), 502, "cannot be read as a token"),
    ],
)
def test_a_token_endpoint_that_fails_is_named(
    plugin: Plugin, ehr: FakeEhr, answer: Response, status: int, words: str
) -> None:
    ehr.replace["/auth/token"] = lambda _: answer
    refused(plugin.arrive(ehr.authorize(plugin.depart(ehr))), status, words)
    assert no_workspace_was_opened(plugin)


@pytest.mark.parametrize("patient", [None, "", 7, ["p1"]])
def test_without_a_patient_there_is_no_workspace(plugin: Plugin, ehr: FakeEhr, patient: Any) -> None:
    ehr.token = {"patient": patient}
    response = plugin.arrive(ehr.authorize(plugin.depart(ehr)))
    refused(response, 400, "did not say which patient this is about")
    assert no_workspace_was_opened(plugin)


# --- discovery ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (as_json({}, 404), 502, "status 404"),
        (Response("<html>", 200), 502, "is not a JSON object"),
        (as_json([]), 502, "is not a JSON object"),
        (as_json({"token_endpoint": "/t"}), 502, "names no authorization_endpoint"),
        (as_json({"authorization_endpoint": "/a"}), 502, "names no token_endpoint"),
        (as_json({"authorization_endpoint": "/a", "token_endpoint": 7}), 502, "names no token_endpoint"),
        (Response(status=302, headers={"Location": "http://127.0.0.1:9/"}), 502, "status 302"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_named(
    plugin: Plugin, ehr: FakeEhr, answer: Response, status: int, words: str
) -> None:
    ehr.replace["/fhir/.well-known/smart-configuration"] = lambda _: answer
    refused(plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"}), status, words)


@smart(1, 230, 232)
@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://ehr.example.org/x", "ftp://127.0.0.1/x", "javascript:alert(1)"])
def test_no_secret_goes_to_an_address_without_tls(plugin: Plugin, ehr: FakeEhr, name: str, address: str) -> None:
    ehr.configuration = {name: address}
    response = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    refused(response, 502, f"{name} is not https")


def test_an_ehr_that_is_not_there_is_a_timeout_of_the_gateway(build: Callable[..., Plugin]) -> None:
    plugin = build(allowed_issuers=(Issuer("http://127.0.0.1:9/fhir", "careplan-plugin"),))
    response = plugin.browser.get("/smart/launch", query_string={"iss": "http://127.0.0.1:9/fhir", "launch": "x"})
    refused(response, 504, "no answer")


# --- the identity ---------------------------------------------------------------------------------------------------


@smart(201, 218)
@pytest.mark.parametrize(
    "sign",
    [unsigned, signed_with_the_public_key, signed_by_a_stranger, signed_with_a_key_of_its_own, lambda _: "x.y.z"],
)
def test_a_signature_that_is_not_the_issuers_is_refused(
    plugin: Plugin, ehr: FakeEhr, sign: Callable[[dict[str, Any]], str]
) -> None:
    ehr.sign = sign
    refused(plugin.arrive(ehr.authorize(plugin.depart(ehr))), 502, "who is using the plug-in does not hold")
    assert no_workspace_was_opened(plugin)


@smart(201)
@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-app"},
        {"aud": None},
        {"aud": ["another-app"]},
        {"iss": "https://evil.example.org"},
        {"iss": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"exp": "never"},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"sub": None},
        {"aud": ["careplan-plugin", "another-app"]},
        {"aud": ["careplan-plugin", "another-app"], "azp": "another-app"},
        {"azp": "another-app"},
    ],
)
def test_an_identity_that_was_not_made_for_this_launch_is_refused(
    plugin: Plugin, ehr: FakeEhr, claims: dict[str, Any]
) -> None:
    ehr.claims = claims
    refused(plugin.arrive(ehr.authorize(plugin.depart(ehr))), 502, "who is using the plug-in")
    assert no_workspace_was_opened(plugin)


def test_several_audiences_are_good_when_we_are_the_authorized_party(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.claims = {"aud": ["careplan-plugin", "another-app"], "azp": "careplan-plugin"}
    assert plugin.browser.get(plugin.launch(ehr)).status_code == 200


@pytest.mark.parametrize("id_token", [None, "", 7])
def test_without_an_identity_there_is_no_workspace(plugin: Plugin, ehr: FakeEhr, id_token: Any) -> None:
    ehr.token = {"id_token": id_token}
    refused(plugin.arrive(ehr.authorize(plugin.depart(ehr))), 502, "did not say who is using the plug-in")


@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/3"])
def test_patients_and_relatives_are_told_that_this_is_for_clinicians(plugin: Plugin, ehr: FakeEhr, user: str) -> None:
    ehr.claims = {"fhirUser": f"{ehr.fhir}/{user}"}
    refused(plugin.arrive(ehr.authorize(plugin.depart(ehr))), 403, "for clinicians")


def test_keys_of_another_issuer_are_not_taken(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.replace["/auth/.well-known/openid-configuration"] = lambda _: as_json(
        {"issuer": "https://evil.example.org", "jwks_uri": f"{ehr.base}/auth/jwks"}
    )
    refused(plugin.arrive(ehr.authorize(plugin.depart(ehr))), 502, "belongs to another issuer")


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": [{"kty": "unheard of"}]}, {"keys": "none"}, {"keys": [7]}])
def test_a_key_set_that_cannot_be_used_is_named(plugin: Plugin, ehr: FakeEhr, keys: object) -> None:
    ehr.replace["/auth/jwks"] = lambda _: as_json(keys)
    refused(plugin.arrive(ehr.authorize(plugin.depart(ehr))), 502, "key set of the EHR cannot be used")


@smart(97)
def test_the_token_is_not_sent_along_to_the_resource_of_a_user_elsewhere(
    plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr
) -> None:
    ehr.claims = {"fhirUser": f"{other_ehr.fhir}/Practitioner/7"}
    plugin.launch(ehr)
    assert other_ehr.requests == []


# --- what must not leak ---------------------------------------------------------------------------------------------


@smart(7, 8, 9, 90)
def test_neither_browser_nor_log_nor_database_file_holds_a_token_in_the_clear(plugin: Plugin, ehr: FakeEhr) -> None:
    patient = "patient-of-this-launch"  # long enough that no random cookie holds it by chance
    ehr.token = {"patient": patient}
    with capture_logs() as lines:
        asked = plugin.depart(ehr)
        response = plugin.arrive(ehr.authorize(asked))
        plugin.browser.get(response.headers["Location"])
    browser = "\n".join(response.headers.getlist("Set-Cookie")) + response.headers["Location"]
    secrets = ("access-1", "refresh-1", "code-0")
    assert not [secret for secret in (*secrets, patient, ehr.base) if secret in browser]
    assert not [secret for secret in (*secrets, patient, "Anna", asked["state"]) if secret in repr(lines)]
    plugin.database.close()
    kept = b"".join(file.read_bytes() for file in plugin.settings.instance_folder.iterdir())
    assert not [secret for secret in secrets if secret.encode() in kept]


def test_the_log_names_a_refusal_by_the_number_on_the_page(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.token = {"patient": None}
    with capture_logs() as lines:
        response = plugin.arrive(ehr.authorize(plugin.depart(ehr)))
    (line,) = [line for line in lines if line["event"] == "launch_refused"]
    assert line["error_id"] in response.text
    assert (line["status"], line["kind"]) == (400, "LaunchError")


@smart(6)
def test_the_way_on_is_always_our_own_page(plugin: Plugin, ehr: FakeEhr) -> None:
    query = ehr.authorize(plugin.depart(ehr)) + "&" + urlencode({"next": "https://evil.example.org", "workspace": "x"})
    assert re.fullmatch(r"/w/[A-Za-z0-9_-]{32}/", plugin.arrive(query).headers["Location"])
