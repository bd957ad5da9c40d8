"""Answers without end, in size or in time, wherever in the answer: each ends as a named failure, in bounded memory."""

from __future__ import annotations

import gzip
import re
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.chart.reading import read_chart
from plugin.chart.searches import CHART_SEARCHES, Search
from plugin.errors import Unreachable
from tests.chart.fhir_stub import FhirStub, bundle, observation
from tests.chart.unending import HEAD, dripping, endless, talking

TIGHT = Limits(connect=1, read=0.3, whole=0.5, largest=200_000, retries=0)
OBSERVATIONS = [Search("Observation", "Observations")]
PLUGIN = Path(__file__).parents[2] / "plugin"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def client(base: str, limits: Limits = TIGHT) -> FhirClient:
    return FhirClient(http_session(limits), base, limits)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: dripping(drop=b"H"),
        lambda: dripping(HEAD, b"X"),
        lambda: dripping(HEAD, b"X-More: yes\r\n"),
        lambda: dripping(HEAD + b"\r\n"),
        lambda: dripping(CHUNKED, b"1\r\n \r\n"),
        lambda: dripping(b"HTTP/1.1 503 Busy\r\n\r\n"),
    ],
    ids=["status line", "header", "headers", "body", "chunks", "refusal"],
)
def test_an_answer_that_drips_is_given_up_by_the_wall_clock(answer: Callable[[], Iterator[bytes]]) -> None:
    began = time.monotonic()
    with talking(answer) as server, pytest.raises(Unreachable, match=r"no complete answer within 0.5 s") as failure:
        client(server.base).capabilities()
    assert failure.value.why == "time-out"
    assert time.monotonic() - began < 1.2


def test_repetitions_do_not_make_it_longer() -> None:
    limits = Limits(connect=1, read=0.3, whole=0.5, retries=3)
    began = time.monotonic()
    with talking(lambda: dripping(b"HTTP/1.1 503 Busy\r\n\r\n")) as server, pytest.raises(Unreachable):
        client(server.base, limits).read("Patient", "p1")
    assert time.monotonic() - began < 1.2


@pytest.mark.parametrize("status", [b"200 OK", b"404 Not Found"])
def test_an_answer_without_end_is_read_up_to_the_limit(status: bytes) -> None:
    said = b"HTTP/1.1 " + status + b"\r\n\r\n"
    with talking(lambda: endless(said)) as server:
        tracemalloc.start()
        with pytest.raises(Unreachable, match=r"larger than 0.2 MB and was not read") as failure:
            client(server.base).transaction({"resourceType": "Bundle"})
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 2_000_000
    assert failure.value.why == "it was too large to be read"
    assert server.hung_up


def test_what_is_large_only_when_unpacked_counts_unpacked() -> None:
    bomb = gzip.compress(b" " * 30_000_000)
    with talking(lambda: iter([HEAD + b"Content-Encoding: gzip\r\n\r\n", bomb])) as server:
        tracemalloc.start()
        with pytest.raises(Unreachable, match="larger than"):
            client(server.base).capabilities()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(bomb) < TIGHT.largest
    assert most < 2_000_000


def test_no_request_goes_out_past_the_limits() -> None:
    """Every session of the product is made with them; the sandbox alone talks to servers of its own."""
    unbounded = re.compile(r"requests\.(get|post|put|head|request|Session)\(|urlopen\(|HTTPConnection\(")
    found = {
        str(file.relative_to(PLUGIN))
        for file in PLUGIN.rglob("*.py")
        if "sandbox" not in file.parts and unbounded.search(file.read_text())
    }
    assert found == {"chart/http.py"}


def test_an_answer_just_below_the_limit_is_read(stub: FhirStub) -> None:
    large = {**observation(1), "note": [{"text": "x" * 190_000}]}
    stub.on["Observation"] = lambda _: bundle(large)
    (page,) = client(stub.base).search("Observation", [])
    assert page.resources == [large]


def test_pages_that_are_too_large_together_end_as_a_gap(stub: FhirStub) -> None:
    numbers = count(1)

    def page(_: Request) -> Response:
        number = next(numbers)
        return bundle(
            {**observation(number), "note": [{"text": "x" * 60_000}]}, next_url=f"{stub.base}/Observation?page={number}"
        )

    stub.on["Observation"] = page
    with http_session(TIGHT) as session:
        chart = read_chart(session, stub.base, "p1", OBSERVATIONS, TIGHT)
    (gap,) = chart.gaps
    assert "its pages are larger than 0.2 MB together" in gap.text
    assert [each["id"] for each in chart.resources[:-1]] == ["p1", "o1", "o2", "o3"]


@pytest.mark.parametrize("body", [lambda: dripping(b"{"), lambda: islice(endless(b"{"), 40)])
def test_a_search_without_end_is_a_gap_and_its_thread_ends_with_the_chart(
    stub: FhirStub, body: Callable[[], Iterator[bytes]]
) -> None:
    stub.on["Observation"] = lambda _: Response(body(), content_type="application/fhir+json")
    stub.on["Condition"] = lambda _: bundle({"resourceType": "Condition", "id": "c1"})
    with http_session(TIGHT) as session:
        chart = read_chart(session, stub.base, "p1", [*OBSERVATIONS, Search("Condition", "Conditions")], TIGHT)
    assert chart.seconds < 0.8
    assert {gap.resource_type for gap in chart.gaps} == {"Observation"}
    assert len(chart.gaps) == 1
    time.sleep(0.4)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("chart")] == []


def test_a_storm_of_429_over_all_searches_is_bounded_in_requests_and_time(stub: FhirStub) -> None:
    for search in CHART_SEARCHES:
        stub.on[search.resource_type] = lambda _: Response(status=429, headers={"Retry-After": "1"})
    limits = Limits(connect=1, read=1, whole=1.6, retries=3)
    with http_session(limits) as session:
        chart = read_chart(session, stub.base, "p1", limits=limits)
    assert chart.seconds < 2
    assert {gap.resource_type for gap in chart.gaps} == {search.resource_type for search in CHART_SEARCHES}
    assert all("asks us to slow down (429)" in gap.text for gap in chart.gaps)
    assert len(stub.requests) <= 1 + 2 * len(CHART_SEARCHES)
    asked = len(stub.requests)
    time.sleep(1.2)
    assert len(stub.requests) == asked
