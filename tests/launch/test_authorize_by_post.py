"""The authorization request as a form that posts itself, for requests that are too long for an address."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from plugin.settings import Issuer
from tests.launch.fake_ehr import FakeEhr
from tests.launch.launch_app import Plugin, smart

FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def posting(build: Callable[..., Plugin], ehr: FakeEhr) -> Plugin:
    ehr.configuration = {"capabilities": ["authorize-post", "permission-v2"]}
    return build(allowed_issuers=(Issuer(ehr.fhir, "careplan-plugin", label="EHR & 1", authorize_method="post"),))


def departed(plugin: Plugin, ehr: FakeEhr, launch: str = "launch-1") -> TestResponse:
    return plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": launch})


def fields(page: TestResponse) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in FIELD.findall(page.text)}


@smart(50, 52, 133)
def test_the_request_is_a_form_with_the_same_parameters(posting: Plugin, ehr: FakeEhr) -> None:
    page = departed(posting, ehr)
    assert page.status_code == 200
    assert f'<form method="post" action="{ehr.base}/auth/authorize">' in page.text
    assert "enctype" not in page.text
    asked = fields(page)
    assert asked["response_type"] == "code"
    assert {"client_id", "redirect_uri", "state", "scope", "aud", "launch", "nonce", "code_challenge"} <= set(asked)
    assert asked["code_challenge_method"] == "S256"
    assert posting.arrive(ehr.authorize(asked)).status_code == 303


def test_it_goes_off_by_itself_without_inline_script_and_has_a_button(posting: Plugin, ehr: FakeEhr) -> None:
    page = departed(posting, ehr)
    (script,) = re.findall(r'<script src="([^"]+)" defer></script>', page.text)
    assert page.text.count("<script") == 1
    with posting.browser.get(script) as answer:
        assert "submit()" in answer.text
    assert "<button>Continue to EHR &amp; 1</button>" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert f"form-action 'self' https: {ehr.base};" in policy
    assert page.headers["Cache-Control"] == "no-store"


@smart(5)
def test_what_came_with_the_launch_stays_text(posting: Plugin, ehr: FakeEhr) -> None:
    launch = '"><script>alert(1)</script>'
    page = departed(posting, ehr, launch)
    assert "<script>alert" not in page.text
    assert fields(page)["launch"] == launch


def test_parameters_of_the_endpoint_itself_stay_in_its_address(posting: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration["authorization_endpoint"] = f"{ehr.base}/auth/authorize?tenant=7"
    page = departed(posting, ehr)
    assert f'action="{ehr.base}/auth/authorize?tenant=7"' in page.text
    assert "tenant" not in fields(page)
    assert fields(page)["response_type"] == "code"


@smart(50, 51)
def test_a_server_that_does_not_take_post_is_asked_by_get(posting: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration = {"capabilities": ["permission-v2"]}
    assert departed(posting, ehr).headers["Location"].startswith(f"{ehr.base}/auth/authorize?")


def test_nobody_is_asked_by_post_who_is_not_set_to_it(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration = {"capabilities": ["authorize-post"]}
    assert departed(plugin, ehr).status_code == 303


def test_a_launch_by_post_is_as_good(plugin: Plugin, ehr: FakeEhr) -> None:
    form = urlencode({"iss": ehr.fhir, "launch": "launch-9"})
    answer = plugin.browser.post("/smart/launch", data=form, content_type="application/x-www-form-urlencoded")
    assert "launch=launch-9" in answer.headers["Location"]
