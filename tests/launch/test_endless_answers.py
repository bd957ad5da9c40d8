"""EHRs whose answers never end, in size or in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from werkzeug.wrappers import Response

from tests.launch.fake_ehr import FakeEhr
from tests.launch.launch_app import Plugin
from tests.launch.test_hostile_launches import refused


def without_end() -> Iterator[bytes]:
    while True:
        yield b" " * 65_536


def one_byte_at_a_time() -> Iterator[bytes]:
    while True:
        time.sleep(0.02)
        yield b" "


@pytest.mark.parametrize("body", [without_end, one_byte_at_a_time])
def test_a_configuration_without_end_is_given_up(
    plugin: Plugin, ehr: FakeEhr, body: Callable[[], Iterator[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugin.launch.bounded.PATIENCE", 0.4)
    ehr.replace["/fhir/.well-known/smart-configuration"] = lambda _: Response(body())
    before = time.monotonic()
    response = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    refused(response, 502, "it does not end: more than 1000000 bytes, or 0.4 seconds")
    assert time.monotonic() - before < 5


def falls_silent() -> Iterator[bytes]:
    yield b"{"
    time.sleep(1.5)


def test_a_configuration_that_falls_silent_is_no_answer(build: Callable[..., Plugin], ehr: FakeEhr) -> None:
    ehr.replace["/fhir/.well-known/smart-configuration"] = lambda _: Response(falls_silent())
    plugin = build(ehr, read_timeout=0.3)
    response = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    refused(response, 504, "no answer (ConnectionError)")


@pytest.mark.parametrize("body", [without_end, one_byte_at_a_time])
def test_a_token_response_without_end_is_given_up(
    plugin: Plugin, ehr: FakeEhr, body: Callable[[], Iterator[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugin.launch.bounded.PATIENCE", 0.4)
    query = ehr.authorize(plugin.depart(ehr))
    ehr.replace["/auth/token"] = lambda _: Response(body())
    before = time.monotonic()
    refused(plugin.arrive(query), 504, "gave no answer (Unending)")
    assert time.monotonic() - before < 5
