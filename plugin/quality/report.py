"""What a check says: remarks under topics, and the outcome of every case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plugin.errors import Fault
from plugin.quality.running import Outcome

Level = Literal["fault", "gap", "note"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a check has to say.

    level: a `fault` must be mended, a `gap` should be closed before a release, a `note` is good to know.
    where: `file:line` or `file:line:column` within the template; empty where it is about the whole.
    remedy: what to do; empty where nothing needs doing.
    offending: what stands there in the file, on one line; found out from `where` when left empty.
    """

    level: Level
    text: str
    where: str = ""
    remedy: str = ""
    offending: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Results that are read as a table: the heads of its columns, and rows of as many cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One check: what it looked at, how many things it looked at, and its remarks.

    summary: its result in one sentence, such as a score; table: what is to be read of each thing. Both may be missing.
    """

    topic: str
    looked_at: int
    remarks: tuple[Remark, ...] = ()
    summary: str = ""
    table: Table | None = None

    def count(self, level: Level) -> int:
        """How many remarks there are of this level."""
        return sum(remark.level == level for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class TemplateReport:
    """Everything that was found out about one template.

    name: of its folder. title: with version; empty where it did not load. outcomes: one for each case, in file order.
    """

    name: str
    title: str
    sections: tuple[Section, ...]
    outcomes: tuple[Outcome, ...] = ()
    seconds: float = 0.0

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The cases that did not get what they expect."""
        return tuple(outcome for outcome in self.outcomes if not outcome.passed)

    @property
    def faults(self) -> int:
        """How many things must be mended."""
        return len(self.failed) + self.count("fault")

    def count(self, level: Level) -> int:
        """How many remarks of this level the sections hold."""
        return sum(section.count(level) for section in self.sections)


def remark_of(fault: Fault) -> Remark:
    """A fault of a file as a remark."""
    return Remark("fault", fault.message, fault.where, fault.remedy, fault.text)
