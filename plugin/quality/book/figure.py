"""The picture of a decision point: what all its rules ask, then what each asks besides, then where that leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap

from plugin.library.in_words import Clause, one_line
from plugin.quality.book.model import Part, RuleView

WIDTH = 760
SHARED, ASKED, REACHED = (0, 212), (236, 280), (540, 220)  # left edge and width of the three columns
LINE, PADDING, GAP = 15, 9, 10
CHARACTER = 6.15  # the average width of a character at 12 pixels
MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its text, broken into lines."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    mark: str = ""
    anchor: str = ""

    @property
    def middle(self) -> int:
        """Where arrows meet it."""
        return self.y + self.height // 2

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Figure:
    """Boxes to draw: one for what is shared, and a pair for each rule."""

    width: int
    height: int
    shared: Box
    rows: tuple[tuple[Box, Box], ...]


def figure_of(part: Part) -> Figure | None:
    """The picture of a part that opens categories; None for others, and where there is nothing to compare."""
    views = [view for view in part.rules if view.kind == "category"]
    if len(views) < 2 or len(views) != len(part.rules):
        return None
    shared = _shared(views)
    rows: list[tuple[Box, Box]] = []
    y = 0
    for view in views:
        asked = _lines(_besides(view.clause, shared) or ["nothing more"], ASKED[1])
        reached = _lines([view.item], REACHED[1] - 24)
        height = max(len(asked), len(reached)) * LINE + 2 * PADDING
        rows.append(
            (
                Box(ASKED[0], y, ASKED[1], height, asked),
                Box(REACHED[0], y, REACHED[1], height, reached, view.mark, f"rule-{view.rule.id}"),
            )
        )
        y += height + GAP
    lines = _lines(list(shared) or ["nothing in common"], SHARED[1], most=40)
    height = len(lines) * LINE + 2 * PADDING
    return Figure(WIDTH, max(y - GAP, height), Box(SHARED[0], 0, SHARED[1], height, lines), tuple(rows))


def _shared(views: list[RuleView]) -> tuple[str, ...]:
    """What every rule of the part asks, in the words and the order of the first."""
    common = set.intersection(*(set(_top(view.clause)) for view in views))
    return tuple(text for text in _top(views[0].clause) if text in common)


def _besides(clause: Clause, shared: tuple[str, ...]) -> list[str]:
    return [text for text in _top(clause) if text not in shared]


def _top(clause: Clause) -> list[str]:
    return [one_line(part) for part in clause.parts] if clause.joint == "all" else [one_line(clause)]


def _lines(texts: Iterable[str], width: int, most: int = MOST_LINES) -> tuple[str, ...]:
    room = int((width - 2 * PADDING) / CHARACTER)
    lines: list[str] = []
    for text in texts:
        bullet = wrap(text, room, initial_indent="• ", subsequent_indent="  ", break_long_words=True)
        lines += bullet
    if len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], "… see the rule below")
