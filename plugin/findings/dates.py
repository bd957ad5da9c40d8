"""FHIR dates of any precision, compared honestly: what a year and a day leave open stays open."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PATTERN = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2})(T\d{2}:\d{2}.*)?)?)?$")


def day_of(value: Any) -> str:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD` as written, on the clock of the place that wrote it; empty if no date."""
    return _day_in(value) if isinstance(value, str) else ""


@lru_cache(maxsize=8192)
def _day_in(value: str) -> str:
    if PATTERN.match(value.strip()) is None:
        return ""
    day = value.strip()[:10]
    return day if _exists(day) else ""


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day + "-01-01"[: 10 - len(day)] if len(day) < 10 else day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=8192)
def first_day(day: str) -> date:
    """The earliest day that a (partial) date can mean."""
    parts = [int(part) for part in day.split("-")]
    return date(*[*parts, 1, 1][:3])


@lru_cache(maxsize=8192)
def last_day(day: str) -> date:
    """The latest day that a (partial) date can mean."""
    parts = [int(part) for part in day.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def later(one: str, other: str) -> bool:
    """Whether the first date is surely after the second; never so when one is missing or they overlap."""
    return bool(one) and bool(other) and first_day(one) > last_day(other)


def later_moment(one: str, other: str) -> bool:
    """Whether the first date or instant is surely after the second; two instants of one day are told apart."""
    first, second = _instant(one), _instant(other)
    if first is None or second is None or (first.tzinfo is None) != (second.tzinfo is None):
        return later(day_of(one), day_of(other))
    return first > second


def _instant(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if "T" in value and day_of(value) else None
    except ValueError:
        return None


def spoken(day: str) -> str:
    """A (partial) date for a reader: `8 Oct 2026`, `Oct 2026`, `2026`."""
    year, *rest = day.split("-")
    month = [MONTHS[int(rest[0]) - 1]] if rest else []
    return " ".join([*(str(int(number)) for number in rest[1:]), *month, year])


def days_between(one: str, other: str) -> int:
    """The fewest days that can lie between two dates, whichever comes first."""
    if later(one, other):
        return (first_day(one) - last_day(other)).days
    if later(other, one):
        return (first_day(other) - last_day(one)).days
    return 0


def in_future(value: Any, as_of: date) -> bool:
    """Whether a date or date-time lies after `as_of`; a day is granted to other time zones."""
    day = day_of(value)
    if not day:
        return False
    grace = timedelta(days=1 if isinstance(value, str) and "T" in value else 0)
    return first_day(day) > as_of + grace


def completed_years(birth: str, as_of: date) -> int:
    """Years surely completed at `as_of` by someone born on a (partial) date."""
    born = last_day(birth)
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
