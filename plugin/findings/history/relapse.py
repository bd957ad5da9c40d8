"""How long after (or into) a treatment the disease came back, three-valued: dates that are missing decide nothing."""

from __future__ import annotations

from collections.abc import Iterable

from plugin.findings.dates import first_day, last_day, later, spoken
from plugin.findings.history.courses import Course
from plugin.findings.history.history import History
from plugin.findings.history.spans import surely_within, within_months
from plugin.library.readings import Reading


def relapsed(
    history: History, reading: Reading, own: tuple[Course, ...]
) -> tuple[bool | None, str, tuple[Course, ...]]:
    """Whether it came back within the months of the reading, counted from the last dose (or the first).

    Returns the answer, why, and the courses behind it. `more_than_months` is the lower bound; without an upper one any
    interval will do.
    """
    began = history.began.day
    placed = tuple(course for course in own if course.setting == "before")
    unclear = next((course.doubt for course in own if course.setting == ""), "")
    if not placed:
        return None, unclear, ()
    if not began:
        return None, f"no date is on record for this: {history.began.label}", ()
    within, early = (
        _any(_within(course, began, months, reading.counted_from, placed) for course in placed) if months else given
        for months, given in ((reading.within_months, True), (reading.more_than_months, False))
    )
    said = _both(within, early)
    if (said is not True or reading.more_than_months) and (unclear or history.gap):
        return None, unclear or history.gap, ()
    if said is None:
        return None, f"the dates leave it open: {placed[-1].said}", ()
    newest = max(placed, key=lambda course: (course.end or course.last, course.references))
    return said, f"{newest.said}, {history.began.label}: {spoken(began)}", placed


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    return True if True in found else None if None in found else False


def _both(within: bool | None, early: bool | None) -> bool | None:
    """Within the longer interval, and not within the shorter one."""
    if within is False or early is True:
        return False
    return True if within and early is False else None


def _within(course: Course, began: str, months: int, counted_from: str, courses: tuple[Course, ...]) -> bool | None:
    if counted_from == "start":
        return _since_start(courses, began, months)
    if course.ongoing or (course.end and not later(began, course.end) and first_day(course.end) >= last_day(began)):
        return True
    if not course.end:
        return surely_within(course.last, began, months)
    latest = within_months(course.end, began, months)
    return latest if latest is False or course.last == course.end else surely_within(course.last, began, months)


def _since_start(courses: tuple[Course, ...], began: str, months: int) -> bool | None:
    """Counted from the first of courses that follow each other without a pause; a pause leaves both starts open."""
    dated = sorted((course for course in courses if course.start), key=lambda course: first_day(course.start))
    if len(dated) < len(courses):
        return None
    starts, reach = [dated[0].start], dated[0].reach
    for course in dated[1:]:
        if first_day(course.start) > reach:
            starts.append(course.start)
        reach = max(reach, course.reach)
    answers = {within_months(start, began, months) for start in starts}
    return answers.pop() if len(answers) == 1 else None
