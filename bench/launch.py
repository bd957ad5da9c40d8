"""From a press in the EHR to the first useful screen: what the plug-in itself takes, the waiting for the EHR left out.

python -m bench.launch [rounds]        default: 2

Every patient of the sandbox is launched as from its own page. `whole`: the plug-in's answers to the launch, to the code
that comes back, and to the review page, chart read and plan drafted. `EHR`: while a request of ours to the EHR was on
its way. `own`: the difference, on the clock and not in processor time, since that is what somebody waits for; on a
machine that does other things it is too high, never too low. One launch goes ahead, so that what is read once is there.
"""

from __future__ import annotations

import logging
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from werkzeug.test import Client, TestResponse

from plugin.sandbox.demo import SandboxEHR, plugin_of_this_package, sandbox_ehr
from plugin.sandbox.sample_patients import sample_patients

GOAL = 300  # milliseconds of our own share, at the median
PLUGIN = "http://127.0.0.1:8766"
TRIES = 20


@dataclass
class Waiting:
    """When requests to the EHR were under way."""

    spans: list[tuple[float, float]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def observe(self) -> None:
        """Note every request that this process sends from now on."""
        send = HTTPAdapter.send

        def noted(*given: Any, **named: Any) -> requests.Response:
            began = time.perf_counter()
            try:
                return send(*given, **named)
            finally:
                with self.lock:
                    self.spans.append((began, time.perf_counter()))

        HTTPAdapter.send = noted  # type: ignore[method-assign]

    def within(self, began: float, ended: float) -> float:
        """Seconds between two moments during which at least one was under way."""
        total, reached = 0.0, began
        with self.lock:
            spans = sorted(self.spans)
        for start, end in spans:
            start, end = max(start, reached), min(end, ended)
            if end > start:
                total, reached = total + end - start, end
        return total


class Launch:
    """One launch, answered by the plug-in in this process; only its answers are on the clock."""

    def __init__(self, plugin: Any, waiting: Waiting) -> None:
        self._client, self._waiting = Client(plugin), waiting
        self.whole = self.waited = 0.0

    def run(self, ehr: SandboxEHR, patient: str) -> None:
        """Launch as the EHR's page does, until the review page is there; raises SystemExit where it does not come."""
        pressed = _leads_to(requests.get(f"{ehr.url}/patients/{patient}/launch", allow_redirects=False, timeout=30))
        sign_in = self._ask(pressed).headers["Location"]
        code = _leads_to(requests.get(sign_in, allow_redirects=False, timeout=30))
        home = self._ask(code).headers["Location"]
        for _ in range(TRIES):
            if 'id="facts"' in self._ask(home).text:
                return
        raise SystemExit(f"{patient}: the review page did not come")

    def _ask(self, address: str) -> TestResponse:
        began = time.perf_counter()
        answer = self._client.get(address.removeprefix(PLUGIN), base_url=PLUGIN)
        ended = time.perf_counter()
        self.whole += ended - began
        self.waited += self._waiting.within(began, ended)
        return answer


def _leads_to(answer: requests.Response) -> str:
    if "Location" not in answer.headers:
        raise SystemExit(f"the sandbox EHR did not lead on: {answer.status_code}")
    return answer.headers["Location"]


def main() -> None:
    logging.disable(logging.CRITICAL)
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    patients = [patient.id for patient in sample_patients()]
    waiting, measured = Waiting(), []
    with tempfile.TemporaryDirectory() as folder, sandbox_ehr(plugin_url=PLUGIN) as ehr:
        plugin = plugin_of_this_package(ehr, PLUGIN, Path(folder))
        waiting.observe()
        Launch(plugin, waiting).run(ehr, patients[0])
        for patient in patients * rounds:
            launch = Launch(plugin, waiting)
            launch.run(ehr, patient)
            measured.append((launch.whole * 1e3, launch.waited * 1e3))
    whole, waited = (statistics.median(column) for column in zip(*measured, strict=True))
    own = sorted(all_ - ehrs for all_, ehrs in measured)
    middle, slow = statistics.median(own), own[int(len(own) * 0.95)]
    print(
        f"{len(measured)} launches: whole {whole:.0f} ms, EHR {waited:.0f} ms, own {middle:.0f} ms (p95 {slow:.0f} ms)"
    )
    print(f"own share of the whole {middle / whole:.2f}; median {middle:.0f} ms, goal {GOAL} ms")


if __name__ == "__main__":
    main()
