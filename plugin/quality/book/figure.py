"""The picture of a decision point: what all its rules ask, then what each asks besides, then where that leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap

from plugin.library.in_words import Clause, one_line
from plugin.quality.book.model import Part, RuleView

WIDTH = 760
SHARED_WIDTH, ASKED_LEFT, ASKED_RIGHT, REACHED_LEFT, REACHED_WIDTH, INDENT = 196, 222, 518, 542, 218, 18
LINE, PADDING, GAP, MARK = 15, 8, 8, 32
CHARACTER = 6.25  # the average width of a character at 12 pixels
MOST_LINES = 7
NOTHING_MORE = "nothing more"


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its text, broken into lines. mark: the disposition of what is reached, empty for other boxes."""

    x: int
    y: int
    width: int
    lines: tuple[str, ...]
    height: int
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
class Branch:
    """Rules that share something more: `band` says what, None where they share nothing. rows: (asked, reached)."""

    band: Box | None
    rows: tuple[tuple[Box, Box], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """Boxes to draw, and the size that they need."""

    width: int
    height: int
    shared: Box
    branches: tuple[Branch, ...]


def figure_of(part: Part) -> Figure | None:
    """The picture of a part that opens categories; None for others, and where there is nothing to compare."""
    views = [view for view in part.rules if view.kind == "category"]
    if len(views) < 2 or len(views) != len(part.rules):
        return None
    asked = {view.rule.id: _top(view.clause) for view in views}
    shared = _common(asked.values())
    branches: list[Branch] = []
    y = 0
    for common, members in _grouped(views, asked, shared):
        branch, y = _branch(common, members, {code: _without(texts, shared) for code, texts in asked.items()}, y)
        branches.append(branch)
    lines = _lines(shared or ["any patient"], SHARED_WIDTH, most=40)
    box = Box(0, 0, SHARED_WIDTH, lines, _height(lines))
    return Figure(WIDTH, max(y - GAP, box.height), box, tuple(branches))


def _branch(common: list[str], members: list[RuleView], asked: dict[str, list[str]], y: int) -> tuple[Branch, int]:
    """One branch from `y` down, and where the next one begins."""
    band = None
    if common:
        lines = _lines(common, WIDTH - ASKED_LEFT)
        band = Box(ASKED_LEFT, y, WIDTH - ASKED_LEFT, lines, _height(lines))
        y += band.height + GAP
    left = ASKED_LEFT + (INDENT if common else 0)
    rows = []
    for view in members:
        besides = _lines(_without(asked[view.rule.id], common) or [NOTHING_MORE], ASKED_RIGHT - left)
        reached = tuple(wrap(view.item, _room(REACHED_WIDTH - MARK)))
        height = max(_height(besides), _height(reached))
        anchor = f"rule-{view.rule.id}"
        rows.append(
            (
                Box(left, y, ASKED_RIGHT - left, besides, height),
                Box(REACHED_LEFT, y, REACHED_WIDTH, reached, height, view.mark, anchor),
            )
        )
        y += height + GAP
    return Branch(band, tuple(rows)), y


def _grouped(
    views: list[RuleView], asked: dict[str, list[str]], shared: list[str]
) -> Iterator[tuple[list[str], list[RuleView]]]:
    """The rules in groups that share one more condition, the largest group first; the rest share nothing."""
    left = list(views)
    while left:
        counts = Counter(text for view in left for text in set(_without(asked[view.rule.id], shared)))
        text, count = max(counts.items(), key=lambda item: item[1], default=("", 0))
        if count < 3:
            yield [], left
            return
        members = [view for view in left if text in asked[view.rule.id]]
        yield _without(_common(asked[view.rule.id] for view in members), shared), members
        left = [view for view in left if view not in members]


def _common(lists: Iterable[list[str]]) -> list[str]:
    """What stands in every list, in the order of the first."""
    first, *others = lists
    return [text for text in first if all(text in other for other in others)]


def _without(texts: list[str], left_out: list[str]) -> list[str]:
    return [text for text in texts if text not in left_out]


def _top(clause: Clause) -> list[str]:
    return [one_line(part) for part in clause.parts] if clause.joint == "all" else [one_line(clause)]


def _room(width: int) -> int:
    return int((width - 2 * PADDING) / CHARACTER)


def _height(lines: tuple[str, ...]) -> int:
    return len(lines) * LINE + 2 * PADDING


def _lines(texts: Iterable[str], width: int, most: int = MOST_LINES) -> tuple[str, ...]:
    room = _room(width)
    lines = [
        line
        for text in texts
        for line in wrap(text.replace(" %", "\xa0%"), room, initial_indent="• ", subsequent_indent="  ")
    ]
    return tuple(lines) if len(lines) <= most else (*lines[: most - 1], "… see the rule below")
