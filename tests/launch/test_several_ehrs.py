"""Several EHRs at one redirect address: no answer, code or token of one reaches another (RFC 9207, RFC 9700 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from plugin.chart.client import FhirClient
from plugin.launch.context import authorized_session
from tests.launch.fake_ehr import FakeEhr
from tests.launch.launch_app import Plugin, smart


@pytest.fixture
def plugin(build: Callable[..., Plugin], ehr: FakeEhr, other_ehr: FakeEhr) -> Plugin:
    return build(ehr, other_ehr)


def test_launches_of_two_ehrs_that_cross_arrive_where_they_began(
    plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr
) -> None:
    other_ehr.token = {"patient": "p-of-the-other"}
    asked, asked_other = plugin.depart(ehr), plugin.depart(other_ehr)
    other = plugin.arrive(other_ehr.authorize(asked_other)).headers["Location"]
    first = plugin.arrive(ehr.authorize(asked)).headers["Location"]
    seen = [plugin.browser.get(address).json for address in (first, other)]
    assert [(page["ehr"], page["iss"], page["patient"]) for page in seen] == [
        ("EHR 1", ehr.fhir, "p1"),
        ("EHR 2", other_ehr.fhir, "p-of-the-other"),
    ]
    assert (len(ehr.seen("/auth/token")), len(other_ehr.seen("/auth/token"))) == (1, 1)


def test_a_code_of_one_ehr_under_the_state_of_another_opens_nothing(
    plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr
) -> None:
    asked, asked_other = plugin.depart(ehr), plugin.depart(other_ehr)
    answer = plugin.arrive(ehr.authorize(asked).replace(asked["state"], asked_other["state"]))
    assert answer.status_code == 403
    assert "EHR 2 did not allow the launch; it says: invalid_grant" in answer.text
    assert ehr.seen("/auth/token") == []


def test_an_ehr_that_sends_people_to_the_login_of_another_gets_no_code(
    plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr
) -> None:
    """The mix-up attack: the hostile EHR names the honest one's authorization endpoint, and its own token endpoint."""
    other_ehr.configuration = {"authorization_endpoint": f"{ehr.base}/auth/authorize"}
    asked = plugin.depart(other_ehr)
    honest = ehr.authorize(asked) + "&" + urlencode({"iss": f"{ehr.base}/auth"})
    answer = plugin.arrive(honest)
    assert answer.status_code == 403
    assert "another authorization server than that of EHR 2" in answer.text
    assert ehr.seen("/auth/token") == other_ehr.seen("/auth/token") == []


@smart(201)
def test_an_identity_of_one_ehr_is_none_at_another(plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr) -> None:
    other_ehr.claims = {"iss": f"{ehr.base}/auth"}
    answer = plugin.arrive(other_ehr.authorize(plugin.depart(other_ehr)))
    assert answer.status_code == 502
    assert "who is using the plug-in does not hold" in answer.text


@smart(97)
def test_tokens_stay_with_the_ehr_that_gave_them(plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr) -> None:
    contexts = [plugin.context_of(plugin.launch(each)) for each in (ehr, other_ehr)]
    with plugin.app.app_context():
        sessions = [authorized_session(context) for context in contexts]
    FhirClient(sessions[0], ehr.fhir).read("Patient", "p1")
    sessions[0].get(f"{other_ehr.fhir}/Patient/p1")
    assert ehr.requests[-1].headers["Authorization"] == "Bearer access-1"
    assert "Authorization" not in other_ehr.requests[-1].headers
    assert contexts[0].workspace != contexts[1].workspace
    assert contexts[0].patient != contexts[1].patient
