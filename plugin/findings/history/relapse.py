"""How long after (or into) a treatment the disease came back, three-valued: dates that are missing decide nothing."""

from __future__ import annotations

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
    answers = [_answer(course, began, reading) for course in placed]
    said = True if True in answers else None if None in answers or unclear else False
    if said is None:
        return None, unclear or f"the dates leave it open: {placed[0].said}", ()
    deciding = tuple(c for c, answer in zip(placed, answers, strict=True) if answer is said)
    return said, f"{deciding[-1].said}, {history.began.label}: {spoken(began)}", deciding


def _answer(course: Course, began: str, reading: Reading) -> bool | None:
    within = _within(course, began, reading.within_months, reading.counted_from)
    if not reading.more_than_months:
        return within
    early = _within(course, began, reading.more_than_months, reading.counted_from)
    if within is False or early is True:
        return False
    return True if within and early is False else None


def _within(course: Course, began: str, months: int, counted_from: str) -> bool | None:
    if not months:
        return True
    if counted_from == "start":
        return within_months(course.start, began, months)
    if course.ongoing or (course.end and not later(began, course.end) and first_day(course.end) >= last_day(began)):
        return True
    if course.end:
        return within_months(course.end, began, months)
    return surely_within(course.last, began, months)
