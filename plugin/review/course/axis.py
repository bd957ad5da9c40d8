"""One axis of time for all lanes: from days to per cent of its width, and the years and months written along it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from plugin.findings.dates import MONTHS, first_day, last_day
from plugin.review.course.labels import FULL, PLOT, fitting, width_of

LEFT, RIGHT = 4.0, 96.0  # per cent: room at both ends for what began earlier and for what goes on
SHORTEST = 183  # days; less is drawn as if it were so long
EARLIER = 0.35  # share of the width for what was before the bend, where that was the longer part
NARROWEST = 66  # pixels from one tick to the next
STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)  # months


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across all lanes. label: what is written at it; empty where there is no room."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Days from `start` to `end` over the width; before `bend`, where there is one, they are drawn closer together."""

    start: date
    end: date
    bend: date | None = None

    def at(self, day: date) -> float:
        """Where a day stands, in per cent of the width; a day beyond the ends stands at the end."""
        return round(LEFT + (RIGHT - LEFT) * self._share(min(max(day, self.start), self.end)), 2)

    def span(self, day: str) -> tuple[float, float]:
        """Where a (partial) date may begin and end."""
        return self.at(first_day(day)), self.at(last_day(day))

    def middle(self, day: str) -> float:
        """Where a (partial) date is marked: in the middle of what it may mean."""
        return round(sum(self.span(day)) / 2, 2)

    def _share(self, day: date) -> float:
        if self.bend is None:
            return _part(self.start, day, self.end)
        if day < self.bend:
            return EARLIER * _part(self.start, day, self.bend)
        return EARLIER + (1 - EARLIER) * _part(self.bend, day, self.end)

    def ticks(self) -> tuple[Tick, ...]:
        """The months and years along it, as close as can be read, and the day of its end."""
        first = [(self.start, self.bend), (self.bend, self.end)] if self.bend else [(self.start, self.end)]
        found = [one for begin, end in first if begin and end for one in self._ticks(begin, end)]
        last = Tick(self.at(self.end), _named(self.end))
        extents = [(FULL - width_of(last.label), FULL), *(_extent(tick) for tick in found)]
        kept = fitting(extents)
        labelled = [tick if 1 + place in kept else Tick(tick.x, "") for place, tick in enumerate(found)]
        return (*labelled, last)

    def _ticks(self, begin: date, end: date) -> Iterator[Tick]:
        months = max((end - begin).days / 30.4, 1)
        room = (self.at(end) - self.at(begin)) * PLOT / 100 / months
        step = next((step for step in STEPS if step * room >= NARROWEST), STEPS[-1])
        month = begin.year * 12 + begin.month
        while (day := date(month // 12, month % 12 + 1, 1)) < end:
            if month % step == 0:
                yield Tick(self.at(day), str(day.year) if day.month == 1 else f"{MONTHS[day.month - 1]} {day.year}")
            month += 1


def axis_of(days: Iterable[str], as_of: date, began: str) -> Axis:
    """The axis on which all these (partial) dates lie, up to `as_of`.

    began: the (partial) date that divides what was before from what came after; empty where there is none. Where what
    was before is the longer part, it is drawn closer together.
    """
    found = [first_day(day) for day in days]
    start = min([*found, date.fromordinal(as_of.toordinal() - SHORTEST)])
    bend = first_day(began) if began else None
    if bend is None or not start < bend < as_of or bend - start <= as_of - bend:
        return Axis(start, as_of)
    return Axis(start, as_of, bend)


def _part(start: date, day: date, end: date) -> float:
    return (day - start).days / max((end - start).days, 1)


def _named(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _extent(tick: Tick) -> tuple[float, float]:
    half = width_of(tick.label) / 2
    return tick.x - half, tick.x + half
