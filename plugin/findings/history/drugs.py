"""Every drug, procedure and planned activity of a chart that tells of treatment given, one record a resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from plugin.findings.chart import Chart
from plugin.findings.dates import first_day, in_future, last_day, spoken
from plugin.findings.elements import Json, codings_of, modified, name_of, objects, text_of, words_of
from plugin.findings.history.circumstances import Circumstances
from plugin.findings.history.records import Span, span_of_drug, span_of_period, span_of_procedure
from plugin.findings.history.uses import Uses, first_words, named_in_reference, words_in
from plugin.findings.index import Index
from plugin.findings.model import AsideKind, Problem

PRESCRIBED = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")
NOT_TAKEN = frozenset(
    {
        "entered-in-error",
        "cancelled",
        "draft",
        "not-taken",
        "not-done",
        "not-started",
        "scheduled",
        "intended",
        "declined",
        "preparation",
        "unknown",
    }
)
WITHDRAWN = frozenset({"entered-in-error", "cancelled"})
STOPPED, NOT_KNOWN = "stopped", "unknown"
ORDERED = frozenset({"", "order", "original-order", "reflex-order", "filler-order", "instance-order"})
PLANS = frozenset({"plan", "order"})  # a proposal of a plan tells of no treatment
ONGOING = frozenset({"active", "in-progress", "on-hold"})
ONE_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug that was given or ordered, with the ValueSets that it belongs to.

    words: as the chart names it; label: with the site's code where that was read through the site's map.
    day, until: when it began and ended, as far as the chart says; planned: the end was only planned. ongoing: it has
    not ended. stopped: it was ended before its time. single: one dose, which ends as it begins. reason: why it was
    stopped, intent: in which setting it was given, in the terms of the policy; empty where the chart does not say.
    agents: which drugs of their classes. aside, aside_kind: why it is no treatment on record that counts.
    """

    reference: str
    words: str
    day: str
    sets: frozenset[str]
    label: str
    until: str = ""
    planned: bool = False
    ongoing: bool = False
    stopped: bool = False
    single: bool = False
    reason: str = ""
    intent: str = ""
    agents: frozenset[str] = frozenset()
    aside: str = ""
    aside_kind: AsideKind = ""

    @property
    def last(self) -> str:
        """The latest day on which it was surely taken."""
        return self.day if self.planned else self.until or self.day

    def may_act_on(self, day: date) -> bool:
        """Whether it was taken in the year before a day; where no end is recorded, an order is taken to last a year."""
        if not self.day:
            return True
        if first_day(self.day) > day:
            return False
        if self.ongoing:
            return True
        end = last_day(self.until) if self.until else last_day(self.day) + ONE_YEAR
        return end >= day - ONE_YEAR


class Drugs:
    """The drugs of a chart that belong to any ValueSet the vocabulary names.

    given: what was taken or ordered, for whatever disease. left_out: records that tell of no treatment, and why.
    unknown: what no ValueSet knows and may yet be treatment that counts.
    """

    def __init__(self, chart: Chart, index: Index) -> None:
        self.chart = chart
        self.index = index
        policy = index.vocabulary.treatment
        self._treats = policy.treats
        self._names = index.members(index.drug_classes)
        self._circumstances = Circumstances(chart, index)
        self._uses = Uses(chart, index)
        self.left_out: list[Drug] = []
        self.unknown: list[Drug] = []
        planned = self._planned() if chart.by_type.get("CarePlan") else ()
        self.given = (*self._prescribed(), *self._performed(policy.classes), *planned)

    def of_classes(self, classes: tuple[str, ...]) -> list[Drug]:
        """Those that belong to one of these ValueSets, the earliest first."""
        found = [drug for drug in self.given if drug.sets.intersection(classes)]
        return sorted(found, key=lambda drug: (drug.day or "9999", drug.reference))

    def sets_of(self, concepts: Iterable[Json | None]) -> frozenset[str]:
        """The ValueSets that codes belong to, or that words stand in the names of these concepts."""
        concepts = list(concepts)
        codings = [coding for concept in concepts for coding in codings_of(concept)]
        spoken_of = {name for match in self._names.find(words_in(concepts)) for name in match.meaning}
        return self.index.known(codings) | spoken_of

    def _agents_of(self, concepts: list[Json | None]) -> frozenset[str]:
        name = self.index.vocabulary.treatment.agents
        if not name:
            return frozenset()
        codings = [coding for concept in concepts for coding in codings_of(concept)]
        coded = self.index.translated(codings, name)
        matches = self.index.meanings(name).find(words_in(concepts))
        return frozenset(coded.union(*(match.meaning for match in matches)))

    def _prescribed(self) -> Iterator[Drug]:
        for resource in self.chart.of_type(*PRESCRIBED):
            reference = resource.get("medicationReference")
            concepts = self._names_of(resource.get("medicationCodeableConcept"), reference)
            yield from self._drug(resource, resource, concepts, span_of_drug(resource))

    def _names_of(self, concept: Json | None, reference: Any) -> list[Json | None]:
        """All that names a drug: a concept, the words beside a reference, and the Medication that it means."""
        meant = [found.get("code") for found in self.chart.resolved(reference, "Medication")]
        return [concept, *named_in_reference(reference), *meant]

    def _performed(self, classes: frozenset[str]) -> Iterator[Drug]:
        """Procedures that stand for treatment with drugs."""
        for procedure in self.chart.of_type("Procedure"):
            if self.sets_of([procedure.get("code")]) & classes:
                yield from self._drug(procedure, procedure, [procedure.get("code")], span_of_procedure(procedure))

    def _planned(self) -> Iterator[Drug]:
        """Activities of care plans that were really carried out."""
        for plan in self.chart.of_type("CarePlan"):
            if text_of(plan.get("intent")) not in PLANS or text_of(plan.get("status")) in NOT_TAKEN or modified(plan):
                continue
            for activity in objects(plan.get("activity")):
                for detail in objects(activity.get("detail")):
                    reference = detail.get("productReference")
                    concepts = self._names_of(detail.get("productCodeableConcept"), reference)
                    if any(concepts):
                        period = detail.get("scheduledPeriod") or plan.get("period")
                        yield from self._drug(detail, plan, concepts, span_of_period(period, planned=True))

    def _drug(self, record: Json, named: Json, concepts: list[Json | None], span: Span) -> Iterator[Drug]:
        status = text_of(record.get("status"))
        sets = self.sets_of(concepts)
        aside, kind = self._not_given(record, span)
        why_unknown = "" if sets or aside else self._uses.unknown(concepts)
        if not aside and status == NOT_KNOWN and sets & self.index.vocabulary.treatment.classes:
            why_unknown = f"whether {words_of(next(filter(None, concepts), None))} was taken is not known"
        if not sets and not why_unknown:
            return
        if not aside and (elsewhere := self._uses.elsewhere(record, concepts)):
            aside, kind = f"it is no treatment of {self._treats}: {elsewhere}", "out-of-scope"
        to_come = in_future(span.until, self.chart.as_of)
        words = first_words(concepts)
        drug = Drug(
            reference=name_of(named),
            words=words,
            day=span.day,
            sets=sets,
            label=self.index.labelled(words, [coding for concept in concepts for coding in codings_of(concept)]),
            until="" if to_come else span.until,
            planned=span.planned and not to_come,
            ongoing=status in ONGOING and (not span.until or to_come) and not span.single,
            stopped=status == STOPPED,
            single=span.single,
            reason=self._circumstances.reason(record),
            intent=self._circumstances.intent(named),
            agents=self._agents_of(concepts),
            aside=aside or why_unknown,
            aside_kind=kind or ("unread" if why_unknown else ""),
        )
        if why_unknown and kind != "out-of-scope":
            self.unknown.append(drug)
            self.chart.problems.append(Problem("unread", drug.reference, why_unknown))
            return
        if aside:
            self.left_out.append(drug)
        if sets and kind in ("", "out-of-scope"):
            yield drug

    def _not_given(self, record: Json, span: Span) -> tuple[str, AsideKind]:
        """Why a record tells of no treatment: it was never carried out, or lies in the future."""
        status, intent = text_of(record.get("status")), text_of(record.get("intent"))
        if status in WITHDRAWN:
            return f"its status is '{status}'", "withdrawn"
        if record.get("doNotPerform") is True:
            return "it says that this is not to be given", "no-answer"
        if intent not in ORDERED:
            return f"it is a {intent}, no order", "no-answer"
        if status in NOT_TAKEN - {NOT_KNOWN}:
            return f"its status is '{status}'", "no-answer"
        if in_future(span.day, self.chart.as_of):
            return f"its date, {spoken(span.day)}, lies in the future", "impossible"
        if why := modified(record):
            self.chart.problems.append(Problem("mismatch", name_of(record), f"{why}; it is not trusted"))
            return f"{why}; it is not trusted", "mismatch"
        return "", ""
