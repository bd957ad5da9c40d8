"""Treatment as bars in time, one for each course of a drug: what is not known of its ends is drawn and said as such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from plugin.drafting.model import Draft
from plugin.findings.dates import first_day, last_day, spoken
from plugin.findings.history.courses import Course
from plugin.library.vocabulary import Vocabulary
from plugin.review.course.axis import Axis
from plugin.review.course.labels import FULL, Extent, Side, laid_out, per_cent, width_of

Kind = Literal["before", "line", "other"]
MOST_ROWS = 8
STUB = 3.0  # per cent: how long an end that is not known is drawn
THINNEST = per_cent(4)


@dataclass(frozen=True, slots=True)
class Bar:
    """One course on the axis. x, width, and those of `before` and `after`, are per cent.

    before, after: the parts in which it may have begun or ended; width 0 where that is known. goes_on: still given.
    label: what is written above it; side: from its left end, or up to its right end.
    """

    x: float
    width: float
    before: Extent
    after: Extent
    goes_on: bool
    row: int
    kind: Kind
    label: str
    side: Side
    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Told:
    """One course in words, as the table has it."""

    drug: str
    began: str
    ended: str
    setting: str
    reason: str
    anchor: str
    drawn: bool

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        return "; ".join(filter(None, (f"{self.drug}: {self.began} to {self.ended}", self.setting, self.reason)))


@dataclass(frozen=True, slots=True)
class TreatmentLane:
    """Bars in time; told: every course in words; undated: those that have no place in time."""

    bars: tuple[Bar, ...]
    told: tuple[Told, ...]
    rows: int

    @property
    def undated(self) -> tuple[Told, ...]:
        """The courses without any date, which are named instead of drawn."""
        return tuple(one for one in self.told if not one.drawn)


def days_of(courses: tuple[Course, ...]) -> Iterator[str]:
    """The days of these courses, for the axis."""
    return (day for course in courses for day in (course.start, course.end) if day)


def treatment_lane(draft: Draft, vocabulary: Vocabulary, axis: Axis) -> TreatmentLane:
    """Every course of the chart that counts as treatment, laid out on the axis."""
    findings, as_of = draft.findings, date.fromisoformat(draft.as_of)
    numbers = _numbers(draft)
    told = told_courses(draft, vocabulary)
    dated = [(course, one) for course, one in zip(findings.courses, told, strict=True) if one.drawn]
    spans = [_spans(course, axis, as_of) for course, _ in dated]
    bodies = [(before[0] if before[1] else x, _right(x, width, after)) for x, width, before, after in spans]
    labels = [_label(course, one, numbers.get(course, 0)) for course, one in dated]
    sides: list[Side] = [
        "right" if start + width_of(label) <= FULL else "left" for (start, _), label in zip(bodies, labels, strict=True)
    ]
    wide = [_with_label(*each) for each in zip(bodies, labels, sides, strict=True)]
    placed = laid_out(bodies, wide, MOST_ROWS, reversed(range(len(dated))))
    bars = tuple(
        Bar(
            *span,
            goes_on=course.ongoing,
            row=row,
            kind="line" if course in numbers else "before" if course.setting == "before" else "other",
            label=label if written else "",
            side=side if written else "",
            title=one.sentence,
            anchor=one.anchor,
        )
        for (course, one), span, label, side, (row, written) in zip(dated, spans, labels, sides, placed, strict=True)
    )
    return TreatmentLane(bars, told, 1 + max((bar.row for bar in bars), default=-1))


def told_courses(draft: Draft, vocabulary: Vocabulary) -> tuple[Told, ...]:
    """Every course of the chart that counts as treatment, in words and in the order of the chart."""
    numbers, anchors = _numbers(draft), _anchors(draft, vocabulary)
    since = vocabulary[vocabulary.treatment.since].label if vocabulary.treatment.since else ""
    return tuple(_told(course, numbers.get(course, 0), since, anchors) for course in draft.findings.courses)


def in_no_line(draft: Draft, vocabulary: Vocabulary) -> tuple[Told, ...]:
    """The courses that are in no line of treatment, such as those from before the first one."""
    numbers, told = _numbers(draft), told_courses(draft, vocabulary)
    return tuple(each for course, each in zip(draft.findings.courses, told, strict=True) if course not in numbers)


def _numbers(draft: Draft) -> dict[Course, int]:
    return {course: line.number for line in draft.findings.lines for course in line.courses}


def _told(course: Course, number: int, since: str, anchors: Mapping[str, str]) -> Told:
    ended = spoken(course.end) if course.end else "still given" if course.ongoing else "end not recorded"
    if not (course.end or course.ongoing) and course.last and course.last != course.start:
        ended = f"end not recorded, last on record {spoken(course.last)}"
    settings = {
        "before": f"before {since[:1].lower()}{since[1:]}",
        "after": "after it began, in no line",
        "": "setting not known",
    }
    return Told(
        drug=course.label or course.words,
        began=spoken(course.start) if course.start else "start not recorded",
        ended=ended,
        setting=f"line {number}" if number else settings[course.setting] if course.kinds else "counts for no line",
        reason=f"stopped: {course.reason}" if course.reason else "",
        anchor=next((anchors[name] for name in course.references if name in anchors), ""),
        drawn=bool(course.start or course.end),
    )


def _label(course: Course, told: Told, number: int) -> str:
    parts = [course.words, f"line {number}" if number else ""]
    parts.append("start not recorded" if not course.start else "")
    parts.append("still given" if course.ongoing else "" if course.end else "end not recorded")
    return " · ".join(filter(None, parts))


def _spans(course: Course, axis: Axis, as_of: date) -> tuple[float, float, Extent, Extent]:
    """Where it surely was given, where it may have begun, where it may have ended."""
    surely = axis.at(last_day(course.start)) if course.start else axis.at(first_day(course.end))
    before = _part(*axis.span(course.start)) if course.start else _part(surely - STUB, surely)
    if course.ongoing:
        until, after = axis.at(as_of), (0.0, 0.0)
    elif course.end:
        until, after = axis.at(first_day(course.end)), _part(*axis.span(course.end))
    else:
        until = axis.at(last_day(course.last or course.start))
        after = _part(until, min(until + STUB, FULL))
    return surely, round(max(until - surely, THINNEST), 2), before, after


def _part(start: float, end: float) -> Extent:
    return round(max(start, 0.0), 2), round(end - max(start, 0.0), 2)


def _right(x: float, width: float, after: Extent) -> float:
    return max(x + width, sum(after))


def _with_label(body: Extent, label: str, side: Side) -> Extent:
    start, end = body
    wide = width_of(label)
    return (start, max(end, start + wide)) if side == "right" else (min(start, end - wide), end)


def _anchors(draft: Draft, vocabulary: Vocabulary) -> dict[str, str]:
    """By reference, the fact about earlier treatment that rests on it; first those whose value it decides."""
    found: dict[str, str] = {}
    for definition in vocabulary.read_as("treatment"):
        for name in draft.findings[definition.code].evidence:
            found.setdefault(name, f"fact-{definition.code}")
    for definition in vocabulary.read_as("treatment"):
        for result in draft.findings[definition.code].results:
            found.setdefault(result.reference, f"fact-{definition.code}")
    return found
