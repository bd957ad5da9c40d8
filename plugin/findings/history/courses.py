"""Drugs of a chart joined into courses: one drug or class, in one setting, from its first dose to its last."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from plugin.findings.dates import first_day, last_day, later, spoken
from plugin.findings.history.drugs import ONE_YEAR, Drug
from plugin.library.treatment_policy import TreatmentPolicy

Setting = Literal["before", "after", ""]


@dataclass(frozen=True, slots=True)
class Course:
    """One drug from its first dose on record to its last.

    words, label: its names in the chart, and those with a site's codes. start, end: (partial) dates; an empty end is
        not known or not reached. last: the latest day on which it was surely taken. ongoing: nothing says that it has
        ended. over: it surely has. reach: the last day on which the same drug would still be this course.
    reason: why it was stopped, in the terms of the policy. stated: its records name the setting. carried: it goes on
        from the time before. uncertain: it may treat another disease.
    setting: `before` or `after` the day that the policy counts from; empty where that is not known.
    doubt: why the setting is not known, in a sentence; empty where it is.
    """

    words: str
    label: str
    references: tuple[str, ...]
    sets: frozenset[str]
    kinds: frozenset[str]
    agents: frozenset[str] = frozenset()
    start: str = ""
    end: str = ""
    last: str = ""
    ongoing: bool = False
    over: bool = False
    reach: date = date.max
    reason: str = ""
    stated: bool = False
    carried: bool = False
    uncertain: bool = False
    setting: Setting = ""
    doubt: str = ""

    @property
    def drug(self) -> tuple[frozenset[str], frozenset[str]]:
        """What tells one drug from another: the classes it belongs to, and which of their drugs it is."""
        return self.sets, self.agents

    @property
    def until(self) -> str:
        """What was given, and until when as far as that is known, for a reader."""
        end = f", until {spoken(self.end)}" if self.end else ""
        return f"{self.words}, still given" if self.ongoing else f"{self.words}{end}"

    @property
    def said(self) -> str:
        """What was given and when, for a note."""
        return f"{self.until} (from {spoken(self.start)})" if self.start else f"{self.until} (no date)"


@dataclass(frozen=True, slots=True)
class Beginning:
    """The day that settings are told apart by: its (partial) date, empty where unknown, and what began then.

    doubt: why it may have begun earlier, in a sentence; empty where the day is sure.
    """

    day: str
    label: str
    doubt: str = ""


def courses_of(
    drugs: tuple[Drug, ...], policy: TreatmentPolicy, since: Beginning, as_sets: frozenset[str], as_of: date
) -> list[Course]:
    """The courses of treatment, the earliest first, those without a date last.

    as_sets: the ValueSets by which drugs are told apart.
    """
    grouped: dict[tuple[frozenset[str], frozenset[str], Setting], list[tuple[Drug, str]]] = {}
    for drug in drugs:
        if not drug.aside and (sets := drug.sets & as_sets):
            setting, doubt = _setting(drug, since, policy)
            grouped.setdefault((sets, drug.agents, setting), []).append((drug, doubt))
    found = [
        _course(run, sets, setting, policy, as_of)
        for (sets, _, setting), same in grouped.items()
        for run in _runs(same, policy)
    ]
    placed = _placed(found, since, policy)
    return sorted(placed, key=lambda course: (not course.start, course.start, course.words, course.references))


def _placed(courses: list[Course], since: Beginning, policy: TreatmentPolicy) -> list[Course]:
    """Courses with what only their neighbours tell: whether they go on from before, and whether they count at all."""
    before: dict[object, date] = {}
    for course in courses:
        if course.setting == "before" and course.start:
            before[course.drug] = max(course.reach, before.get(course.drug, date.min))
    kinds = [course for course in courses if course.kinds and not course.sets & frozenset(policy.other_uses)]
    starts = sorted(first_day(course.start) for course in kinds if course.start)
    return [_doubted(course, before, starts, since, policy) for course in courses]


def _doubted(
    course: Course, before: dict[object, date], starts: list[date], since: Beginning, policy: TreatmentPolicy
) -> Course:
    if course.sets.intersection(policy.other_uses) and not _accompanied(course, starts, policy):
        why = f"{course.words} is also given for other diseases, and for which is not recorded"
        return replace(course, setting="", doubt=why, uncertain=True)
    if course.setting == "after" and course.start and first_day(course.start) <= before.get(course.drug, date.min):
        return replace(course, carried=True)
    if course.setting == "before" and not course.stated and _begun_shortly_before(since, course, policy):
        why = f"{course.words} was begun shortly before this and may be treatment of it: {since.label}"
        return replace(course, setting="", doubt=course.doubt or why)
    return course


def _begun_shortly_before(since: Beginning, course: Course, policy: TreatmentPolicy) -> bool:
    """Compares lengths of time: a day before the first of all days, which some charts hold, cannot be counted."""
    if not since.day or not course.start:
        return False
    return first_day(since.day) - last_day(course.start) <= timedelta(days=policy.settling_days)


def _accompanied(course: Course, starts: list[date], policy: TreatmentPolicy) -> bool:
    """Whether another treatment that counts began with it."""
    if course.stated or not course.start:
        return course.stated
    days = timedelta(days=policy.join_days)
    index = bisect_left(starts, first_day(course.start) - days)
    return index < len(starts) and starts[index] <= last_day(course.start) + days


def _setting(drug: Drug, since: Beginning, policy: TreatmentPolicy) -> tuple[Setting, str]:
    """Where it belongs, and what is doubtful about that; what somebody states must not contradict the dates."""
    stated: Setting = "before" if drug.intent == "before" else "after" if drug.intent == "after" else ""
    dated = _dated(drug, since)
    if stated and dated and stated != dated:
        return "", f"the record of {drug.words} names one setting, its date another"
    if dated == "before" and since.doubt and not stated:
        return "", since.doubt
    if dated == "before" and _crosses(drug, since, policy):
        return "before", f"{drug.words} was begun earlier than this and may have gone on: {since.label}"
    if dated or stated:
        return dated or stated, ""
    return "", _undated(drug, since)


def _dated(drug: Drug, since: Beginning) -> Setting:
    if not since.day:
        return ""
    if drug.day and first_day(drug.day) >= last_day(since.day):
        return "after"
    if drug.day:
        return "before" if later(since.day, drug.day) else ""
    return "before" if drug.until and last_day(drug.until) <= first_day(since.day) else ""


def _undated(drug: Drug, since: Beginning) -> str:
    if not since.day:
        return f"no date is on record for this: {since.label}"
    if not drug.day:
        return f"{drug.words} has no date"
    return f"{drug.words} may have been given before or after {spoken(since.day)}"


def _crosses(drug: Drug, since: Beginning, policy: TreatmentPolicy) -> bool:
    if drug.ongoing:
        return True
    return bool(drug.until) and first_day(drug.until) > last_day(since.day) + timedelta(days=policy.join_days)


def _runs(same: list[tuple[Drug, str]], policy: TreatmentPolicy) -> Iterator[list[tuple[Drug, str]]]:
    """Records of one drug that follow each other closely enough to be one course; undated ones are one each."""
    dated = sorted((item for item in same if item[0].day), key=lambda item: (item[0].day, item[0].reference))
    run: list[tuple[Drug, str]] = []
    reach = date.min
    for item in dated:
        if run and first_day(item[0].day) > reach:
            yield run
            run, reach = [], date.min
        run.append(item)
        reach = max(reach, _reach(item[0], policy))
    if run:
        yield run
    yield from ([item] for item in sorted(same, key=lambda item: item[0].reference) if not item[0].day)


def _reach(drug: Drug, policy: TreatmentPolicy) -> date:
    """Until when another record of a drug goes on with it; an order without an end lasts a year."""
    if drug.ongoing:
        return date.max
    open_end = not drug.until and not drug.single
    pause = ONE_YEAR if open_end else timedelta(days=policy.pause_days)
    return last_day(drug.until or drug.day) + pause


def _course(
    run: list[tuple[Drug, str]], sets: frozenset[str], setting: Setting, policy: TreatmentPolicy, as_of: date
) -> Course:
    drugs = [drug for drug, _ in run]
    newest = drugs[-1]
    orders = [drug for drug in drugs if not drug.single] or drugs
    ongoing = _goes_on(orders, policy)
    unclear = not ongoing and any(drug.ongoing for drug in orders)
    open_end = any(not drug.until and not drug.single and drug.day >= newest.day for drug in drugs)
    known_end = not (ongoing or unclear or open_end)
    end = max((drug.until or drug.day for drug in drugs), key=_latest) if known_end else ""
    reason = _reason(orders) if not ongoing else ""
    stopped = orders[-1].stopped and not unclear
    quiet = bool(end) and last_day(end) + timedelta(days=policy.pause_days) < as_of
    return Course(
        words=", ".join(dict.fromkeys(drug.words for drug in drugs)),
        label=", ".join(dict.fromkeys(drug.label for drug in drugs)),
        references=tuple(dict.fromkeys(drug.reference for drug in drugs)),
        sets=sets,
        kinds=policy.kinds_of(sets),
        agents=newest.agents,
        start=drugs[0].day,
        end=end,
        last=max((drug.last for drug in drugs), key=_latest),
        ongoing=ongoing,
        over=not ongoing and not unclear and (bool(reason) or stopped or quiet),
        reach=max((_reach(drug, policy) for drug in drugs if drug.day), default=date.max),
        reason=reason,
        stated=all(drug.intent for drug in drugs),
        setting=setting,
        doubt=next((doubt for _, doubt in run if doubt), ""),
    )


def _goes_on(orders: list[Drug], policy: TreatmentPolicy) -> bool:
    """Whether an order goes on that no later record ended."""
    ended = [drug for drug in orders if drug.stopped or drug.reason or (drug.until and not drug.planned)]
    if not ended:
        return any(drug.ongoing for drug in orders)
    newest = max(drug.day for drug in ended)
    last = max((drug.last for drug in ended), key=_latest)
    pause = timedelta(days=policy.pause_days)
    return any(drug.ongoing and drug.day > newest and _latest(last) <= last_day(drug.day) + pause for drug in orders)


def _reason(orders: list[Drug]) -> str:
    """Why it was stopped; a reason counts where no later order goes on, as one of another dose would."""
    newest = max(drug.day for drug in orders)
    said = {drug.reason for drug in orders if drug.reason and _latest(drug.last) >= _latest(newest)}
    return said.pop() if len(said) == 1 else ""


def _latest(day: str) -> date:
    return last_day(day) if day else date.min
