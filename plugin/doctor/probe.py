"""One request and what came of it, for looking rather than for using: nothing here raises for what a server does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
import requests

from plugin.chart.bounded import MEGABYTE, Unending
from plugin.chart.client import FRESH, MEDIA_TYPE
from plugin.chart.http import Limits
from plugin.doctor.unreached import Cause, cause_of, in_words
from plugin.errors import CareplanError

Clock = Callable[[], datetime]
CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    status: 0 where nothing did, then `failure` says why, and `cause` where it was the network.
    body: the JSON object, None where it is none. at: our time in the middle of the request.
    seconds: until the last byte.
    """

    status: int
    body: dict[str, Any] | None
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""
    cause: Cause | None = None
    seconds: float = 0.0
    at: datetime | None = None
    url: str = ""

    @property
    def ok(self) -> bool:
        """A success that carries a JSON object."""
        return 200 <= self.status < 300 and self.body is not None

    @property
    def in_words(self) -> str:
        """What went wrong: status, kind of content, issue codes; never free text, which may name people."""
        if self.failure:
            return self.failure
        kind = self.headers.get("Content-Type", "no content type").partition(";")[0]
        if self.body is None:
            return f"status {self.status} with {kind} that is not a JSON object"
        if self.body.get("resourceType") == "OperationOutcome":
            codes = ", ".join(issue_codes(self.body)) or "no code"
            return f"status {self.status} with an OperationOutcome ({codes})"
        error = self.body.get("error")
        if 200 <= self.status < 300:
            return f"status {self.status} with {self.body.get('resourceType', 'JSON that is no FHIR')}"
        return f"status {self.status}" + (f" ({error})" if isinstance(error, str) and len(error) < CHUNK else "")


def issue_codes(outcome: dict[str, Any]) -> list[str]:
    """The codes of an OperationOutcome's issues."""
    issues = outcome.get("issue")
    found = [issue.get("code") for issue in issues if isinstance(issue, dict)] if isinstance(issues, list) else []
    return [code for code in found if isinstance(code, str)]


class Probe:
    """Asks one server. The session carries the authorization, if there is any, and is sent to that server only."""

    def __init__(self, session: requests.Session, base: str, limits: Limits, clock: Clock) -> None:
        self.session = session
        self.base = base.rstrip("/")
        self.limits = limits
        self.clock = clock

    def get(self, path: str, parameters: Sequence[tuple[str, str]] = (), accept: str = MEDIA_TYPE) -> Answer:
        """GET a path below the base, or an absolute address."""
        return self.send("GET", path, parameters=parameters, headers={"Accept": accept})

    def send(
        self,
        method: str,
        path: str,
        parameters: Sequence[tuple[str, str]] = (),
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, not followed where it redirects, read within the limits of time and size."""
        url = path if "://" in path else f"{self.base}/{path}"
        sent = {**FRESH, **(headers or {})}
        if body is not None:
            sent |= {"Content-Type": MEDIA_TYPE, "Prefer": "return=representation"}
        began, started = self.clock(), time.monotonic()
        try:
            response = self.session.request(
                method,
                url,
                params=list(parameters),
                data=None if body is None else orjson.dumps(body),
                headers=sent,
                timeout=(self.limits.connect, self.limits.read),
                allow_redirects=False,
            )
        except CareplanError as fault:  # no token was given to us, and why
            return Answer(0, None, failure=str(fault), seconds=_since(started))
        except Unending:
            most = f"{self.limits.largest / MEGABYTE:g} MB"
            why = f"the answer is larger than {most}, or takes longer than {self.limits.answer:g} s"
            return Answer(0, None, failure=why, seconds=_since(started))
        except requests.RequestException as fault:
            cause = cause_of(fault)
            why = f"no answer within {self.limits.read:g} s" if cause == "silent" else in_words(cause)
            return Answer(0, None, failure=why, cause=cause, seconds=_since(started))
        took = _since(started)
        middle = began + timedelta(seconds=took / 2)
        body = _object(response.content)
        return Answer(response.status_code, body, response.headers, seconds=took, at=middle, url=response.url)


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _since(started: float) -> float:
    return time.monotonic() - started
