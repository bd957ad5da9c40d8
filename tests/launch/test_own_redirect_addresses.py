"""A redirect address for one EHR (its setting `callback`): answers count at their own address only (RFC 9700 4.4.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from plugin.settings import Issuer
from tests.launch.fake_ehr import FakeEhr
from tests.launch.launch_app import Plugin, smart
from tests.launch.test_hostile_launches import no_workspace_was_opened, refused

OWN = "http://127.0.0.1:8766/smart/callback/city-hospital"


@pytest.fixture
def plugin(build: Callable[..., Plugin], ehr: FakeEhr, other_ehr: FakeEhr) -> Plugin:
    """City hospital has an address of its own, the clinic takes the one that EHRs share."""
    city = Issuer(ehr.fhir, "careplan-plugin", label="City hospital", callback="city-hospital")
    return build(allowed_issuers=(city, Issuer(other_ehr.fhir, "careplan-plugin", label="Clinic")))


def test_an_ehr_with_a_callback_is_asked_to_answer_there_and_does(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = plugin.depart(ehr)
    assert asked["redirect_uri"] == OWN
    answer = plugin.browser.get(f"/smart/callback/city-hospital?{ehr.authorize(asked)}")
    assert answer.status_code == 303
    assert ehr.seen("/auth/token")[0].form["redirect_uri"] == OWN
    assert plugin.browser.get(answer.headers["Location"]).json["patient"] == "p1"


def test_an_ehr_without_one_keeps_the_address_that_all_share(plugin: Plugin, other_ehr: FakeEhr) -> None:
    asked = plugin.depart(other_ehr)
    assert asked["redirect_uri"] == "http://127.0.0.1:8766/smart/callback"
    assert plugin.arrive(other_ehr.authorize(asked)).status_code == 303


@smart(4)
@pytest.mark.parametrize("address", ["/smart/callback", "/smart/callback/clinic", "/smart/callback/city-hospital-2"])
def test_an_answer_at_the_address_of_another_is_refused_and_used_up(plugin: Plugin, ehr: FakeEhr, address: str) -> None:
    query = ehr.authorize(plugin.depart(ehr))
    with capture_logs() as lines:
        elsewhere = plugin.browser.get(f"{address}?{query}")
    refused(elsewhere, 403, "a launch from City hospital arrived at an address that is not the one of that EHR")
    assert f"the redirect address registered there has to be {OWN}" in elsewhere.text
    assert "code-0" not in repr(lines) + elsewhere.text
    refused(plugin.browser.get(f"/smart/callback/city-hospital?{query}"), 400, "used already")
    assert ehr.seen("/auth/token") == []
    assert no_workspace_was_opened(plugin)


def test_a_hostile_ehr_that_passes_people_on_to_an_honest_one_gets_no_code(
    plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr
) -> None:
    """The mix-up attack without `iss` in the answer: the honest EHR answers at its own address, which gives it away."""
    asked = plugin.depart(other_ehr)
    honest = ehr.authorize(asked | {"redirect_uri": OWN})
    refused(plugin.browser.get(f"/smart/callback/city-hospital?{honest}"), 403, "arrived at an address that is not")
    assert ehr.seen("/auth/token") == other_ehr.seen("/auth/token") == []


def test_an_unknown_answer_at_an_own_address_is_as_unknown_as_elsewhere(plugin: Plugin) -> None:
    refused(plugin.browser.get("/smart/callback/city-hospital?code=x&state=invented"), 400, "unknown, used already")


def test_the_cookie_of_a_launch_reaches_the_own_address_and_is_removed_there(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = plugin.depart(ehr)
    (cookie,) = plugin.browser._cookies.values()
    assert cookie.path == "/smart/callback"
    answer = plugin.browser.get(f"/smart/callback/city-hospital?{ehr.authorize(asked)}")
    assert any(f"{cookie.key}=;" in one and "Max-Age=0" in one for one in answer.headers.getlist("Set-Cookie"))
