"""Observations and their components as single questions with one answer each, dated, placed and weighed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plugin.findings.chart import Chart
from plugin.findings.dates import day_of, first_day, in_future, later, spoken
from plugin.findings.elements import (
    Coding,
    Json,
    all_words_of,
    code_of,
    codings_of,
    displays_of,
    id_in,
    is_layperson,
    modified,
    name_of,
    objects,
    reference_of,
    references_of,
    refers_to,
    text_of,
    words_of,
)
from plugin.findings.evidence import Origin
from plugin.findings.index import Index
from plugin.findings.model import AsideKind
from plugin.findings.phrases import plain, tokens
from plugin.findings.questions import Question
from plugin.findings.values import Answer, answer_of, interpretation_of

TAKEN_BACK = "it was cancelled or entered in error"
WITHDRAWN = frozenset({"entered-in-error", "cancelled"})
FINAL = frozenset({"final", "amended", "corrected", "appended"})
UNRELEASED = frozenset({"preliminary", "registered"})
REPLACING = frozenset({"corrected", "amended", "appended"})
NOTED = frozenset({"note", "conclusion", "processing", "condition"})
DATED = ("effectiveDateTime", "effectiveInstant")
OTHER_PEOPLE = frozenset({"RelatedPerson", "Person", "FamilyMemberHistory", "Group"})
SITES = "specimen-sites"
ABOUT_A_CONDITION = "condition"


@dataclass(frozen=True)
class Entry:
    """One question and its answer.

    node: the Observation, or the component, that holds the answer. parent: what the Observation around it asks.
    remarks: codes and words about specimen, method and report.
    notes: what is noted about result, specimen and report in free text.
    impossible: why its date cannot be. untrusted: why it must not be read at all.
    self_reported: nobody but the patient says so.
    """

    node: Json
    origin: Origin
    question: Question
    remarks: tuple[Coding, ...]
    remark_words: str
    impossible: str = ""
    parent: Question | None = None
    has_parts: bool = False
    self_reported: bool = False
    notes: str = ""
    untrusted: str = ""

    @property
    def codings(self) -> tuple[Coding, ...]:
        """The codes that ask."""
        return self.question.codings

    @property
    def names(self) -> tuple[str, ...]:
        """Displays and texts of the question."""
        return self.question.names

    @cached_property
    def interpretation(self) -> Answer:
        """What stands under `interpretation`."""
        return interpretation_of(self.node)

    @cached_property
    def answer(self) -> Answer:
        """The value; where there is none at all, the interpretation."""
        answer = answer_of(self.node)
        return self.interpretation if answer.empty else answer


class Entries:
    """Makes entries of a chart's Observations; knows their reports, panels and specimens."""

    def __init__(self, chart: Chart, index: Index) -> None:
        self.chart = chart
        self.index = index
        self._around: dict[str, list[Json]] = {}
        for report in chart.of_type("DiagnosticReport"):
            self._surround(report, "result")
        self._asked = [self._heard(observation) for observation in chart.of_type("Observation")]

    def _heard(self, observation: Json) -> tuple[Json, Question, bool]:
        """An Observation, what it asks, and whether it or one of its components may matter."""
        if "hasMember" in observation:
            self._surround(observation, "hasMember")
        question = self.index.questions.of(observation.get("code"))
        components = objects(observation["component"]) if "component" in observation else ()
        matters = question.matters or any(self.index.questions.of(part.get("code")).matters for part in components)
        return observation, question, matters

    def _surround(self, holder: Json, element: str) -> None:
        """Note that a report or panel holds results, however it spells their references."""
        for reference in references_of(holder.get(element)):
            if name := refers_to(reference, "Observation"):
                self._around.setdefault(name, []).append(holder)

    def all(self) -> Iterator[tuple[Json, list[Entry]]]:
        """Every Observation that may matter, with its own entry first, then those of its components."""
        for observation, question, matters in self._asked:
            if matters and not question.finding:
                yield observation, self.of(observation)

    def stated(self) -> Iterator[tuple[str, Json]]:
        """The findings that clinicians state with a code of our own."""
        for observation, question, _ in self._asked:
            if question.finding:
                yield question.finding, observation

    def of(self, observation: Json) -> list[Entry]:
        """The entry of an Observation, and of each of its components."""
        reference = name_of(observation)
        around = self._around.get(reference, [])
        specimens = self._specimens(observation, around)
        question = self.index.questions.of(observation.get("code"))
        origin = self._origin(reference, question, observation, around, specimens)
        remarks, words = _remarks(observation, around, specimens)
        components = objects(observation.get("component"))
        own = Entry(
            observation,
            origin,
            question,
            remarks,
            words,
            self._impossible(observation, specimens),
            has_parts=bool(components or observation.get("hasMember")),
            self_reported=_self_reported(observation),
            notes=_notes([observation, *around, *specimens]),
            untrusted=modified(observation) or self._foreign_specimen(observation, around),
        )
        return [own, *(self._component(component, own) for component in components)]

    def _component(self, component: Json, own: Entry) -> Entry:
        question = self.index.questions.of(component.get("code"))
        return Entry(
            component,
            own.origin,
            question,
            own.remarks,
            own.remark_words,
            own.impossible,
            parent=own.question,
            self_reported=own.self_reported,
            notes=own.notes,
            untrusted=own.untrusted or modified(component),
        )

    def _foreign_specimen(self, observation: Json, around: list[Json]) -> str:
        if not self.chart.foreign:
            return ""
        names = _specimen_names(observation, *around)
        return "its specimen is that of somebody else" if any(name in self.chart.foreign for name in names) else ""

    def _specimens(self, observation: Json, around: list[Json]) -> list[Json]:
        for holder in (observation, *around):
            if found := self.chart.resolved(holder.get("specimen"), "Specimen"):
                return found
        return []

    def _origin(
        self, name: str, question: Question, observation: Json, around: list[Json], specimens: list[Json]
    ) -> Origin:
        void, kind = self._void(observation, around)
        return Origin(
            reference=name,
            label=question.label,
            day=_day(observation, around, specimens),
            specimen=name_of(specimens[0]) if specimens else next(_specimen_names(observation, *around), ""),
            site=self._site(observation, around, specimens),
            standing="final" if _is_final(observation, around) else "preliminary",
            corrected=_status(observation) in REPLACING,
            issued=text_of(observation.get("issued")),
            report=name_of(around[0]) if around else "",
            void=void,
            void_kind=kind,
            by=", ".join(displays_of(observation.get("performer"))) if "performer" in observation else "",
        )

    def _void(self, observation: Json, around: list[Json]) -> tuple[str, AsideKind]:
        if not WITHDRAWN.isdisjoint(map(_status, (observation, *around))):
            return TAKEN_BACK, "withdrawn"
        if "focus" in observation and any(self._someone_else(focus) for focus in objects(observation["focus"])):
            return "it is about another person", "other-person"
        return "", ""

    def _someone_else(self, focus: Json) -> bool:
        reference, kind = reference_of(focus), text_of(focus.get("type"))
        kinds = {kind, *reference.split("/")}
        if kinds & OTHER_PEOPLE or any(self.chart.resolve(reference, other) for other in sorted(OTHER_PEOPLE)):
            return True
        mine, theirs = self.chart.patient.id, id_in(reference)
        return "Patient" in kinds and bool(mine and theirs) and mine != theirs

    def _site(self, observation: Json, around: list[Json], specimens: list[Json]) -> str:
        concepts: list[Any] = []
        for specimen in specimens:
            collection = specimen.get("collection")
            concepts.append(collection.get("bodySite") if isinstance(collection, dict) else None)
            concepts.append(specimen.get("type"))
        concepts += [holder.get("bodySite") for holder in (observation, *around)]
        for concept in concepts:
            if concept is not None and (site := self._lesion(concept)):
                return site
        return self._site_of_focus(observation)

    def _lesion(self, concept: Any) -> str:
        found = self.index.translated(codings_of(concept), SITES)
        if not found:
            matches = self.index.meanings(SITES).find(tokens(plain(all_words_of(concept))))
            found.update(meaning for match in matches for meaning in match.meaning)
        return self.index.vocabulary.sites.first_of(found)

    def _site_of_focus(self, observation: Json) -> str:
        if "focus" not in observation and "extension" not in observation:
            return ""
        related = [
            extension.get("valueReference")
            for extension in objects(observation.get("extension"))
            if self.index.is_extension(extension, ABOUT_A_CONDITION)
        ]
        for condition in self.chart.resolved([*objects(observation.get("focus")), *objects(related)], "Condition"):
            sets = self.index.known(codings_of(condition.get("code")))
            for site, names in self.index.vocabulary.sites.conditions.items():
                if sets.intersection(names):
                    return site
        return ""

    def _impossible(self, observation: Json, specimens: list[Json]) -> str:
        dates = [observation[key] for key in DATED if key in observation]
        for value in (*dates, _period(observation, "start"), *map(_collected, specimens)):
            day = day_of(value)
            if not day:
                continue
            if in_future(value, self.chart.as_of):
                return f"its date, {spoken(day)}, lies in the future"
            if self.chart.died and later(day, self.chart.died):
                return f"its date, {spoken(day)}, lies after the death on {spoken(self.chart.died)}"
            if self.chart.born and later(self.chart.born, day):
                return f"its date, {spoken(day)}, lies before the birth"
        return ""


def _is_final(observation: Json, around: list[Json]) -> bool:
    """Whether it is final, and no report or panel around it is still to come out."""
    return _status(observation) in FINAL and UNRELEASED.isdisjoint(map(_status, around))


def _status(resource: Json) -> str:
    return text_of(resource.get("status")).lower()


def _specimen_names(*holders: Json) -> Iterator[str]:
    """What results call a specimen that the chart does not hold: by reference, else by its identifier."""
    for specimen in (found for holder in holders for found in objects(holder.get("specimen"))):
        identifier = specimen.get("identifier")
        known_as = code_of(identifier.get("value")) if isinstance(identifier, dict) else ""
        if name := refers_to(reference_of(specimen), "Specimen") or known_as:
            yield name


def _day(observation: Json, around: list[Json], specimens: list[Json]) -> str:
    for value in _moments(observation, around, specimens):
        if day := day_of(value):
            return day
    return ""


def _moments(observation: Json, around: list[Json], specimens: list[Json]) -> Iterator[Any]:
    """What may date a result, the best first: its sample, the result, what is around it, its release.

    A sample taken after its own result is another one, or wrongly dated: the result keeps its date.
    """
    if specimens:
        made = next((day for key in (*DATED, "issued") if (day := day_of(observation.get(key)))), "")
        yield from (day for day in map(_collected, specimens) if not later(day_of(day), made))
    for holder in (observation, *around):
        yield from [holder[key] for key in DATED if key in holder]
        if "effectivePeriod" in holder:
            yield from (_period(holder, "end"), _period(holder, "start"))
    yield observation.get("issued")


def _period(holder: Json, side: str) -> Any:
    period = holder.get("effectivePeriod")
    return period.get(side) if isinstance(period, dict) else None


def _collected(specimen: Json) -> Any:
    collection = specimen.get("collection")
    if not isinstance(collection, dict):
        return None
    period = collection.get("collectedPeriod")
    return collection.get("collectedDateTime") or (period.get("start") if isinstance(period, dict) else None)


def _self_reported(observation: Json) -> bool:
    performers = list(references_of(observation.get("performer")))
    return bool(performers) and all(map(is_layperson, performers))


def _remarks(observation: Json, around: list[Json], specimens: list[Json]) -> tuple[tuple[Coding, ...], str]:
    components = objects(observation["component"]) if "component" in observation else []
    if not (around or specimens or "method" in observation or "component" in observation):
        return (), ""
    concepts: list[Any] = [observation.get("method"), *(specimen.get("type") for specimen in specimens)]
    concepts += [holder.get("code") for holder in around]
    concepts += [component.get("valueCodeableConcept") for component in components]
    concepts = [concept for concept in concepts if concept is not None]
    codings = tuple(coding for concept in concepts for coding in codings_of(concept))
    words = [*(words_of(concept) for concept in concepts), *(coding.display for coding in codings)]
    words += [text_of(component.get("valueString")) for component in components]
    return codings, " ; ".join(word for word in words if word)


def _notes(resources: list[Json]) -> str:
    said: list[str] = []
    for resource in resources:
        if not NOTED.intersection(resource):
            continue
        said += [text_of(note.get("text")) for note in objects(resource.get("note"))]
        said.append(text_of(resource.get("conclusion")))
        for step in objects(resource.get("processing")):
            said += [text_of(step.get("description")), words_of(step.get("procedure"))]
        said += [words_of(concept) for concept in objects(resource.get("condition"))]
    return " ; ".join(text for text in said if text)


def earliest(days: list[str]) -> str:
    """The earliest of some days; empty where none is known."""
    return min((day for day in days if day), key=first_day, default="")
