"""A server that cannot be reached: why not, who can find out, and nobody waits twice for it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import requests

from plugin.chart.http import Limits
from plugin.doctor import connection
from plugin.doctor.access import public_access
from plugin.doctor.cli import _now
from plugin.doctor.examine import Wish, examine
from plugin.doctor.report import ADMINISTRATOR, EXAMINER, Check, Report
from plugin.doctor.unreached import cause_of
from tests.doctor.faulty import running
from tests.doctor.test_connection import certificate

PATIENCE = Limits(connect=0.4, read=0.8, retries=0)


def report_of(base: str) -> Report:
    return examine(Wish(base), public_access(PATIENCE), None, PATIENCE, _now, lambda _: None)


def reached(report: Report) -> Check:
    assert not report.reached
    (fault,) = report.checks("fault")
    assert fault.id == "reached"
    return fault


@contextmanager
def listening(closing: bool = False) -> Iterator[int]:
    """A port that takes connections and says nothing, or closes them at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        if closing:
            Thread(target=_close_all, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _close_all(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_where_nothing_listens_refuses(scheme: str) -> None:
    fault = reached(report_of(f"{scheme}://127.0.0.1:9/fhir"))
    assert "refused" in fault.seen
    assert (fault.who, "host and port" in fault.remedy) == (EXAMINER, True)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_whose_name_nobody_knows(scheme: str) -> None:
    report = report_of(f"{scheme}://ehr.invalid/fhir")
    (fault,) = report.checks("fault")  # https is nobody's task where there is no server
    assert "name is not found" in fault.seen
    assert (fault.who, "spelling" in fault.remedy) == (EXAMINER, True)
    assert [who for who, _ in report.to_change()] == [EXAMINER]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_says_nothing_is_waited_for_once(scheme: str) -> None:
    began = time.monotonic()
    with listening() as port:
        fault = reached(report_of(f"{scheme}://127.0.0.1:{port}/fhir"))
    assert "no answer comes in time" in fault.seen
    assert fault.who == EXAMINER
    assert time.monotonic() - began < 2 * PATIENCE.read


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_that_closes_what_it_takes(scheme: str) -> None:
    with listening(closing=True) as port:
        assert "closed" in reached(report_of(f"{scheme}://127.0.0.1:{port}/fhir")).seen


def test_https_at_a_port_of_plain_http_is_named(ehr) -> None:
    with running(ehr.fhir_url) as plain:
        fault = reached(report_of(plain.base.replace("http://", "https://")))
    assert "speaks plain http" in fault.seen
    assert (fault.who, "http://" in fault.remedy) == (EXAMINER, True)


def test_tls_that_we_do_not_speak_is_for_the_administrator(ehr, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path, 90))
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("NULL-SHA256:@SECLEVEL=0")
    with running(ehr.fhir_url, context) as server:
        fault = reached(report_of(server.base))
    assert "no secure connection (TLS)" in fault.seen
    assert fault.who == ADMINISTRATOR


def test_a_connection_that_is_not_made_in_time_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cause_of(requests.ConnectTimeout()) == "too-late"
    assert cause_of(OSError(101, "Network is unreachable")) == "no-way"

    def late(*_: object, **__: object) -> socket.socket:
        raise TimeoutError("timed out")

    monkeypatch.setattr(connection.socket, "create_connection", late)
    assert "firewall" in reached(report_of("https://ehr.example.org/fhir")).remedy


def test_what_was_not_reached_was_not_looked_at() -> None:
    report = report_of("https://127.0.0.1:9/fhir")
    assert not report.checks("good")
    assert len(report.checks("open")) == len(report.sections) - 1
