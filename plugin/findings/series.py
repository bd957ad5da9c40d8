"""The markers that a template follows, as numbers in time: each result once, or the reason why it is none.

Nothing is decided from them; they are shown. What was taken back by its sender is left out, all else is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from plugin.findings.entries import Entry
from plugin.findings.limits import range_beside
from plugin.library.disease_course import Marker

Comparator = Literal["", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One result of a marker.

    number: in the unit of the marker; None where `aside` says why there is none to draw. comparator: as FHIR has it.
    day: (partial) date, of the specimen where the chart has one; empty where it has none. words: as the chart says it.
    low, high: the limits that its laboratory gives beside it, in the same unit; None where it gives none.
    """

    reference: str
    label: str
    day: str
    words: str
    number: float | None = None
    comparator: Comparator = ""
    low: float | None = None
    high: float | None = None
    preliminary: bool = False
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """All results of one marker, the oldest first, those without a date last."""

    marker: Marker
    measurements: tuple[Measurement, ...]

    @property
    def drawn(self) -> tuple[Measurement, ...]:
        """Those that have a place in time and a number."""
        return tuple(one for one in self.measurements if not one.aside)

    @property
    def aside(self) -> tuple[Measurement, ...]:
        """Those that are listed only, with the reason."""
        return tuple(one for one in self.measurements if one.aside)


class Followed:
    """Collects the results of markers while a chart is read."""

    def __init__(self, markers: Iterable[Marker], strays: frozenset[str]) -> None:
        self._by_set = {name: marker for marker in markers for name in marker.tests}
        self._sets = frozenset(self._by_set)
        self._strays = strays
        self._found: dict[Marker, list[Measurement]] = {}

    def note(self, entry: Entry) -> None:
        """Keep what an entry says, if it is a result of a marker."""
        if self._sets.isdisjoint(entry.question.sets):
            return
        for name in sorted(entry.question.sets & self._sets):
            if entry.origin.void_kind == "withdrawn" or (entry.answer.empty and entry.has_parts):
                return
            marker, stray = self._by_set[name], entry.origin.reference in self._strays
            self._found.setdefault(marker, []).append(measurement(entry, marker, stray))

    def series(self) -> tuple[Series, ...]:
        """The markers of which the chart holds anything, in the order of the template."""
        return tuple(
            Series(marker, tuple(sorted(self._found[marker], key=lambda one: (not one.day, one.day, one.reference))))
            for marker in dict.fromkeys(self._by_set.values())
            if marker in self._found
        )


def measurement(entry: Entry, marker: Marker, stray: bool = False) -> Measurement:
    """What one entry says of a marker. stray: it names another patient than the chart is about."""
    origin, answer = entry.origin, entry.answer
    why, number, comparator = _number(entry, marker)
    aside = (
        origin.void
        or entry.impossible
        or entry.untrusted
        or ("it names another patient" if stray else "")
        or ("only the patient reports it" if entry.self_reported else "")
        or why
        or ("" if origin.day else "it has no date")
    )
    low, high = range_beside(entry.node, marker.units)
    return Measurement(
        reference=origin.reference,
        label=origin.label,
        day=origin.day,
        words=answer.words or answer.absent or "no value",
        number=None if aside else number,
        comparator=comparator,
        low=low,
        high=high,
        preliminary=origin.standing == "preliminary",
        aside=aside,
    )


def _number(entry: Entry, marker: Marker) -> tuple[str, float | None, Comparator]:
    """Why there is no number to draw, or the number and its comparator."""
    answer = entry.answer
    found = answer.number
    if found is None or answer.ratio:
        return answer.unread or "it has no number", None, ""
    if not answer.unit:
        return "it has no unit", None, ""
    if answer.unit not in marker.units:
        return f"its unit is {answer.unit}, not {marker.unit}", None, ""
    if found.exact is not None:
        return "", found.exact, ""
    if found.low == -math.inf:
        return "", found.high, "<" if found.high_open else "<="
    if found.high == math.inf:
        return "", found.low, ">" if found.low_open else ">="
    return "it is a range, no single number", None, ""
