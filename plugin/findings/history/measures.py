"""From the history of treatment to one finding. It shows what was given; that nothing was, only beside recorded lines.

Everything here is derived: it counts, is marked, and asks to be confirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from plugin.findings.dates import first_day, last_day, spoken
from plugin.findings.history.courses import Course
from plugin.findings.history.history import History
from plugin.findings.history.lines import PROGRESSION, Line
from plugin.findings.history.relapse import relapsed
from plugin.findings.history.spans import within_months
from plugin.findings.model import AsideKind, Finding, Result
from plugin.library.readings import Reading
from plugin.library.treatment_policy import TreatmentPolicy
from plugin.library.vocabulary import FindingDefinition, Value

MOST_WORDS = 3
BESIDE = "it is not what decides this"
ELSEWHERE = "it does not lie in the time that this fact is about, or its date is missing"
OF_LINES = frozenset({"lines", "next", "current", "ongoing", "progressed", "early"})  # earlier courses are no matter
NOT_AMONG = "no such drug is among the lines on record"
OTHERWISE_ENDED = "the line was lost, but it was stopped for another reason, or long before"
NO_PROGRESSION = "no record says how the disease went on it"


@dataclass(frozen=True, slots=True)
class Told:
    """What the history tells: a value, or None with the reason; the courses and other resources behind it."""

    value: Value | None
    note: str = ""
    courses: tuple[Course, ...] = ()
    also: tuple[str, ...] = ()


def measured(history: History, definition: FindingDefinition, policy: TreatmentPolicy, as_of: str) -> Finding:
    """The finding of a reading of kind `treatment`; unknown, with the reason, where the chart does not show it."""
    reading = definition.reading or Reading("treatment")
    own = tuple(
        course for course in history.courses if not reading.classes or course.sets.intersection(reading.classes)
    )
    told = MEASURES[reading.measure](_Question(history, reading, own, policy, as_of))
    counting = {reference for course in told.courses for reference in course.references}
    shown = [course for course in own if reading.measure not in OF_LINES or course.setting != "before" or course.doubt]
    results = (*(_result(course, told, counting, reading) for course in shown), *_left_out(history, reading))
    evidence = tuple(dict.fromkeys((*(name for course in told.courses for name in course.references), *told.also)))
    if told.value is None:
        return Finding(definition.code, "unknown", note=told.note, results=results)
    words = ", ".join(dict.fromkeys(course.words for course in told.courses[:MOST_WORDS]))
    return Finding(definition.code, "derived", told.value, words, evidence, told.note, results)


def _result(course: Course, told: Told, counting: set[str], reading: Reading) -> Result:
    counts = bool(counting.intersection(course.references))
    period = "after" if reading.measure in OF_LINES else reading.period
    fits = period in ("any", course.setting)
    aside = "" if counts or (fits and told.value is None) else course.doubt or (BESIDE if fits else ELSEWHERE)
    kind: AsideKind = "out-of-scope" if aside else ""
    value = told.value if counts else None
    return Result(course.references[0], value, course.until, course.start, "", course.label, aside, kind)


def _left_out(history: History, reading: Reading) -> Iterator[Result]:
    """Records that tell of no treatment that counts, or of none that is known."""
    for drug in history.aside:
        if drug.sets.intersection(reading.classes) or (not reading.classes and drug.sets) or not drug.sets:
            words = drug.words or drug.label
            yield Result(drug.reference, None, words, drug.day, "", drug.label, drug.aside, drug.aside_kind)


@dataclass(frozen=True, slots=True)
class _Question:
    """One reading put to the history: `own` are the courses of its classes."""

    history: History
    reading: Reading
    own: tuple[Course, ...]
    policy: TreatmentPolicy
    as_of: str

    def placed(self) -> tuple[Course, ...]:
        """The courses that lie in the period of the reading."""
        period = self.reading.period
        fitting = (course for course in self.own if period == "any" or course.setting == period)
        placed = (course for course in fitting if not course.uncertain)
        if period != "after":
            return tuple(placed)
        return tuple(course for course in placed if not course.carried or self._in_a_line(course))

    def _in_a_line(self, course: Course) -> bool:
        """Whether it belongs to a line; what only went on from the time before does not."""
        return any(course in line.courses for line in self.history.lines)

    @property
    def newest(self) -> Line | None:
        return self.history.lines[-1] if self.history.lines else None

    def absent(self) -> Told:
        """What it means that no course is there: nothing, unless complete lines are on record."""
        history = self.history
        if any(course.setting == "" for course in self.own):
            return Told(None, next(course.doubt for course in self.own if course.setting == ""))
        if history.complete and self.reading.period == "after":
            return Told(False, NOT_AMONG, (), _behind(history.lines))
        return Told(None, history.doubt if history.lines else "")


def _given(asked: _Question) -> Told:
    placed = asked.placed()
    if not placed:
        return asked.absent()
    began = asked.history.began.day
    note = "from drugs in the chart"
    if began and asked.reading.period != "any":
        note += f", {asked.history.began.label}: {spoken(began)}"
    return Told(True, note, placed)


def _lines(asked: _Question) -> Told:
    history = asked.history
    if not history.complete:
        return Told(None, history.doubt)
    holding = tuple(line for line in history.lines if line.holds(asked.reading.classes))
    courses = tuple(course for line in holding for course in line.courses)
    also = () if holding else _behind(history.lines)
    return Told(len(holding), "; ".join(line.described for line in history.lines), courses, also)


def _next(asked: _Question) -> Told:
    told = _lines(asked)
    if not isinstance(told.value, int):
        return told
    return Told(told.value + 1, told.note, told.courses, told.also)


def _current(asked: _Question) -> Told:
    line = asked.newest
    if line is None or asked.history.doubt:
        return Told(None, asked.history.doubt)
    courses = tuple(course for course in line.courses if course.sets.intersection(asked.reading.classes))
    return Told(bool(courses), line.described, courses, () if courses else line.references)


def _ongoing(asked: _Question) -> Told:
    """Whether the newest line, or its drugs of the classes, goes on; a stop counts only where it is recorded."""
    line = asked.newest
    if line is None or asked.history.doubt:
        return Told(None, asked.history.doubt)
    courses = [course for course in line.courses if course in asked.own]
    if not courses:
        return Told(None, NOT_AMONG)
    going = tuple(course for course in courses if course.ongoing)
    if going:
        return Told(True, line.described, going)
    if all(course.over for course in courses):
        return Told(False, line.described, tuple(courses))
    return Told(None, "the end of the newest line is not recorded")


def _progressed(asked: _Question) -> Told:
    line = asked.newest
    if line is None or asked.history.doubt:
        return Told(None, asked.history.doubt)
    if line.progressed is None:
        return Told(None, NO_PROGRESSION)
    return Told(line.progressed, line.described, line.courses, line.told_by)


def _failed(asked: _Question) -> Told:
    """Whether the disease progressed on a drug of the classes, or the drug endangered life."""
    grave = tuple(one for one in asked.history.reactions if one.sets.intersection(asked.reading.classes))
    if not grave:
        return _lost(asked)
    return Told(True, f"a grave reaction to {grave[0].words} is on record", (), tuple(one.reference for one in grave))


def _lost(asked: _Question) -> Told:
    """Whether the disease progressed on a drug of the classes."""
    placed = asked.placed()
    if not placed:
        return asked.absent()
    stopped = tuple(course for course in placed if course.reason == PROGRESSION)
    if stopped:
        return Told(True, "it was stopped for progression", stopped)
    if asked.history.doubt:
        return Told(None, asked.history.doubt)
    lines = [line for line in asked.history.lines if any(course in line.courses for course in placed)]
    lost = [line for line in lines if line.progressed and _was_the_cause(asked, line, placed)]
    if lost:
        return Told(True, lost[0].described, placed, lost[0].told_by)
    if lines and all(line.progressed is False or _stopped_otherwise(line, placed) for line in lines):
        return Told(False, "; ".join(line.described for line in lines), placed)
    ended = any(line.progressed for line in lines)
    return Told(None, OTHERWISE_ENDED if ended else NO_PROGRESSION if lines else "")


def _was_the_cause(asked: _Question, line: Line, placed: tuple[Course, ...]) -> bool:
    """A drug that was stopped for another reason, or long before, did not fail, though its line did."""
    day = line.progressed_on or _next_start(asked, line)
    pause = timedelta(days=asked.policy.pause_days)
    return any(
        not course.reason and not (day and course.end and first_day(day) > last_day(course.end) + pause)
        for course in line.courses
        if course in placed
    )


def _stopped_otherwise(line: Line, placed: tuple[Course, ...]) -> bool:
    return all(course.reason for course in line.courses if course in placed)


def _next_start(asked: _Question, line: Line) -> str:
    """When the line was over at the latest: the start of the next one, else today."""
    lines = asked.history.lines
    return lines[line.number].start if line.number < len(lines) else asked.as_of


def _early(asked: _Question) -> Told:
    """Whether the first line with these classes was lost within so many months of their start in it."""
    history, months = asked.history, asked.reading.within_months
    if not history.complete:
        return Told(None, history.doubt)
    line = next((line for line in history.lines if line.holds(asked.reading.classes)), None)
    if line is None:
        return Told(False, NOT_AMONG, (), _behind(history.lines))
    start = next(course.start for course in line.courses if course in asked.own)
    if line.progressed is None:
        return Told(None, NO_PROGRESSION)
    said = within_months(start, line.progressed_on or _next_start(asked, line), months)
    if not line.progressed:
        said = None if said else said
    return Told(said, line.described, line.courses, line.told_by)


def _relapse(asked: _Question) -> Told:
    said, note, courses = relapsed(asked.history, asked.reading, asked.own)
    return Told(said, note, courses, asked.history.began_by if said is not None else ())


def _behind(lines: tuple[Line, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for line in lines for name in line.references))


MEASURES: dict[str, Callable[[_Question], Told]] = {
    "given": _given,
    "lines": _lines,
    "next": _next,
    "current": _current,
    "ongoing": _ongoing,
    "progressed": _progressed,
    "failed": _failed,
    "lost": _lost,
    "early": _early,
    "relapse": _relapse,
}
