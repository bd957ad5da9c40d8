"""What the doctor has to say of a server: checks in sections, the verdict, and who has to do what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from plugin.quality.as_text import counted

# `fault`: we cannot serve this server as it is. `limit`: we can, with less. `note`: good to know. `good`: as it should
# be. `open`: not looked at, and why.
Level = Literal["fault", "limit", "note", "good", "open"]
LEVELS: tuple[Level, ...] = ("fault", "limit", "note", "good", "open")

ADMINISTRATOR = "administrator of the EHR"
REGISTRATION = "whoever registers the app in the EHR"
OPERATOR = "whoever runs the plug-in"
EXAMINER = "whoever runs careplan doctor"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    id: stable, for programs. seen: what was seen. why: why it matters, remedy: what to do, who: who has to do it;
    these three are empty where all is well. Never holds a token, or anything of a patient but counts.
    """

    id: str
    level: Level
    seen: str
    why: str = ""
    remedy: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures behind the checks of a section; every cell is text."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Checks about one topic, in the order in which they were made."""

    key: str
    title: str
    checks: tuple[Check, ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do, and everything seen that asks for it."""

    level: Level
    remedy: str
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The examination of one server.

    made_at: ISO date-time with zone. access: how it was let in, in words. reached: whether anything answered at all.
    """

    iss: str
    made_at: str
    access: str
    sections: tuple[Section, ...]
    reached: bool = True

    def checks(self, level: Level) -> tuple[Check, ...]:
        """The checks of one level, in order."""
        return tuple(check for section in self.sections for check in section.checks if check.level == level)

    @property
    def searched(self) -> bool:
        """Whether the searches of a chart were made; without them nobody knows whether a plan can be drafted."""
        return any(section.key == "searches" and section.tables for section in self.sections)

    @property
    def verdict(self) -> str:
        """`fit`, `fit with limits`, `not fit`, or `not known yet` where no fault shows and no search was tried."""
        if self.checks("fault"):
            return "not fit"
        if not self.searched:
            return "not known yet"
        return "fit with limits" if self.checks("limit") else "fit"

    @property
    def in_words(self) -> str:
        """The verdict as a sentence that says what it rests on."""
        grave: tuple[Level, ...] = ("fault", "limit")
        counts = [counted(len(found), level) for level in grave if (found := self.checks(level))]
        left = len(self.checks("open"))
        rest = f"; {left} {'thing was' if left == 1 else 'things were'} not looked at" if left else ""
        far = ", no search of a chart was tried" if self.verdict == "not known yet" else ""
        return f"{self.verdict}{far}{': ' if counts else ''}{', '.join(counts)}{rest}"

    def to_change(self) -> Iterator[tuple[str, tuple[Change, ...]]]:
        """What has to be changed, by the person who has to do it; faults before limits, one remedy once.

        Last comes what could not be looked at and somebody can do something about.
        """
        wanted = (*self.checks("fault"), *self.checks("limit"), *self.checks("open"))
        for who in dict.fromkeys(check.who for check in wanted if check.who):
            by_remedy: dict[tuple[Level, str], list[str]] = {}
            for check in wanted:
                if check.who == who:
                    by_remedy.setdefault((check.level, check.remedy), []).append(check.seen)
            yield who, tuple(Change(level, remedy, tuple(seen)) for (level, remedy), seen in by_remedy.items())
