"""HTTP sessions for talking to an EHR: time limits on every request, retries with backoff where repeating is safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from plugin.settings import Settings

_CONNECTIONS = 32
# What urllib3 raises for a `Retry-After` that is neither number nor date, or too large to be one.
UNREADABLE = (InvalidHeader, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how far we read.

    connect, read: seconds for one request. whole: seconds for a chart. pages: most pages followed in one search.
    count: resources asked for in a page. retries: repetitions of a read that met 429 or 5xx.
    longest_wait: a `Retry-After` of fewer seconds is sat out.
    """

    connect: float = 5.0
    read: float = 10.0
    whole: float = 20.0
    pages: int = 50
    count: int = 200
    retries: int = 3
    longest_wait: int = 5

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits that the settings ask for."""
        return cls(connect=settings.connect_timeout, read=settings.read_timeout, whole=settings.chart_timeout)


class _BoundedRetry(Retry):
    """Sits out a `Retry-After` shorter than `retry_after_max`; a longer one makes the answer final."""

    def increment(self, *args: Any, **kwargs: Any) -> Self:
        response = kwargs.get("response")
        wait = self.get_retry_after(response) if response is not None else None
        if wait is not None and wait >= self.retry_after_max:
            raise MaxRetryError(kwargs["_pool"], str(args[1]), ResponseError("asked to wait too long"))
        return super().increment(*args, **kwargs)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            return super().get_retry_after(response)
        except UNREADABLE:
            return None


def wanted_pause(retry_after: str) -> float:
    """The seconds that a `Retry-After` asks for, which may be a number or a date (RFC 9110, 10.2.3); 0 if neither."""
    try:
        return Retry().parse_retry_after(retry_after)
    except UNREADABLE:
        return 0


class _TimedAdapter(HTTPAdapter):
    """Gives every request the time limits, so that none can forget them."""

    def __init__(self, limits: Limits, **kwargs: Any) -> None:
        self._timeout = (limits.connect, limits.read)
        super().__init__(**kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._timeout
        return super().send(request, *args, **kwargs)


def mount_limits(session: requests.Session, limits: Limits) -> None:
    """Give a session our time limits and retries: GET only, on 429 and 5xx, with backoff."""
    retry = _BoundedRetry(
        total=limits.retries,
        connect=1,
        read=False,  # a read that timed out once is reported, not tried until the patience is gone
        status=limits.retries,
        other=0,
        backoff_factor=0.2,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=("GET",),
        raise_on_status=False,
        retry_after_max=limits.longest_wait,
    )
    for prefix in ("https://", "http://"):
        session.mount(prefix, _TimedAdapter(limits, max_retries=retry, pool_maxsize=_CONNECTIONS))


def http_session(limits: Limits) -> requests.Session:
    """A fresh session with our time limits and retries."""
    session = requests.Session()
    mount_limits(session, limits)
    return session
