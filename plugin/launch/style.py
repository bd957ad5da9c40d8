"""The look of the EHR (`smart_style_url`): its colours, fetched from the EHR alone and read as nothing but colours.

Source: SMART App Launch 2.2, "Styling". Sizes and fonts are not taken over: they could make a page unreadable that a
clinician decides by.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import orjson
import requests
import structlog

from plugin.chart.http import Limits, http_session
from plugin.setting_kinds import origin_of

COLOURS = ("color_background", "color_highlight", "color_text")  # the others would change what colours mean here
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_LARGEST = 16_384  # bytes
_PATIENCE = 2.0  # seconds; a launch does not wait longer for a colour

log = structlog.get_logger()


def fetch_style(url: str, origins: Collection[str], limits: Limits) -> dict[str, str]:
    """The colours at `url`, `#rrggbb` by the names of the specification; none where they cannot be had.

    origins: where a style may come from (scheme, host, port). The request carries no token, follows no redirect, and
    ends after two seconds or 16 KB. Colours that are no hex colours are left out; nothing else is read.
    """
    if not url:
        return {}
    if origin_of(url) not in origins:
        log.info("style_not_fetched", why="its address is not the EHR's")
        return {}
    try:
        document = orjson.loads(_read(url, limits))
    except (requests.RequestException, ValueError) as fault:
        log.info("style_not_read", why=type(fault).__name__)
        return {}
    if not isinstance(document, dict):
        log.info("style_not_read", why="no JSON object")
        return {}
    return {name: _six_digits(document[name]) for name in COLOURS if _is_colour(document.get(name))}


def _read(url: str, limits: Limits) -> bytes:
    """The body. Raises ValueError for another status than 200, RequestException where it cannot be had in time."""
    short = Limits(min(limits.connect, _PATIENCE), min(limits.read, _PATIENCE), _PATIENCE, _LARGEST, retries=0)
    with http_session(short) as http:
        response = http.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
    if response.status_code != 200:
        raise ValueError(f"status {response.status_code}")
    return response.content


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and _COLOUR.fullmatch(value) is not None


def _six_digits(colour: str) -> str:
    digits = colour[1:].lower()
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)
