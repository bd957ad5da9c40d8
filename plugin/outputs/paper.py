"""What fits on one sheet: blocks give up their last entries and say how many; the important ones give up fewer.

A page is measured in lines of print. The measure is careful rather than exact: the same page has to fit on A4 and on
Letter, with the wider of the usual fonts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from plugin.outputs.digest import Block, Part

LINE = 106  # characters of a line of print
HEADING = 1.7  # lines that the heading of a part takes, with the room above it
BETWEEN = 0.15  # lines of white between blocks
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

    Again and again the block that takes most room for its importance gives up its last entry, until all fits.
    """
    fitted = [[Fitted(block, len(block.entries)) for block in part.blocks] for part in parts]
    room = lines - HEADING * len(parts) - sum(not part.blocks for part in parts)
    while sum(block.lines for blocks in fitted for block in blocks) > room:
        givers = [
            (block.block.rank * block.lines, at, place)
            for at, blocks in enumerate(fitted)
            for place, block in enumerate(blocks)
            if block.can_give
        ]
        if not givers:
            break  # what is left is a title a block; it then runs on to a second sheet, and nothing is lost
        _, at, place = max(givers)
        fitted[at][place] = replace(fitted[at][place], shown=fitted[at][place].shown - 1)
    return tuple(FittedPart(part, tuple(blocks)) for part, blocks in zip(parts, fitted, strict=True))


def _cut(entry: str) -> str:
    longest = LONGEST * LINE - len(ELSEWHERE) - 3
    return entry if len(entry) <= longest else f"{entry[:longest].rstrip()}{ELSEWHERE}"
