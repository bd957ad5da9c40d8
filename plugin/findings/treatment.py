"""Earlier treatment, worked out from drugs in the chart: it can show that there was some, never that there was none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from plugin.findings.chart import Chart
from plugin.findings.dates import day_of, first_day, in_future, last_day, later, spoken
from plugin.findings.elements import Json, codings_of, modified, name_of, objects, text_of, texts_of, words_of
from plugin.findings.index import Index, reading_of
from plugin.findings.model import AsideKind, Finding, Problem, Result
from plugin.findings.phrases import plain, tokens
from plugin.library.vocabulary import FindingDefinition

PRESCRIBED = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")
NOT_TAKEN = frozenset(
    {
        "entered-in-error",
        "cancelled",
        "draft",
        "not-taken",
        "not-done",
        "intended",
        "declined",
        "preparation",
        "unknown",
    }
)
ORDERED = frozenset({"", "order", "original-order", "reflex-order", "filler-order", "instance-order"})


ONGOING = frozenset({"active", "in-progress", "on-hold"})
ONE_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug that was given or ordered, with the ValueSets that it belongs to.

    day, until: when it began and ended, as far as the chart says. ongoing: it has not ended.
    """

    reference: str
    words: str
    day: str
    sets: frozenset[str]
    until: str = ""
    ongoing: bool = False

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
        wanted = {name for definition in index.vocabulary.values() for name in _classes(definition)}
        self._names = index.members(wanted)
        self.given = tuple(self._read())

    def of_classes(self, classes: tuple[str, ...]) -> list[Drug]:
        """Those that belong to one of these ValueSets, the earliest first."""
        found = [drug for drug in self.given if drug.sets.intersection(classes)]
        return sorted(found, key=lambda drug: (drug.day or "9999", drug.reference))

    def _read(self) -> Iterator[Drug]:
        for resource in self.chart.of_type(*PRESCRIBED):
            if text_of(resource.get("status")) in NOT_TAKEN or resource.get("doNotPerform") is True:
                continue
            if text_of(resource.get("intent")) not in ORDERED:
                continue
            if why := modified(resource):
                self.chart.problems.append(Problem("mismatch", name_of(resource), f"{why}; it is not trusted"))
                continue
            concepts = [resource.get("medicationCodeableConcept")]
            reference = resource.get("medicationReference")
            concepts += [found.get("code") for found in self.chart.resolved(reference, "Medication")]
            sets = self.sets_of(concepts)
            day = _started(resource)
            if sets and not in_future(day, self.chart.as_of):
                words = next((word for concept in concepts if (word := words_of(concept))), "")
                ongoing = text_of(resource.get("status")) in ONGOING
                yield Drug(name_of(resource), words, day, sets, _ended(resource), ongoing)

    def sets_of(self, concepts: Iterable[Json | None]) -> frozenset[str]:
        """The ValueSets that codes belong to, or that words stand in the names of these concepts."""
        concepts = list(concepts)
        codings = [coding for concept in concepts for coding in codings_of(concept)]
        texts = [text for concept in concepts for text in texts_of(concept)]
        names = " ; ".join([*texts, *(coding.display for coding in codings)])
        spoken = {name for match in self._names.find(tokens(plain(names))) for name in match.meaning}
        return self.index.known(codings) | spoken


def read_treatment(drugs: Drugs, first_metastasis: str, code: str) -> Finding | None:
    """A finding of kind `treatment`; None where the chart does not show it.

    first_metastasis: the first day on which metastatic disease is on record, empty where that is not known.
    """
    definition = drugs.index.vocabulary[code]
    reading = definition.reading
    if reading is None:
        return None
    given = drugs.of_classes(reading.classes)
    match reading.period:
        case "after":
            counting = [
                drug for drug in given if drug.day and first_metastasis and not later(first_metastasis, drug.day)
            ]
        case "before":
            counting = [drug for drug in given if later(first_metastasis, drug.day)]
        case _:
            counting = given
    results = tuple(_result(drug, drug in counting) for drug in given)
    if not counting:
        note = "drugs are recorded, but not when the metastasis was found" if given and not first_metastasis else ""
        return Finding(code, "unknown", note=note, results=results)
    words = ", ".join(dict.fromkeys(drug.words for drug in counting[:3]))
    evidence = tuple(drug.reference for drug in counting)
    note = "from drugs in the chart" + (
        f", first metastasis {spoken(first_metastasis)}" if reading.period != "any" else ""
    )
    return Finding(code, "derived", True, words, evidence, note, results)


def _result(drug: Drug, counts: bool) -> Result:
    aside = "" if counts else "it does not lie in the time that this fact is about, or its date is missing"
    kind: AsideKind = "" if counts else "out-of-scope"
    return Result(drug.reference, True if counts else None, drug.words, drug.day, "", drug.words, aside, kind)


def _classes(definition: FindingDefinition) -> set[str]:
    """ValueSets that may hold drugs: classes of treatment, signs, and what confounds an answer."""
    reading, presumption = reading_of(definition), definition.presumption
    confounding = {name for part in reading.parts for name in part.confounded_by}
    return {*reading.classes, *(presumption.signs if presumption else ()), *confounding}


def _started(resource: Json) -> str:
    candidates = [resource.get("effectiveDateTime"), resource.get("whenHandedOver")]
    candidates += [period.get("start") for period in _periods(resource)]
    candidates += [resource.get("authoredOn"), resource.get("dateAsserted")]
    return next((day for value in candidates if (day := day_of(value))), "")


def _ended(resource: Json) -> str:
    request = resource.get("dispenseRequest")
    valid = objects(request.get("validityPeriod")) if isinstance(request, dict) else []
    candidates = [period.get("end") for period in (*_periods(resource), *valid)]
    return next((day for value in candidates if (day := day_of(value))), "")


def _periods(resource: Json) -> Iterator[Json]:
    """When it was taken, then when it was to be taken."""
    yield from objects(resource.get("effectivePeriod"))
    for dosage in objects(resource.get("dosageInstruction")):
        timing = dosage.get("timing")
        repeat = timing.get("repeat") if isinstance(timing, dict) else None
        yield from objects(repeat.get("boundsPeriod") if isinstance(repeat, dict) else None)
