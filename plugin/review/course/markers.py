"""Markers as small plots on the shared axis, each with its own unit and its own axis of values from zero."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from plugin.findings.series import Measurement, Series
from plugin.review.course.axis import RIGHT, Axis
from plugin.review.course.labels import fitting, width_of
from plugin.review.words import date_in_words

TOP, HEIGHT, BOTTOM = 15, 34, 5  # pixels: room for the values above, for the values themselves, and below
NICE = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Point:
    """One value. x: per cent, y: pixels. label: the value, where there is room for it. bound: "above" where the value
    is more than the number (`>`), "below" where it is less. start, width: per cent, of a date that is coarse.
    """

    x: float
    y: float
    start: float
    width: float
    label: str
    bound: str
    preliminary: bool
    title: str


@dataclass(frozen=True, slots=True)
class Band:
    """The normal range of the laboratory while it was given: from `x` for `width` per cent, between two heights."""

    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Plot:
    """One marker. top: the highest value of its axis. latest: the newest value with its day. summary: it in words."""

    series: Series
    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    top: str
    latest: Measurement | None
    summary: str

    @property
    def height(self) -> int:
        """Of the plot, in pixels."""
        return TOP + HEIGHT + BOTTOM

    @property
    def baseline(self) -> int:
        """Where zero stands, in pixels from the top."""
        return TOP + HEIGHT

    @property
    def ceiling(self) -> int:
        """Where the highest value of the axis stands, in pixels from the top."""
        return TOP

    @property
    def lines(self) -> Iterator[tuple[Point, Point]]:
        """From each value to the next."""
        return pairwise(self.points)


def plot_of(series: Series, axis: Axis) -> Plot:
    """The plot of one marker; without any value that can be drawn it has no points."""
    drawn = series.drawn
    top = _nice(max((_highest(one) for one in drawn), default=1.0))
    spots = [axis.middle(one.day) for one in drawn]
    labels = [value_words(one) for one in drawn]
    order = _order(drawn)
    extents = [
        (spots[place] - width_of(labels[place]) / 2, spots[place] + width_of(labels[place]) / 2) for place in order
    ]
    written = {order[place] for place in fitting(extents)}
    points = tuple(
        _point(one, axis, top, series.marker.unit, labels[place] if place in written else "")
        for place, one in enumerate(drawn)
    )
    latest = drawn[-1] if drawn else None
    return Plot(series, points, tuple(_bands(drawn, spots, top)), f"{top:g}", latest, _summary(series))


def value_words(one: Measurement) -> str:
    """`88`, `< 5`."""
    number = "" if one.number is None else f"{one.number:g}"
    return f"{one.comparator} {number}".strip()


def range_words(one: Measurement) -> str:
    """The normal range beside a value: `0 to 31`, `up to 31`, `from 3`; empty where there is none."""
    if one.low is not None and one.high is not None:
        return f"{one.low:g} to {one.high:g}"
    return f"up to {one.high:g}" if one.high is not None else f"from {one.low:g}" if one.low is not None else ""


def _order(drawn: tuple[Measurement, ...]) -> list[int]:
    """Whose value is written first where room is scarce: the newest, the highest, the first, then backwards."""
    if not drawn:
        return []
    places = range(len(drawn))
    highest = max(places, key=lambda place: drawn[place].number or 0)
    return list(dict.fromkeys([len(drawn) - 1, highest, 0, *reversed(places)]))


def _highest(one: Measurement) -> float:
    return max(one.number or 0.0, one.high or 0.0)


def _nice(value: float) -> float:
    """The next round number that is not lower."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(nice * power for nice in NICE if nice * power >= value * (1 - 1e-9))


def _y(value: float, top: float) -> float:
    return round(TOP + HEIGHT * (1 - min(max(value / top, 0.0), 1.0)), 1)


def _point(one: Measurement, axis: Axis, top: float, unit: str, label: str) -> Point:
    start, end = axis.span(one.day)
    limits = f", normal {range_words(one)}" if range_words(one) else ""
    preliminary = ", preliminary" if one.preliminary else ""
    return Point(
        x=axis.middle(one.day),
        y=_y(one.number or 0.0, top),
        start=start,
        width=round(end - start, 2),
        label=label,
        bound={"<": "below", ">": "above"}.get(one.comparator[:1], ""),
        preliminary=one.preliminary,
        title=f"{date_in_words(one.day)}: {value_words(one)} {unit}{limits}{preliminary}",
    )


def _bands(drawn: tuple[Measurement, ...], spots: list[float], top: float) -> Iterator[Band]:
    """The normal range from each value to the next, joined while it stays the same."""
    begin = 0
    for place in range(1, len(drawn) + 1):
        same = place < len(drawn) and (drawn[place].low, drawn[place].high) == (drawn[begin].low, drawn[begin].high)
        if same:
            continue
        one, end = drawn[begin], spots[place] if place < len(drawn) else RIGHT
        if one.low is not None or one.high is not None:
            upper, lower = _y(top if one.high is None else one.high, top), _y(one.low or 0.0, top)
            yield Band(spots[begin], round(max(end - spots[begin], 0.5), 2), upper, round(lower - upper, 1))
        begin = place


def _summary(series: Series) -> str:
    drawn, marker = series.drawn, series.marker
    if not drawn:
        return f"{marker.label}: no value that can be drawn."
    first, last = drawn[0], drawn[-1]
    count = "1 value" if len(drawn) == 1 else f"{len(drawn)} values"
    highest = max(drawn, key=lambda one: one.number or 0.0)
    parts = [f"{marker.label} in {marker.unit}: {count}"]
    if len(drawn) > 1:
        parts.append(f"first {_dated(first)}, highest {_dated(highest)}")
    parts.append(f"newest {_dated(last)}")
    if limits := range_words(last):
        parts.append(f"normal {limits}")
    return ", ".join(parts) + "."


def _dated(one: Measurement) -> str:
    return f"{value_words(one)} on {date_in_words(one.day)}"
