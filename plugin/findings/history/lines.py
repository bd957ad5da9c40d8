"""Lines of therapy, proposed from courses and from what is recorded of the disease between them.

What begins close together is one line. A later course opens a new one when progression is recorded before it, or when
something else is begun and nothing gives the change another reason. It belongs to the line when it goes on with the
same drugs, replaces one by another of its class, is its maintenance, or follows a stop for another reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from plugin.findings.dates import first_day, last_day, later, spoken
from plugin.findings.history.courses import Course
from plugin.library.treatment_policy import TreatmentPolicy

PROGRESSION = "progression"


@dataclass(frozen=True, slots=True)
class Event:
    """A record of how the disease went: on a day, progression or control.

    sure: false where it does not count yet, such as a preliminary one; it proves nothing, but leaves control open.
    """

    day: str
    progression: bool
    reference: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line of therapy.

    opened: why it is a line of its own, in a sentence. progressed: whether the disease progressed on it; None where
    nothing tells. progressed_on: the (partial) date, empty where only the next line tells of it. told_by: what does.
    """

    number: int
    courses: tuple[Course, ...]
    opened: str = ""
    progressed: bool | None = None
    progressed_on: str = ""
    told_by: tuple[str, ...] = ()

    @property
    def start(self) -> str:
        """The day of its first dose."""
        return self.courses[0].start

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of treatment in it."""
        return frozenset().union(*(course.kinds for course in self.courses))

    @property
    def references(self) -> tuple[str, ...]:
        """The resources that it rests on."""
        return tuple(dict.fromkeys(name for course in self.courses for name in course.references))

    @property
    def described(self) -> str:
        """The line in a phrase: its drugs, since when, and how the disease went on it as far as that is known."""
        names = ", ".join(dict.fromkeys(course.words for course in self.courses))
        started = f"line {self.number}: {names}, from {spoken(self.start)}"
        if self.progressed is None:
            return started
        went = "progression" if self.progressed else "no progression"
        return f"{started}, {went} {spoken(self.progressed_on)}" if self.progressed_on else f"{started}, {went}"

    def holds(self, classes: tuple[str, ...]) -> bool:
        """Whether a drug of these ValueSets is in it; any drug will do where none is named."""
        return not classes or any(course.sets.intersection(classes) for course in self.courses)


class LineBuilder:
    """Puts courses in the order of their start and decides, each time, whether a new line begins.

    doubt: why the lines cannot be told, in a sentence; empty where they can.
    """

    def __init__(self, courses: list[Course], events: list[Event], policy: TreatmentPolicy) -> None:
        self.policy = policy
        ordered = sorted(events, key=lambda event: (event.day, event.reference))
        self.events = [event for event in ordered if event.sure]
        self.unsure = [event for event in ordered if not event.sure]
        self.doubt = ""
        counting = [course for course in courses if course.kinds]
        self._doubting(next((course.doubt for course in counting if course.doubt), ""))
        dated = [course for course in counting if course.setting == "after" and course.start]
        undated = [course for course in counting if course.setting == "after" and not course.start]
        self._doubting(f"{undated[0].words} has no date" if undated else "")
        self.lines = self._lines(self._begun_since(dated))

    def _doubting(self, why: str) -> None:
        self.doubt = self.doubt or why

    def _begun_since(self, courses: list[Course]) -> list[Course]:
        """Without what only went on from the time before until the first line began."""
        fresh = next((course for course in courses if not course.carried), None)
        counting = []
        for course in courses:
            if not course.carried:
                counting.append(course)
                continue
            taken = course.ongoing or not course.end or (fresh is not None and not later(fresh.start, course.end))
            if fresh is None or (taken and not self._joins(course, fresh)):
                self._doubting(f"{course.words} went on from the time before; whether it is a line is not recorded")
            elif taken:
                counting.append(course)
        return counting

    def _lines(self, courses: list[Course]) -> tuple[Line, ...]:
        lines: list[Line] = []
        for begun in self._together(courses):
            if not lines:
                lines.append(Line(1, begun, "the first treatment after it"))
                continue
            opened, progression = self._opens(lines[-1], begun)
            if not opened:
                self._doubt_late_records(lines[-1], begun)
                lines[-1] = replace(lines[-1], courses=(*lines[-1].courses, *begun))
                continue
            lines[-1] = _ended(lines[-1], progression)
            lines.append(Line(len(lines) + 1, begun, opened))
        if lines:
            lines[-1] = self._newest(lines[-1])
        return tuple(lines)

    def _together(self, courses: list[Course]) -> Iterator[tuple[Course, ...]]:
        """Courses that begin within the days that make one line, unless the disease progressed in between."""
        begun: list[Course] = []
        for course in courses:
            if begun and (not self._joins(begun[0], course) or self._lost(begun, course)):
                yield tuple(begun)
                begun = []
            elif any(one.end and not later(one.end, course.start) for one in begun):
                self._doubt_progression(begun[0].start, first_day(course.start), course)
            begun.append(course)
        if begun:
            yield tuple(begun)

    def _lost(self, begun: list[Course], course: Course) -> bool:
        stopped = any(one.reason == PROGRESSION and not later(one.last, course.start) for one in begun)
        return stopped or self._progression(begun[0].start, course.start) is not None

    def _joins(self, first: Course, course: Course) -> bool:
        days = timedelta(days=self.policy.join_days)
        surely = last_day(course.start) <= first_day(first.start) + days
        possibly = first_day(course.start) <= last_day(first.start) + days
        if possibly and not surely:
            self._doubting(f"the dates of {first.words} and {course.words} are too coarse to tell one line from two")
        return possibly

    def _opens(self, line: Line, begun: tuple[Course, ...]) -> tuple[str, Event | None]:
        """Why a new line begins, and the recorded progression before it; empty where it does not begin."""
        fresh = [course for course in begun if not self._goes_on(line, course)]
        if not fresh:
            return "", None
        day = begun[0].start
        if event := self._progression(line.start, day):
            return f"progression is recorded {_on(event.day)}", event
        stopped = [course for course in line.courses if self._stopped(course, day)]
        if any(course.reason == PROGRESSION for course in stopped):
            failed = next(course for course in stopped if course.reason == PROGRESSION)
            return f"{failed.words} was stopped for progression", Event(failed.end, True, failed.references[-1])
        if stopped and all(course.reason and self._soon_after(course, day) for course in stopped):
            return "", None
        if all(self._same_class(line, course) for course in fresh) or self._is_maintenance(line, fresh, day):
            return "", None
        if len(stopped) < len(line.courses) and not any(self._soon_after(course, day) for course in stopped):
            names = ", ".join(course.words for course in fresh)
            self._doubting(f"{names} was added to treatment that went on; whether it is a new line is not recorded")
        return f"{', '.join(course.words for course in fresh)} was begun, and no other reason is recorded", None

    def _doubt_late_records(self, line: Line, begun: tuple[Course, ...]) -> None:
        """Progression that is recorded just after a change, or too coarsely dated, may be the reason of the change."""
        if all(self._same_drug(line, course) for course in begun):
            return
        settled = last_day(begun[0].start) + timedelta(days=self.policy.settling_days)
        self._doubt_progression(line.start, settled, begun[0])

    def _doubt_progression(self, start: str, until: date, begun: Course) -> None:
        """Doubt the lines where progression may have been recorded between a start and a day."""
        for event in self.events:
            if event.progression and last_day(event.day) > last_day(start) and first_day(event.day) <= until:
                self._doubting(f"progression is recorded {_on(event.day)}, about when {begun.words} was begun")

    def _same_drug(self, line: Line, course: Course) -> bool:
        """Whether the line holds the same drugs already, be it in other products."""
        sets = frozenset[str]().union(*(other.sets for other in line.courses))
        agents = frozenset[str]().union(*(other.agents for other in line.courses))
        return course.sets <= sets and course.agents <= agents

    def _goes_on(self, line: Line, course: Course) -> bool:
        """Whether the line holds the same drug already, or one of the two records names the kind of treatment alone."""
        if self._same_drug(line, course):
            return True
        unnamed = self.policy.unnamed
        alike = [other for other in line.courses if course.kinds <= other.kinds]
        beside = any(self._soon_after(other, course.start) for other in alike)
        return beside and (course.sets <= unnamed or all(other.sets <= unnamed for other in alike))

    def _progression(self, start: str, day: str) -> Event | None:
        """Progression surely recorded between a start and a day; just after a start it may be about what was before."""
        settled = last_day(start) + timedelta(days=self.policy.settling_days)
        within = [
            event
            for event in self.events
            if event.progression and first_day(event.day) > settled and last_day(event.day) <= first_day(day)
        ]
        return within[0] if within else None

    def _stopped(self, course: Course, day: str) -> bool:
        """Whether it had ended, or surely did soon, when something else was begun."""
        soon = last_day(day) + timedelta(days=self.policy.join_days)
        return not course.ongoing and (not course.end or first_day(course.end) <= soon)

    def _soon_after(self, course: Course, day: str) -> bool:
        return course.ongoing or first_day(day) <= last_day(course.last) + timedelta(days=self.policy.pause_days)

    def _same_class(self, line: Line, course: Course) -> bool:
        classes = self.policy.classes.difference(self.policy.mixed)
        return any(course.sets & other.sets & classes for other in line.courses)

    def _is_maintenance(self, line: Line, fresh: list[Course], day: str) -> bool:
        kinds = frozenset().union(*(course.kinds for course in fresh))
        if kinds & line.kinds or not self.policy.maintains(kinds, line.kinds):
            return False
        return any(self._soon_after(course, day) for course in line.courses)

    def _newest(self, line: Line) -> Line:
        """The line of today: the newest record of the disease since its start says whether it still holds."""
        settled = last_day(line.start) + timedelta(days=self.policy.settling_days)
        since = [event for event in self.events if first_day(event.day) > settled]
        newest = [event for event in since if not any(later(other.day, event.day) for other in since)]
        said = {event.progression for event in newest}
        failed = [course for course in line.courses if course.reason == PROGRESSION]
        if len(said) > 1:
            return line
        if said == {True} or failed:
            day = next(event.day for event in since if event.progression) if said == {True} else failed[-1].end
            told_by = [event.reference for event in newest if event.progression]
            told_by += [name for course in failed for name in course.references[-1:]]
            return replace(line, progressed=True, progressed_on=day, told_by=tuple(told_by))
        if said == {False} and any(not later(newest[0].day, event.day) for event in self.unsure):
            return line
        if said == {False}:
            return replace(line, progressed=False, told_by=tuple(event.reference for event in newest))
        return line


def _ended(line: Line, progression: Event | None) -> Line:
    """The line as the next one ends it: lost, unless all of it was stopped for other reasons."""
    if progression is None:
        return replace(line, progressed=None if all(course.reason for course in line.courses) else True)
    return replace(line, progressed=True, progressed_on=progression.day, told_by=(progression.reference,))


def _on(day: str) -> str:
    return f"on {spoken(day)}" if len(day) == 10 else f"in {spoken(day)}"
