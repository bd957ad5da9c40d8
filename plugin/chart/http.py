"""HTTP sessions for talking to an EHR: every answer bounded in time and size, retries where repeating is safe."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import InvalidHeader, MaxRetryError, ResponseError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from plugin.chart.bounded import MEGABYTE, POOLS, TooSlow, ends_by, read_whole, time_left
from plugin.settings import Settings

_CONNECTIONS = 32
_DOCUMENT = MEGABYTE  # bytes; the largest configuration, key set or token response that was seen has 50,000
# What urllib3 raises for a `Retry-After` that is neither number nor date, or too large to be one.
UNREADABLE = (InvalidHeader, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how far we read.

    connect: seconds for a connection. read: seconds of silence. whole: seconds for a chart. largest: bytes of one
    answer, after decompression, and of all pages of one search together. pages: most pages followed in one search.
    count: resources asked for in a page. retries: repetitions of a read that met 429 or 5xx.
    longest_wait: a `Retry-After` of fewer seconds is sat out.
    """

    connect: float = 5.0
    read: float = 10.0
    whole: float = 20.0
    largest: int = 64 * MEGABYTE
    pages: int = 50
    count: int = 200
    retries: int = 3
    longest_wait: int = 5

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits that the settings ask for."""
        return cls(
            connect=settings.connect_timeout,
            read=settings.read_timeout,
            whole=settings.chart_timeout,
            largest=round(settings.largest_answer * MEGABYTE),
        )

    @property
    def answer(self) -> float:
        """Seconds for one request from first to last byte, repetitions included."""
        return max(self.whole, self.read)

    def for_documents(self) -> Self:
        """The same for small documents: configurations, key sets, responses with tokens."""
        return replace(self, largest=min(self.largest, _DOCUMENT))


class _BoundedRetry(Retry):
    """Sits out a `Retry-After` that is shorter than `retry_after_max` and the time left; a longer one ends it."""

    def increment(self, *args: Any, **kwargs: Any) -> Self:
        response = kwargs.get("response")
        wait = self.get_retry_after(response) if response is not None else None
        if wait is not None and wait >= min(self.retry_after_max, time_left()):
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


class _BoundedAdapter(HTTPAdapter):
    """Gives every request the limits, so that none can forget them, and reads every answer within them."""

    def __init__(self, limits: Limits, **kwargs: Any) -> None:
        self._limits = limits
        super().__init__(**kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):  # it brings connections of its own
            manager.pool_classes_by_scheme = POOLS
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """The answer, read to its end. Raises TooLarge or TooSlow where it has none that we would wait for."""
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = (self._limits.connect, self._limits.read)
        with ends_by(time.monotonic() + self._limits.answer):
            try:
                response = super().send(request, *args, **kwargs)
                read_whole(response, self._limits.largest)
            except (requests.ConnectionError, requests.Timeout) as fault:
                if time_left() > 0:
                    raise
                raise TooSlow(self._limits.answer) from fault
        return response


def mount_limits(session: requests.Session, limits: Limits) -> None:
    """Give a session our limits of time and size, and retries: GET only, on 429 and 5xx, with backoff."""
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
        session.mount(prefix, _BoundedAdapter(limits, max_retries=retry, pool_maxsize=_CONNECTIONS))


def http_session(limits: Limits) -> requests.Session:
    """A fresh session with our limits and retries."""
    session = requests.Session()
    mount_limits(session, limits)
    return session
