"""A server between us and the FHIR server that spoils one thing, as a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

Spoil = Callable[[Request, requests.Response], Response | None]
PASSED_ON = ("Content-Type", "If-Match", "If-None-Exist", "Accept", "Prefer")


@dataclass
class GoBetween:
    """Passes everything on, and lets `spoil` replace an answer. `sent` counts what was written.

    instead: answers a request that then never reaches the server behind; None passes it on. asked: what came, in order.
    """

    behind: str
    base: str = ""
    spoil: Spoil | None = None
    instead: Callable[[Request], Response | None] | None = None
    asked: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        body = request.get_data()
        self.asked.append(f"{request.method} {request.path.removeprefix('/fhir') or '/'}")
        if request.method in ("POST", "PUT") and request.is_json:
            self.sent.append(request.get_json())
        answered = self.instead(request) if self.instead else None
        if answered is not None:
            return answered(environ, start_response)
        answer = requests.request(
            request.method,
            self.behind + request.full_path.removeprefix("/fhir").rstrip("?"),
            data=body.replace(self.base.encode(), self.behind.encode()),
            headers={name: request.headers[name] for name in PASSED_ON if name in request.headers},
            timeout=10,
        )
        spoilt = self.spoil(request, answer) if self.spoil else None
        given = spoilt or Response(
            answer.content.replace(self.behind.encode(), self.base.encode()),
            answer.status_code,
            content_type=answer.headers.get("Content-Type", "application/fhir+json"),
        )
        return given(environ, start_response)


@contextmanager
def between(behind: str) -> Iterator[GoBetween]:
    """A go-between in front of the FHIR server at `behind`."""
    go_between = GoBetween(behind)
    server = make_server("127.0.0.1", 0, go_between, threaded=True)
    go_between.base = f"http://127.0.0.1:{server.server_port}/fhir"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield go_between
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
