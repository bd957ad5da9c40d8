"""Drugs of a chart joined into courses: one drug or class, in one setting, from its first dose to its last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
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
        ended. reason: why it was stopped, in the terms of the policy.
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
    reason: str = ""
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
        return f"{self.words}, goes on" if self.ongoing else f"{self.words}{end}"

    @property
    def said(self) -> str:
        """What was given and when, for a note."""
        return f"{self.until} (from {spoken(self.start)})" if self.start else f"{self.until} (no date)"


@dataclass(frozen=True, slots=True)
class Beginning:
    """The day that settings are told apart by: its (partial) date, empty where unknown, and what began then."""

    day: str
    label: str


def courses_of(
    drugs: tuple[Drug, ...], policy: TreatmentPolicy, since: Beginning, as_sets: frozenset[str]
) -> list[Course]:
    """The courses of treatment, the earliest first, those without a date last.

    as_sets: the ValueSets by which drugs are told apart.
    """
    grouped: dict[tuple[frozenset[str], frozenset[str], Setting], list[tuple[Drug, str]]] = {}
    for drug in drugs:
        if sets := drug.sets & as_sets:
            setting, doubt = _setting(drug, since, policy)
            grouped.setdefault((sets, drug.agents, setting), []).append((drug, doubt))
    found = [
        _course(run, sets, policy.kinds_of(sets), setting)
        for (sets, _, setting), same in grouped.items()
        for run in _runs(same, policy)
    ]
    return sorted(found, key=lambda course: (not course.start, course.start, course.words, course.references))


def _setting(drug: Drug, since: Beginning, policy: TreatmentPolicy) -> tuple[Setting, str]:
    """Where it belongs, and what is doubtful about that; what somebody states must not contradict the dates."""
    stated: Setting = "before" if drug.intent == "before" else "after" if drug.intent == "after" else ""
    dated: Setting = ""
    if drug.day and since.day:
        dated = (
            "before" if later(since.day, drug.day) else "after" if first_day(drug.day) >= last_day(since.day) else ""
        )
    if not dated:
        return stated, "" if stated else _undated(drug, since)
    if stated and stated != dated:
        return "", f"the record of {drug.words} names one setting, its date another"
    if dated == "before" and _crosses(drug, since, policy):
        return "before", f"{drug.words} was begun earlier than this and may have gone on: {since.label}"
    return dated, ""


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
    for item in dated:
        if run and not any(_reaches(drug, item[0], policy) for drug, _ in run):
            yield run
            run = []
        run.append(item)
    if run:
        yield run
    yield from ([item] for item in sorted(same, key=lambda item: item[0].reference) if not item[0].day)


def _reaches(drug: Drug, other: Drug, policy: TreatmentPolicy) -> bool:
    """Whether a drug was still taken when another record of it begins; an order without an end lasts a year."""
    open_end = not drug.until and not drug.single
    pause = ONE_YEAR if open_end else timedelta(days=policy.pause_days)
    return drug.ongoing or first_day(other.day) <= last_day(drug.last) + pause


def _course(run: list[tuple[Drug, str]], sets: frozenset[str], kinds: frozenset[str], setting: Setting) -> Course:
    drugs = [drug for drug, _ in run]
    newest = drugs[-1]
    last = max((drug.last for drug in drugs if drug.day), key=last_day, default="")
    open_end = any(not drug.until and not drug.single and drug.day >= newest.day for drug in drugs)
    return Course(
        words=", ".join(dict.fromkeys(drug.words for drug in drugs)),
        label=", ".join(dict.fromkeys(drug.label for drug in drugs)),
        references=tuple(dict.fromkeys(drug.reference for drug in drugs)),
        sets=sets,
        kinds=kinds,
        agents=newest.agents,
        start=drugs[0].day,
        end="" if newest.ongoing or open_end else last,
        last=last,
        ongoing=newest.ongoing,
        reason=next((drug.reason for drug in reversed(drugs) if drug.reason), ""),
        setting=setting,
        doubt=next((doubt for _, doubt in run if doubt), ""),
    )
