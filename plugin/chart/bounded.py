"""Answers that may never end, read up to a size and up to a time: by the wall clock, from the first byte to the last.

The time limits of an HTTP library hold for each part of an answer alone, and would let a server drip for hours: a byte
of its status line, of a header or of its body every few seconds. Here the socket itself knows when its answer must end.
"""

from __future__ import annotations

import io
import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from typing import Any

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

MEGABYTE = 1_000_000
_AT_ONCE = 65_536
_DEADLINE: ContextVar[float] = ContextVar("deadline", default=math.inf)


class Unending(requests.RequestException):
    """An answer that is larger or slower than we read."""


class TooLarge(Unending):
    """An answer of more bytes than we read, after decompression."""

    def __init__(self, most: int) -> None:
        super().__init__(f"it is larger than {most / MEGABYTE:g} MB")


class TooSlow(Unending, requests.Timeout):
    """An answer that has not ended in time, however much of it came."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it has no end after {seconds:g} s")


@contextmanager
def ends_by(deadline: float) -> Iterator[None]:
    """Let no answer to a request from this thread be read past `deadline` (of `time.monotonic`), within this block.

    An earlier deadline of a block around this one holds.
    """
    before = _DEADLINE.set(min(deadline, _DEADLINE.get()))
    try:
        yield
    finally:
        _DEADLINE.reset(before)


def time_left() -> float:
    """Seconds to the deadline of this thread; negative once it is past, infinite where there is none."""
    return _DEADLINE.get() - time.monotonic()


def read_whole(response: requests.Response, most: int) -> None:
    """Read the body of a response that was asked for with `stream=True`, so that `response.content` holds it.

    most: bytes, after decompression. Raises TooLarge, or another RequestException where it breaks off.
    """
    parts: list[bytes] = []
    size = 0
    try:
        # Not iter_content: it waits until a part of its size is full.
        while part := response.raw.read1(_AT_ONCE, decode_content=True):
            size += len(part)
            if size > most:
                raise TooLarge(most)
            parts.append(part)
    except (HTTPError, TooLarge) as fault:
        response.close()
        if isinstance(fault, TooLarge):
            raise
        raise requests.ConnectionError(type(fault).__name__) from fault
    # As requests keeps what it read itself; `raw` stays, since cookies are taken from it.
    response._content = b"".join(parts)
    response._content_consumed = True  # type: ignore[attr-defined]


class _Clocked(io.RawIOBase):
    """What comes from a socket until the deadline; past it, TimeoutError."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline
        self._silence = sock.gettimeout()
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer has no end")
        if left < math.inf:
            self._sock.settimeout(left if self._silence is None else min(left, self._silence))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Socket:
    """As much of a socket as the HTTP library asks of it for an answer: a file to read from."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Clocked(self._sock, _DEADLINE.get()))


class _Answer(HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **how: Any) -> None:
        super().__init__(_Socket(sock), *args, **how)  # type: ignore[arg-type]


class _Connection(HTTPConnection):
    response_class = _Answer


class _SecureConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS = {"http": _Pool, "https": _SecurePool}
