"""Room for words: how wide a label is, on which row it finds place, which labels give way. Data never give way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

PLOT = 760  # pixels: the narrowest that the plot is drawn; the style sheet keeps it so wide
CHARACTER = 6.4  # pixels of an average letter
BETWEEN = 10  # pixels
FULL = 100.0  # per cent

Extent = tuple[float, float]
Side = Literal["right", "left", ""]


def per_cent(pixels: float) -> float:
    """So many pixels of the narrowest plot, in per cent of its width."""
    return pixels * FULL / PLOT


def width_of(text: str) -> float:
    """How much of the narrowest plot a text takes, with the room after it, in per cent."""
    return per_cent(len(text) * CHARACTER + BETWEEN) if text else 0.0


def letters_in(room: float) -> int:
    """How many letters of a label find place in so many per cent."""
    return max(0, int((room * PLOT / FULL - BETWEEN) / CHARACTER))


def rows_of(extents: Sequence[Extent]) -> list[int]:
    """The row of each extent, so that none of one row overlap; those that begin first take the upper rows."""
    rows = [0] * len(extents)
    ends: list[float] = []
    for place in sorted(range(len(extents)), key=lambda place: extents[place]):
        start, end = extents[place]
        row = next((row for row, taken in enumerate(ends) if taken <= start), len(ends))
        ends[row:] = [end, *ends[row + 1 :]]
        rows[place] = row
    return rows


def fitting(extents: Sequence[Extent], taken: Sequence[Extent] = ()) -> set[int]:
    """The places of those extents that find room beside `taken` and each other; the first ones have precedence."""
    kept: list[Extent] = list(taken)
    found: set[int] = set()
    for place, (start, end) in enumerate(extents):
        if all(end <= other_start or start >= other_end for other_start, other_end in kept):
            kept.append((start, end))
            found.add(place)
    return found


def laid_out(
    bodies: Sequence[Extent], labelled: Sequence[Extent], most: int, newest_first: Sequence[int]
) -> list[tuple[int, bool]]:
    """The row of each item, and whether its label is written.

    bodies, labelled: the room of each item without and with its label. most: rows up to which every label is written;
    where more were needed, items alone take rows, and labels what room is left, in the order of `newest_first`.
    """
    rows = rows_of(labelled)
    if max(rows, default=0) < most:
        return [(row, True) for row in rows]
    rows = rows_of(bodies)
    written: set[int] = set()
    for row in set(rows):
        mine = [place for place in newest_first if rows[place] == row]
        others = {place: [bodies[other] for other in mine if other != place] for place in mine}
        kept: list[Extent] = []
        for place in mine:
            if fitting([labelled[place]], [*kept, *others[place]]):
                kept.append(labelled[place])
                written.add(place)
    return [(row, place in written) for place, row in enumerate(rows)]
