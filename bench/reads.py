"""How long a whole chart takes beside its slowest single search: ratios within one run, medians of repeats.

python bench/reads.py                  against a stub whose searches take as long as those of a real EHR
python bench/reads.py ISS PATIENT      against a server; the token in CAREPLAN_DOCTOR_TOKEN, where one is needed

The goal is 1.3: the searches are made at the same time, so a chart should cost little more than its slowest one. Wall
time, since waiting is what counts here; the stub runs in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import orjson
import requests

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.chart.reading import read_chart
from plugin.chart.searches import CHART_SEARCHES
from plugin.doctor.access import token_access

REPEATS = 7
GOAL = 1.3
PATIENT = "p1"
# Seconds before the first byte, and resources, by type; others take 80 ms and hold three. Observations come in pages.
DELAYS = {"Observation": 0.35, "Condition": 0.15, "MedicationRequest": 0.25, "DiagnosticReport": 0.3}
SIZES = {"Observation": 400, "DiagnosticReport": 60, "MedicationRequest": 40}


class Stub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        kind = parts.path.split("/")[2]
        query = parse_qs(parts.query)
        start, count = int(query.get("_from", ["0"])[0]), int(query.get("_count", ["200"])[0])
        time.sleep(DELAYS.get(kind, 0.08))
        if parts.path == f"/fhir/Patient/{PATIENT}":
            self.answer({"resourceType": "Patient", "id": PATIENT})
            return
        size = SIZES.get(kind, 3)
        found = [resource(kind, number) for number in range(start, min(size, start + count))]
        links = [{"relation": "self", "url": self.path}]
        if start + count < size:
            following = f"{parts.path}?patient={PATIENT}&_count={count}&_from={start + count}"
            links.append({"relation": "next", "url": following})
        entries = [{"resource": each} for each in found]
        self.answer({"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries})

    def answer(self, body: dict) -> None:
        content = orjson.dumps(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def resource(kind: str, number: int) -> dict:
    code = {"coding": [{"system": "http://loinc.org", "code": "718-7", "display": "Hemoglobin"}]}
    subject = {"reference": f"Patient/{PATIENT}"}
    return {"resourceType": kind, "id": f"{kind}{number}", "status": "final", "code": code, "subject": subject}


def serve(port: multiprocessing.Queue[int]) -> None:
    ThreadingHTTPServer.request_queue_size = 64  # all searches knock at once
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    port.put(server.server_port)
    server.serve_forever()


def alone(session: requests.Session, base: str, patient: str, kind: str) -> float:
    search = next(search for search in CHART_SEARCHES if search.resource_type == kind)
    began = time.perf_counter()
    for _ in FhirClient(session, base, Limits()).search(kind, search.parameters(patient)):
        pass
    return time.perf_counter() - began


def measure(make: Callable[[], requests.Session], base: str, patient: str) -> list[float]:
    ratios = []
    for _ in range(REPEATS):
        # Fresh sessions, so that both sides pay for their connections.
        single = {search.resource_type: alone(make(), base, patient, search.resource_type) for search in CHART_SEARCHES}
        slowest = max(single, key=lambda kind: single[kind])
        chart = read_chart(make(), base, patient)
        ratios.append(chart.seconds / single[slowest])
        print(
            f"{len(chart.resources):6} resources  slowest {slowest} {single[slowest] * 1000:6.0f} ms  "
            f"one after the other {sum(single.values()) * 1000:6.0f} ms  together {chart.seconds * 1000:6.0f} ms  "
            f"ratio {ratios[-1]:.2f}"
        )
    return ratios


def main() -> None:
    if len(sys.argv) == 3:
        base, patient = sys.argv[1:]
        token = os.environ.get("CAREPLAN_DOCTOR_TOKEN", "")
        limits = Limits()
        ratios = measure(
            lambda: token_access(token, base, limits, "").session if token else http_session(limits), base, patient
        )
    else:
        port: multiprocessing.Queue[int] = multiprocessing.Queue()
        stub = multiprocessing.Process(target=serve, args=(port,), daemon=True)
        stub.start()
        ratios = measure(lambda: http_session(Limits()), f"http://127.0.0.1:{port.get()}/fhir", PATIENT)
        stub.terminate()
    print(f"median ratio {statistics.median(ratios):.2f}, goal {GOAL}")


if __name__ == "__main__":
    main()
