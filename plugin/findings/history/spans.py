"""Months between (partial) dates, three-valued: what the dates leave open stays open."""

from __future__ import annotations

import calendar
from datetime import date

from plugin.findings.dates import first_day, last_day


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def within_months(start: str, end: str, months: int) -> bool | None:
    """Whether `end` lies at most so many months after `start`; None where a date is missing or too coarse to tell.

    An end before the start lies within any number of months.
    """
    if not start or not end:
        return None
    if last_day(end) <= months_after(first_day(start), months):
        return True
    if first_day(end) > months_after(last_day(start), months):
        return False
    return None


def surely_within(start: str, end: str, months: int) -> bool | None:
    """As `within_months`, for a start that may really have been later: only a yes is sure."""
    return within_months(start, end, months) or None
