"""What a check says: remarks under topics, and the outcome of every case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from plugin.errors import Fault
from plugin.quality.running import Outcome

if TYPE_CHECKING:
    from plugin.quality.origin import Origin

Level = Literal["fault", "gap", "note"]
LEVELS: tuple[Level, ...] = ("fault", "gap", "note")
PLACE = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?$")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file of the template; line and column count from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


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

    @property
    def place(self) -> Place | None:
        """`where` in its parts; None where the remark is about the whole."""
        match = PLACE.match(self.where)
        if match is None:
            return None
        line, column = match["line"], match["column"]
        return Place(match["file"], int(line) if line else None, int(column) if column else None)


@dataclass(frozen=True, slots=True)
class Table:
    """Results that are read as a table: the heads of its columns, and rows of as many cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One check: what it looked at, how many things it looked at, and its remarks.

    summary: its result in one sentence, such as a score; table: what is to be read of each thing. Both may be missing.
    id: a name for machines that stays when the topic is worded anew.
    """

    topic: str
    looked_at: int
    remarks: tuple[Remark, ...] = ()
    summary: str = ""
    table: Table | None = None
    id: str = ""

    @property
    def key(self) -> str:
        """Its id; made of the topic where it has none."""
        return self.id or re.sub(r"[^a-z0-9]+", "-", self.topic.lower()).strip("-")

    @property
    def worst(self) -> Level | None:
        """The level of its gravest remark; None where it has none."""
        return next((level for level in LEVELS if self.count(level)), None)

    def count(self, level: Level) -> int:
        """How many remarks there are of this level."""
        return sum(remark.level == level for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class TemplateReport:
    """Everything that was found out about one template.

    name: of its folder. title: with version; empty where it did not load. outcomes: one for each case, in file order.
    version, date: of the template, as it says itself; empty where it did not load.
    as_of: the day of the check. origin: what was checked; None where nobody says.
    """

    name: str
    title: str
    sections: tuple[Section, ...]
    outcomes: tuple[Outcome, ...] = ()
    seconds: float = 0.0
    version: str = ""
    date: str = ""
    as_of: str = ""
    origin: Origin | None = None

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
