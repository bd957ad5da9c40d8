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


@pytest.mark.parametrize(
    ("body", "why"),
    [(without_end, "it is larger than 1 MB"), (one_byte_at_a_time, "it has no end after 0.4 s")],
)
def test_a_configuration_without_end_is_given_up(
    build: Callable[..., Plugin], ehr: FakeEhr, body: Callable[[], Iterator[bytes]], why: str
) -> None:
    plugin = build(ehr, chart_timeout=0.4, read_timeout=0.3)
    ehr.replace["/fhir/.well-known/smart-configuration"] = lambda _: Response(body())
    before = time.monotonic()
    response = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    refused(response, 502, why)
    assert time.monotonic() - before < 5


def falls_silent() -> Iterator[bytes]:
    yield b"{"
    time.sleep(1.5)


def test_a_configuration_that_falls_silent_is_no_answer(build: Callable[..., Plugin], ehr: FakeEhr) -> None:
    ehr.replace["/fhir/.well-known/smart-configuration"] = lambda _: Response(falls_silent())
    plugin = build(ehr, read_timeout=0.3)
    response = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    refused(response, 504, "no answer (ConnectionError)")


@pytest.mark.parametrize(
    ("body", "why"),
    [(without_end, "it is larger than 1 MB"), (one_byte_at_a_time, "it has no end after 0.4 s")],
)
def test_a_token_response_without_end_is_given_up(
    build: Callable[..., Plugin], ehr: FakeEhr, body: Callable[[], Iterator[bytes]], why: str
) -> None:
    plugin = build(ehr, chart_timeout=0.4, read_timeout=0.3)
    query = ehr.authorize(plugin.depart(ehr))
    ehr.replace["/auth/token"] = lambda _: Response(body())
    before = time.monotonic()
    refused(plugin.arrive(query), 504, f"gave no answer that ends: {why}")
    assert time.monotonic() - before < 5
