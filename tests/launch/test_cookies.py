"""Cookies and headers that work in an EHR's frame and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, session

from plugin.launch.context import HandedOver
from plugin.launch.cookies import configure_sessions
from plugin.settings import Issuer, Settings
from tests.launch.fake_ehr import FakeEhr
from tests.launch.launch_app import Plugin


def cookies(response: object) -> list[str]:
    return response.headers.getlist("Set-Cookie")  # type: ignore[attr-defined, no-any-return]


def attributes(cookie: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in cookie.split(";")[1:])
    return {name.lower(): value for name, _, value in pairs}


def test_over_tls_cookies_work_in_the_frame_of_another_site(build: Callable[..., Plugin], ehr: FakeEhr) -> None:
    plugin = build(ehr, public_url="https://plugin.example.org/careplan")
    asked = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    (cookie,) = cookies(asked)
    assert cookie.startswith("__Secure-careplan-launch-")
    given = attributes(cookie)
    assert {"secure", "httponly", "partitioned"} <= set(given)
    assert (given["samesite"], given["path"], given["max-age"]) == ("None", "/careplan/smart/callback", "600")


def test_partitioning_can_be_left_out_for_browsers_that_cannot(build: Callable[..., Plugin], ehr: FakeEhr) -> None:
    plugin = build(ehr, public_url="https://plugin.example.org", cookie_partitioned=False)
    (cookie,) = cookies(plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"}))
    assert "partitioned" not in attributes(cookie)
    assert "secure" in attributes(cookie)


def test_on_this_machine_cookies_are_lax_and_stay_with_the_browser(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = plugin.depart(ehr)
    response = plugin.arrive(ehr.authorize(asked))
    removed, opened = cookies(response)
    workspace = response.headers["Location"].split("/")[2]
    assert removed.startswith("careplan-launch-")
    assert attributes(removed)["max-age"] == "0"
    assert opened.startswith("careplan-workspace=")
    given = attributes(opened)
    assert (given["samesite"], given["path"], given["max-age"]) == ("Lax", f"/w/{workspace}", "28800")
    assert "httponly" in given
    assert "secure" not in given


def test_each_launch_gets_a_new_secret(plugin: Plugin, ehr: FakeEhr) -> None:
    values = set()
    for _ in range(3):
        response = plugin.arrive(ehr.authorize(plugin.depart(ehr)))
        values.add(cookies(response)[1].split(";")[0])
    assert len(values) == 3


def test_a_launch_opens_charts_again_in_a_browser_that_was_handed_over(plugin: Plugin, ehr: FakeEhr) -> None:
    plugin.browser.set_cookie("careplan-handover", "abcd-efgh-jkmn", path="/")
    with pytest.raises(HandedOver):
        plugin.context_of("/w/any")
    response = plugin.arrive(ehr.authorize(plugin.depart(ehr)))
    assert plugin.browser.get_cookie("careplan-handover") is None
    assert plugin.context_of(response.headers["Location"]).ehr == "EHR 1"


def test_pages_of_a_launch_are_framed_by_ehrs_on_the_list_only(build: Callable[..., Plugin], ehr: FakeEhr) -> None:
    plugin = build(
        allowed_issuers=(
            Issuer(ehr.fhir, "c"),
            Issuer("https://a.example.org/fhir", "c", frame_origins=("https://portal.example.org",)),
        )
    )
    response = plugin.browser.get("/smart/launch")
    policy = response.headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors 'self' {ehr.base} https://portal.example.org")
    assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("path", "cookie_path"), [("/w/abc/form", "/w/abc"), ("/w/abc", "/w/abc"), ("/other", "/")])
def test_the_session_of_forms_stays_with_its_workspace(path: str, cookie_path: str) -> None:
    app = Flask("plugin")
    app.secret_key = "s" * 40
    configure_sessions(app, Settings(public_url="http://127.0.0.1:8766"))

    @app.get("/<path:anything>")
    def remember(anything: str) -> str:
        session["token"] = anything
        return ""

    (cookie,) = cookies(app.test_client().get(path))
    assert cookie.startswith("careplan-form=")
    assert attributes(cookie)["path"] == cookie_path
    assert attributes(cookie)["samesite"] == "Lax"
