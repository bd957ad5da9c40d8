"""What fits on one sheet: blocks give up their last entries and say how many; the important ones give up fewer.

A page is measured in lines of print. The measure is careful rather than exact: the same page has to fit on A4 and on
Letter, with the wider of the usual fonts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from plugin.outputs.digest import Block, Part

LINE = 113  # characters of a line of print
HEADING = 1.7  # lines that the heading of a part takes, with the room above it
BETWEEN = 0.08  # lines of white between blocks
LONGEST = 3  # lines of one entry; what is longer is cut, and stands in full in the appendix
ELSEWHERE = "… (in full in the appendix)"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A block as the sheet shows it: its first entries, and how many more there are."""

    block: Block
    shown: int

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries that are shown, none longer than a few lines."""
        return tuple(map(_cut, self.block.entries[: self.shown]))

    @property
    def more(self) -> int:
        """How many entries stand in the appendix only."""
        return len(self.block.entries) - self.shown

    @property
    def can_give(self) -> bool:
        """Whether an entry less would save room: not on a line that is there anyway, and a list keeps its first."""
        return self.lines > BETWEEN + 1 if self.block.flows else self.shown > 1

    @property
    def lines(self) -> float:
        """Lines of print that the block takes."""
        entries = [*self.entries, *([f"and {self.more} more, appendix"] if self.more else [])]
        if self.block.flows:
            letters = len(self.block.title) + len(" (12): ") + sum(len(entry) + 2 for entry in entries)
            return BETWEEN + ceil(letters / LINE)
        return BETWEEN + 1 + sum(ceil((len(entry) + 3) / LINE) for entry in entries)


@dataclass(frozen=True, slots=True)
class FittedPart:
    """A part as the sheet shows it."""

    part: Part
    blocks: tuple[Fitted, ...]


def fit(parts: Sequence[Part], lines: float) -> tuple[FittedPart, ...]:
    """The parts cut down to a sheet of so many lines.

    Again and again the block that takes most room for its importance gives up its last entry, until all fits; what room
    is left over then is given back, to the important blocks first.
    """
    blocks = [Fitted(block, len(block.entries)) for part in parts for block in part.blocks]
    room = lines - HEADING * len(parts) - sum(not part.blocks for part in parts)
    while _height(blocks) > room:
        givers = [(each.block.rank * each.lines, place) for place, each in enumerate(blocks) if each.can_give]
        if not givers:
            break  # what is left is a title a block; it then runs on to a second sheet, and nothing is lost
        _, place = max(givers)
        blocks[place] = replace(blocks[place], shown=blocks[place].shown - 1)
    for place in sorted(range(len(blocks)), key=lambda place: blocks[place].block.rank):
        _fill(blocks, place, room)
    rest = iter(blocks)
    return tuple(FittedPart(part, tuple(next(rest) for _ in part.blocks)) for part in parts)


def _height(blocks: Sequence[Fitted]) -> float:
    return sum(block.lines for block in blocks)


def _fill(blocks: list[Fitted], place: int, room: float) -> None:
    """Give one block back what fits."""
    while blocks[place].more:
        before = blocks[place]
        blocks[place] = replace(before, shown=before.shown + 1)
        if _height(blocks) > room:
            blocks[place] = before
            return


def _cut(entry: str) -> str:
    longest = LONGEST * LINE - len(ELSEWHERE) - 3
    return entry if len(entry) <= longest else f"{entry[:longest].rstrip()}{ELSEWHERE}"
