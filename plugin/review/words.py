"""How values, dates and states are said on the page."""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import lru_cache

from plugin.library.unit_words import unit_in_words
from plugin.library.vocabulary import FindingDefinition, Value

STATE_WORDS = {
    "known": "Reported",
    "stated": "Stated by clinician",
    "derived": "Concluded from the chart",
    "presumed": "Presumed",
    "unknown": "Not known",
    "conflicting": "Conflicting",
}


def value_in_words(value: Value | None, definition: FindingDefinition) -> str:
    """`True` -> `Yes`, `27.5` with unit -> `27.5 %`, `positive` -> `Positive`; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return value[:1].upper() + value[1:]
    unit = definition.unit
    number = f"{value:g}"
    return f"{number} {unit_in_words(unit)}" if unit and unit != "1" else number


@lru_cache(maxsize=4096)
def date_in_words(text: str) -> str:
    """A FHIR date or date-time of any precision as `12 Mar 2026`, `Mar 2026` or `2026`; other text unchanged."""
    head = text[:10]
    for read, shown in (("%Y-%m-%d", "%d %b %Y"), ("%Y-%m", "%b %Y"), ("%Y", "%Y")):
        try:
            return datetime.strptime(head, read).strftime(shown).lstrip("0")
        except ValueError:
            continue
    return text


def moment_in_words(moment: datetime, zone: tzinfo) -> str:
    """An aware time as `22 Nov 2026, 14:03` in the site's zone."""
    return moment.astimezone(zone).strftime("%d %b %Y, %H:%M").lstrip("0")


def clock_in_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """An aware time as `14:03` where that was today in the site's zone, else with its day."""
    at, today = moment.astimezone(zone), now.astimezone(zone).date()
    return f"{at:%H:%M}" if at.date() == today else moment_in_words(moment, zone)


def day_in_words(moment: datetime, zone: tzinfo) -> str:
    """An aware time as the day that it falls on in the site's zone: `22 Nov 2026`."""
    return date_in_words(f"{moment.astimezone(zone):%Y-%m-%d}")


def ago_in_words(moment: datetime, now: datetime) -> str:
    """How long ago an aware time was: `just now`, `2 minutes ago`, `3 hours ago`, `5 days ago`."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def plain(code: str) -> str:
    """A code as people read it: `guideline-evidence-based` -> `guideline evidence based`, `true` -> `yes`."""
    return {"true": "yes", "false": "no"}.get(code, code.replace("-", " "))
