"""A proxy in front of the sandbox that plants one fault, as a test tells it to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

PASSED_ON = ("Authorization", "Content-Type", "If-Match", "If-None-Exist", "Accept", "Prefer")
RETURNED = ("Location", "ETag", "Date")
Json = dict[str, Any]
Plant = Callable[[str, Request, Response], Response | None]


@dataclass
class Faulty:
    """Passes everything on, and lets `plant(path, request, answer)` change the answer or replace it.

    before: answers a request itself, which is then not passed on.
    """

    behind: str
    base: str = ""
    plant: Plant | None = None
    before: Callable[[str, Request], Response | None] | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        path = request.path.removeprefix("/fhir").strip("/")
        self.asked.append((request.method, path))
        if self.before and (own := self.before(path, request)):
            return own(environ, start_response)
        answer = requests.request(
            request.method,
            self.behind + request.full_path.removeprefix("/fhir").rstrip("?"),
            data=request.get_data().replace(self.base.encode(), self.behind.encode()),
            headers={name: request.headers[name] for name in PASSED_ON if name in request.headers},
            timeout=10,
        )
        kind = answer.headers.get("Content-Type", "application/fhir+json")
        content = answer.content.replace(self.behind.encode(), self.base.encode())
        response = Response(content, answer.status_code, content_type=kind)
        for name in RETURNED:
            if name in answer.headers:
                response.headers[name] = answer.headers[name].replace(self.behind, self.base)
        given = (self.plant(path, request, response) if self.plant else None) or response
        return given(environ, start_response)


class _OwnDate(WSGIRequestHandler):
    """Leaves the Date to the proxy, which passes on or plants one."""

    def send_response(self, code: int, message: str | None = None) -> None:
        self.send_response_only(code, message)


@contextmanager
def running(behind: str, secure: ssl.SSLContext | None = None) -> Iterator[Faulty]:
    """A proxy in front of `behind`; over TLS where a context is given."""
    faulty = Faulty(behind)
    server = make_server("127.0.0.1", 0, faulty, threaded=True, ssl_context=secure, request_handler=_OwnDate)
    faulty.base = f"http{'s' if secure else ''}://127.0.0.1:{server.server_port}/fhir"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield faulty
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def on(path: str, change: Callable[[Json], None]) -> Plant:
    """Change the JSON that is answered at a path."""

    def plant(asked: str, _: Request, answer: Response) -> None:
        if asked == path and answer.status_code == 200:
            body = json.loads(answer.get_data())
            change(body)
            answer.set_data(json.dumps(body))

    return plant


def instead(path: str, status: int, content: str, kind: str = "application/fhir+json", method: str = "GET") -> Plant:
    """Answer something else at a path."""

    def plant(asked: str, request: Request, _: Response) -> Response | None:
        return Response(content, status, content_type=kind) if (asked, request.method) == (path, method) else None

    return plant
