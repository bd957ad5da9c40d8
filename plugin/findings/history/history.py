"""The history of treatment of one chart, and what each fact of the vocabulary takes from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from plugin.findings.dates import first_day, later, spoken
from plugin.findings.evidence import Evidence
from plugin.findings.history.courses import Beginning, Course, courses_of
from plugin.findings.history.drugs import PRESCRIBED, Drug, Drugs
from plugin.findings.history.lines import PROGRESSION, Event, Line, LineBuilder
from plugin.findings.history.reactions import Reaction, reactions_of
from plugin.findings.index import Index
from plugin.library.treatment_policy import TreatmentPolicy
from plugin.library.vocabulary import Value

RECORDED = (*PRESCRIBED, "Procedure")


OPEN = frozenset({"preliminary", "unverified", "unconfirmed"})


@dataclass(frozen=True)
class History:
    """What was given, and in which lines.

    began: what settings are told apart by. doubt: why lines cannot be told or counted, in a sentence; empty where they
        can. Without lines nothing is told of what was never given: an empty list of drugs proves nothing. gap: why
        drugs may be missing. aside: records that tell of no treatment that counts, with the reason.
    """

    courses: tuple[Course, ...]
    lines: tuple[Line, ...]
    began: Beginning
    began_by: tuple[str, ...]
    doubt: str
    gap: str = ""
    reactions: tuple[Reaction, ...] = ()
    aside: tuple[Drug, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether what is not among the courses after the beginning was not given, as far as the chart can tell."""
        return bool(self.lines) and not self.doubt


def read_history(
    drugs: Drugs,
    index: Index,
    began: Beginning,
    began_by: tuple[str, ...],
    events: list[Event],
    stated: Mapping[str, Value | None],
) -> History:
    """The history of treatment.

    stated: what clinicians state of whether anything was given and of the line, by finding.
    """
    policy = index.vocabulary.treatment
    as_sets = policy.classes.union(index.treatment_classes, policy.other_uses)
    began = _doubted(began, drugs, policy)
    courses = courses_of(drugs.given, policy, began, as_sets, drugs.chart.as_of)
    built = LineBuilder(courses, events, policy)
    gap = "a part of the chart that holds drugs could not be read" if drugs.chart.missing(RECORDED) else ""
    unknown = [drug for drug in drugs.unknown if not _surely_before(drug, began)]
    unreadable = unknown[0].aside if unknown else ""
    doubt = gap or unreadable or _contradiction(built.lines, policy, stated) or built.doubt
    aside = (*drugs.left_out, *drugs.unknown)
    return History(
        tuple(courses), built.lines, began, began_by, doubt, gap or unreadable, tuple(reactions_of(drugs)), aside
    )


def _doubted(began: Beginning, drugs: Drugs, policy: TreatmentPolicy) -> Beginning:
    """The beginning, doubtful where a drug that is only given after it is on record before it."""
    only = frozenset(policy.advanced_only)
    for drug in drugs.given:
        if drug.aside or began.doubt or not drug.sets & only or drug.intent == "before":
            continue
        if later(began.day, drug.day):
            why = (
                f"{drug.words} was given before {spoken(began.day)}; the disease may have begun earlier: {began.label}"
            )
            return replace(began, doubt=why)
    return began


def _surely_before(drug: Drug, began: Beginning) -> bool:
    return not began.doubt and later(began.day, drug.day) and not drug.ongoing


def _contradiction(lines: tuple[Line, ...], policy: TreatmentPolicy, stated: Mapping[str, Value | None]) -> str:
    """What a clinician states that the drugs on record do not make."""
    line = stated.get(policy.line_to_choose)
    if isinstance(line, int) and line != len(lines) + 1:
        return f"a clinician states line {line}, the drugs on record make {len(lines)}"
    if lines and stated.get(policy.given) is False:
        return "a clinician states that none was given"
    return ""


def events_of(evidence: Iterable[Evidence], index: Index) -> list[Event]:
    """What dated results say of the course of the disease; progression that does not count yet is unsure."""
    policy = index.vocabulary.treatment
    found = []
    for one in (one for one in evidence if one.origin.day):
        progression = one.value in policy.progression
        if one.counts and (progression or one.value in policy.controlled):
            found.append(Event(one.origin.day, progression, one.origin.reference))
        elif progression and one.aside_kind in OPEN:
            found.append(Event(one.origin.day, True, one.origin.reference, sure=False))
    return found


def last_progression(evidence: Iterable[Evidence], drugs: Drugs, index: Index) -> str:
    """The latest (partial) date on which the disease is recorded to have progressed; empty where it never is."""
    panel = index.panel_of(index.vocabulary.treatment.course)
    final = [one for one in evidence if one.panel == panel and one.origin.standing == "final"]
    days = [event.day for event in events_of(final, index) if event.progression and event.sure]
    days += [drug.until for drug in drugs.given if drug.reason == PROGRESSION and drug.until]
    return max(days, key=first_day, default="")
