"""Room for words: how wide a label is, on which row it finds place, which labels give way. Data never give way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def fitting(extents: Sequence[Extent]) -> set[int]:
    """The places of those extents that find room beside each other; the first ones have precedence."""
    kept: list[Extent] = []
    found: set[int] = set()
    for place, extent in enumerate(extents):
        if _is_free(extent, kept):
            kept.append(extent)
            found.add(place)
    return found


def laid_out(
    bodies: Sequence[Extent], labelled: Sequence[Extent], most: int, precedence: Iterable[int]
) -> list[tuple[int, bool]]:
    """The row of each item, and whether its label is written.

    bodies, labelled: the room of each item without and with its label. most: rows there may be. precedence: the places
    of the items in the order in which they choose. An item takes the first row with room for it and its label, else
    for itself alone; where all rows are taken it overlaps another, since none is left out.
    """
    taken: list[list[Extent]] = [[] for _ in range(most)]
    found: dict[int, tuple[int, bool]] = {}
    for place in precedence:
        wide, narrow = labelled[place], bodies[place]
        row = next((row for row in range(most) if _is_free(wide, taken[row])), None)
        written = row is not None
        if row is None:
            row = next((row for row in range(most) if _is_free(narrow, taken[row])), place % most)
        taken[row].append(wide if written else narrow)
        found[place] = row, written
    return [found[place] for place in range(len(bodies))]


def _is_free(extent: Extent, taken: Sequence[Extent]) -> bool:
    return all(extent[1] <= start or extent[0] >= end for start, end in taken)
