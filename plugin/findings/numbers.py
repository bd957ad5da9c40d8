"""Numbers written out in reports: `95 %`, `<1%`, `greater than 2.2`, `1-10 %`, `12.5 mut/Mb`."""

from __future__ import annotations

import re
from typing import NamedTuple

from plugin.findings.interval import Interval

COMPARATORS = {
    "greater than or equal to": ">=",
    "less than or equal to": "<=",
    "more than or equal to": ">=",
    "not less than": ">=",
    "not more than": "<=",
    "greater than": ">",
    "more than": ">",
    "less than": "<",
    "fewer than": "<",
    "at least": ">=",
    "at most": "<=",
    "up to": "<=",
    "above": ">",
    "over": ">",
    "below": "<",
    "under": "<",
    ">=": ">=",
    "<=": "<=",
    ">": ">",
    "<": "<",
}
WORDS = "|".join(re.escape(word) for word in sorted(COMPARATORS, key=len, reverse=True))
# Digits joined by more than one dash are a date or a number of something, and none of them is read.
# A comma before three digits may part thousands or decimals: such a number is not read.
DIGITS = r"[0-9]+(?:\.[0-9]+|,(?![0-9]{3}(?![0-9]))[0-9]+|(?<=\b0),[0-9]{3})?"
NUMBER = re.compile(
    rf"(?<![\w.+/])(?<![0-9]-)(?:(?P<comparator>{WORDS})\s*)?(?<![0-9.])(?P<low>-?{DIGITS})"
    rf"(?:\s*(?P<middle>%|percent)?\s*(?:-|to|and)\s*(?P<high>{DIGITS}))?"
    r"(?:\s*(?P<unit>%|percent\b))?(?![\w+/]|[.,-][0-9])"
)


class Written(NamedTuple):
    """A number in a text: its interval, `%` or no unit, and where it stands."""

    interval: Interval
    unit: str
    start: int
    end: int
    bare: bool


def numbers_in(text: str) -> list[Written]:
    """Every number of a plain (lower-case) text; `bare` ones are whole numbers without unit or comparator."""
    return [written for match in NUMBER.finditer(text) if (written := _written(match)) is not None]


def _written(match: re.Match[str]) -> Written | None:
    low = _number(match["low"])
    comparator = COMPARATORS.get(match["comparator"] or "", "")
    interval = Interval.compared(comparator, low)
    if match["high"] is not None:
        high = _number(match["high"])
        if comparator or high < low:
            return None
        interval = Interval(low, high)
    if interval is None:
        return None
    unit = "%" if match["unit"] or match["middle"] else ""
    bare = not unit and not comparator and match["high"] is None and low.is_integer() and "." not in match["low"]
    return Written(interval, unit, match.start(), match.end(), bare)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
