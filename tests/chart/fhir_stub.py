"""A FHIR server on a real port that answers as a test tells it to, for everything that goes wrong on the network."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

Handler = Callable[[Request], Response]


def fhir(body: object, status: int = 200, **headers: str) -> Response:
    return Response(orjson.dumps(body), status, headers, content_type="application/fhir+json")


def bundle(*resources: dict[str, Any], next_url: str = "", modes: tuple[str, ...] = ()) -> Response:
    entries = [{"resource": resource} for resource in resources]
    for entry, mode in zip(entries, modes, strict=False):
        entry["search"] = {"mode": mode}
    links = [{"relation": "next", "url": next_url}] if next_url else []
    return fhir({"resourceType": "Bundle", "type": "searchset", "entry": entries, "link": links})


def outcome(status: int, words: str) -> Response:
    issue = {"severity": "error", "code": "processing", "diagnostics": words}
    return fhir({"resourceType": "OperationOutcome", "issue": [issue]}, status)


def observation(number: int, patient: str = "p1") -> dict[str, Any]:
    return {"resourceType": "Observation", "id": f"o{number}", "subject": {"reference": f"Patient/{patient}"}}


@dataclass
class FhirStub:
    """`on["Observation"]` answers `GET /fhir/Observation`; what is not set is an empty Bundle, Patient/p1 exists."""

    base: str = ""
    on: dict[str, Handler] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        request.get_data()
        self.requests.append(request)
        path = request.path.removeprefix("/fhir").strip("/")
        handler = self.on.get(path) or self.on.get(path.split("/")[0]) or self._usual
        return handler(request)(environ, start_response)

    def _usual(self, request: Request) -> Response:
        if request.path == "/fhir/Patient/p1":
            return fhir({"resourceType": "Patient", "id": "p1"})
        return bundle()

    def asked(self, resource_type: str) -> list[Request]:
        return [request for request in self.requests if request.path == f"/fhir/{resource_type}"]


@contextmanager
def running(stub: FhirStub) -> Iterator[FhirStub]:
    server = make_server("127.0.0.1", 0, stub, threaded=True)
    stub.base = f"http://127.0.0.1:{server.server_port}/fhir"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def slow(seconds: float, then: Handler) -> Handler:
    def answer(request: Request) -> Response:
        time.sleep(seconds)
        return then(request)

    return answer
