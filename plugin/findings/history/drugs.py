"""Every drug, procedure and planned activity of a chart that tells of treatment given, one record a resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from plugin.findings.chart import Chart
from plugin.findings.dates import day_of, first_day, in_future, last_day
from plugin.findings.elements import Json, codings_of, modified, name_of, objects, text_of, texts_of, words_of
from plugin.findings.history.circumstances import Circumstances
from plugin.findings.index import Index
from plugin.findings.model import Problem
from plugin.findings.phrases import plain, tokens

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
ORDERED = frozenset({"", "order", "original-order", "reflex-order", "filler-order", "instance-order"})
PLANS = frozenset({"plan", "order"})  # a proposal of a plan tells of no treatment
JOINTS = str.maketrans("/+&", "   ")  # between the drugs of one product, which a dash is not
ONGOING = frozenset({"active", "in-progress", "on-hold"})
ONE_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug that was given or ordered, with the ValueSets that it belongs to.

    words: as the chart names it; label: with the site's code where that was read through the site's map.
    day, until: when it began and ended, as far as the chart says. ongoing: it has not ended. single: one dose, which
    ends as it begins. reason: why it was stopped, intent: in which setting it was given, in the terms of the policy;
    empty where the chart does not say. agents: which drugs of their classes.
    """

    reference: str
    words: str
    day: str
    sets: frozenset[str]
    label: str
    until: str = ""
    ongoing: bool = False
    single: bool = False
    reason: str = ""
    intent: str = ""
    agents: frozenset[str] = frozenset()

    @property
    def last(self) -> str:
        """The latest day on which it was surely taken."""
        return self.until or self.day

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
    """The drugs of a chart that belong to any ValueSet the vocabulary names."""

    def __init__(self, chart: Chart, index: Index) -> None:
        self.chart = chart
        self.index = index
        policy = index.vocabulary.treatment
        self._names = index.members(index.drug_classes)
        self._circumstances = Circumstances(chart, index)
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
        spoken = {name for match in self._names.find(_words_in(concepts)) for name in match.meaning}
        return self.index.known(codings) | spoken

    def _agents_of(self, concepts: list[Json | None]) -> frozenset[str]:
        name = self.index.vocabulary.treatment.agents
        if not name:
            return frozenset()
        code_map = self.index.code_sets.maps[name]
        keys = [key for concept in concepts for coding in codings_of(concept) for key in self.index.equivalents(coding)]
        coded = {code_map.codes[key] for key in keys if key in code_map.codes}
        matches = self.index.meanings(name).find(_words_in(concepts))
        return frozenset(coded.union(*(match.meaning for match in matches)))

    def _prescribed(self) -> Iterator[Drug]:
        for resource in self.chart.of_type(*PRESCRIBED):
            if resource.get("doNotPerform") is True or text_of(resource.get("intent")) not in ORDERED:
                continue
            if why := modified(resource):
                self.chart.problems.append(Problem("mismatch", name_of(resource), f"{why}; it is not trusted"))
                continue
            concepts = [resource.get("medicationCodeableConcept")]
            reference = resource.get("medicationReference")
            concepts += [found.get("code") for found in self.chart.resolved(reference, "Medication")]
            yield from self._drug(resource, resource, concepts, _started(resource), _ended(resource))

    def _performed(self, classes: frozenset[str]) -> Iterator[Drug]:
        """Procedures that stand for treatment with drugs."""
        for procedure in self.chart.of_type("Procedure"):
            days = _performed_days(procedure)
            for drug in self._drug(procedure, procedure, [procedure.get("code")], *days):
                if drug.sets & classes:
                    yield drug

    def _planned(self) -> Iterator[Drug]:
        """Activities of care plans that were really carried out."""
        for plan in self.chart.of_type("CarePlan"):
            if text_of(plan.get("intent")) not in PLANS or text_of(plan.get("status")) in NOT_TAKEN:
                continue
            for activity in objects(plan.get("activity")):
                for detail in objects(activity.get("detail")):
                    concepts = [detail.get("productCodeableConcept")]
                    reference = detail.get("productReference")
                    concepts += [found.get("code") for found in self.chart.resolved(reference, "Medication")]
                    started, ended = _of_period(detail.get("scheduledPeriod") or plan.get("period"))
                    yield from self._drug(detail, plan, concepts, started, ended)

    def _drug(self, record: Json, named: Json, concepts: list[Json | None], day: str, until: str) -> Iterator[Drug]:
        status = text_of(record.get("status"))
        if status in NOT_TAKEN or in_future(day, self.chart.as_of):
            return
        sets = self.sets_of(concepts)
        if not sets:
            return
        words = next((word for concept in concepts if (word := words_of(concept))), "")
        yield Drug(
            reference=name_of(named),
            words=words,
            day=day,
            sets=sets,
            label=self.index.labelled(words, [coding for concept in concepts for coding in codings_of(concept)]),
            until="" if in_future(until, self.chart.as_of) else until,
            ongoing=status in ONGOING and (not until or in_future(until, self.chart.as_of)),
            single=_is_dose(record),
            reason=self._circumstances.reason(record),
            intent=self._circumstances.intent(named),
            agents=self._agents_of(concepts),
        )


def _words_in(concepts: list[Json | None]) -> list[str]:
    texts = [text for concept in concepts for text in texts_of(concept)]
    displays = [coding.display for concept in concepts for coding in codings_of(concept)]
    return tokens(plain(" ; ".join([*texts, *displays])).translate(JOINTS))


def _is_dose(record: Json) -> bool:
    return text_of(record.get("resourceType")) == "MedicationAdministration" or "performedDateTime" in record


def _started(resource: Json) -> str:
    candidates = [resource.get("effectiveDateTime"), resource.get("whenHandedOver")]
    candidates += [period.get("start") for period in _periods(resource)]
    candidates += [resource.get("authoredOn"), resource.get("dateAsserted")]
    return next((day for value in candidates if (day := day_of(value))), "")


def _ended(resource: Json) -> str:
    request = resource.get("dispenseRequest")
    valid = objects(request.get("validityPeriod")) if isinstance(request, dict) else []
    candidates = [period.get("end") for period in (*_periods(resource), *valid)]
    candidates += [resource.get("effectiveDateTime")] if _is_dose(resource) else []
    return next((day for value in candidates if (day := day_of(value))), "")


def _performed_days(procedure: Json) -> tuple[str, str]:
    if day := day_of(procedure.get("performedDateTime")):
        return day, day
    return _of_period(procedure.get("performedPeriod"))


def _of_period(period: object) -> tuple[str, str]:
    found = period if isinstance(period, dict) else {}
    return day_of(found.get("start")), day_of(found.get("end"))


def _periods(resource: Json) -> Iterator[Json]:
    """When it was taken, then when it was to be taken."""
    yield from objects(resource.get("effectivePeriod"))
    for dosage in objects(resource.get("dosageInstruction")):
        timing = dosage.get("timing")
        repeat = timing.get("repeat") if isinstance(timing, dict) else None
        yield from objects(repeat.get("boundsPeriod") if isinstance(repeat, dict) else None)
