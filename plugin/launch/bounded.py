"""Reading an answer of a server that may never end it: up to a size, and up to a time."""

from __future__ import annotations

import io
import time
from typing import Any

import requests
from urllib3.exceptions import HTTPError

LARGEST = 1_000_000  # bytes of a document or a token response; the largest that were seen have 50,000
PATIENCE = 20.0  # seconds
_AT_ONCE = 65_536


class Unending(requests.RequestException):
    """An answer that is larger or slower than we read."""


def read_bounded(response: requests.Response, most: int, seconds: float) -> bytes:
    """The body of a response that was asked for with `stream=True`.

    most: bytes, after decompression. seconds: for the whole body; the time limit of the session is for each part of it
    alone, and would let a server drip for hours. Raises Unending, or another RequestException where it breaks off.
    """
    until = time.monotonic() + seconds
    body = bytearray()
    try:
        # Not iter_content: it waits until a part of its size is full.
        while part := response.raw.read1(_AT_ONCE, decode_content=True):
            body += part
            if len(body) > most or time.monotonic() > until:
                raise Unending(f"more than {most} bytes, or {seconds:g} seconds")
    except HTTPError as fault:
        raise requests.ConnectionError(type(fault).__name__) from fault
    return bytes(body)


def bound(response: requests.Response, **_how: Any) -> requests.Response:
    """A response hook for sessions of libraries, which read whatever comes: the body is read here, and bounded."""
    try:
        response.raw = io.BytesIO(read_bounded(response, LARGEST, PATIENCE))
    except requests.RequestException:
        response.close()
        raise
    return response
