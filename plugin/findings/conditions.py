"""Conditions and procedures to evidence: what their code alone says, if it is confirmed and agrees with its name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from plugin.findings.chart import Chart
from plugin.findings.dates import day_of, in_future, later, spoken
from plugin.findings.elements import (
    Coding,
    Json,
    codings_of,
    is_layperson,
    modified,
    name_of,
    objects,
    reference_of,
    text_of,
    texts_of,
    words_of,
)
from plugin.findings.evidence import Evidence, Origin
from plugin.findings.index import Index, Wanted
from plugin.findings.model import AsideKind, Problem
from plugin.findings.observations import Notebook
from plugin.findings.parts import NO_RESULT
from plugin.findings.phrases import plain, tokens
from plugin.findings.values import Answer
from plugin.library.readings import Part
from plugin.library.vocabulary import Value

REFUTED = frozenset({"refuted", "entered-in-error"})
UNCERTAIN = frozenset({"unconfirmed", "provisional", "differential"})
PAST = frozenset({"inactive", "resolved", "remission"})
MORPHOLOGY = "morphology"
REPORTED = frozenset({"final", "amended", "corrected", "appended"})
UNDONE = frozenset({"entered-in-error", "not-done", "preparation", "stopped"})
DONE, CONFIRMED = "completed", "confirmed"


class ConditionReader:
    """Reads Conditions, their stages, and Procedures into a notebook."""

    def __init__(self, chart: Chart, index: Index, notebook: Notebook) -> None:
        self.chart = chart
        self.index = index
        self.notebook = notebook

    def read(self) -> None:
        """Note what every Condition and Procedure of the chart says."""
        for condition in self.chart.of_type("Condition"):
            self._condition(condition)
        for procedure in self.chart.of_type("Procedure"):
            self._procedure(procedure)
        for report in self.chart.of_type("DiagnosticReport"):
            if text_of(report.get("status")) in REPORTED:
                self._done(report, day_of(report.get("effectiveDateTime")) or _beginning(report, "effectivePeriod"))

    def _condition(self, condition: Json) -> None:
        codings, names = _question(condition)
        sets = self._sets(codings, names)
        if not sets:
            return
        origin = self._origin(condition)
        status = _statuses(condition, "verificationStatus")
        for name in sorted(sets & self.index.not_results.keys()):
            self._look_alike(origin, name, names)
        for wanted in self.index.conditions:
            if sets.intersection(wanted.part.tests):
                self._judge(condition, wanted, origin, codings, names, sets, status)
        for wanted in self.index.stages:
            if sets.intersection(wanted.part.tests) and not status & REFUTED:
                doubt = self._unconfirmed(names, status, origin)
                self._stages(condition, wanted, replace(origin, began="earlier"), doubt)
        for wanted in self.index.morphologies:
            apart = sets.intersection(wanted.part.unless_tests)
            if sets.intersection(wanted.part.tests) and not apart and not status & REFUTED:
                doubt = self._unconfirmed(names, status, origin)
                self._morphology(condition, wanted, origin, doubt)

    def _sets(self, codings: list[Coding], names: list[str]) -> frozenset[str]:
        """ValueSets of the codes; where no code is known, those that list the name in whole."""
        return self.index.known(codings) or self.index.named(names)

    def _judge(
        self,
        condition: Json,
        wanted: Wanted,
        origin: Origin,
        codings: list[Coding],
        names: list[str],
        sets: frozenset[str],
        status: set[str],
    ) -> None:
        part = wanted.part
        words = words_of(condition.get("code"))
        if part.active and (_statuses(condition, "clinicalStatus") & PAST or _abated(condition)):
            return
        if part.sites and not self._sited(condition, part):
            return
        if status & REFUTED:
            why = "it was refuted or entered in error"
            found = Evidence(wanted.panel, part.name, origin, None, words, why, "withdrawn", silent=True)
            self.notebook.evidence.append(found)
            return
        beside = names if self.index.known(codings) else []  # a name that is read itself is no second voice
        why, kind = self._doubt(part, beside, sets)
        if not why:
            why, kind = self._unconfirmed(names, status, origin)
        if not why and (untrusted := self._untrusted(condition, wanted)):
            why, kind = untrusted
        value: Value | None = part.value if part.value is not None else self._mapped(codings, part)
        if kind == "mismatch" or kind == "impossible":
            self.notebook.problem(Problem(kind, origin.reference, f"{words}: {why}"))
        if why or value is not None:
            found = Evidence(wanted.panel, part.name, origin, None if why else value, words, why, kind)
            self.notebook.evidence.append(found)

    def _doubt(self, part: Part, names: list[str], sets: frozenset[str]) -> tuple[str, AsideKind]:
        if sets.intersection(part.unless_tests):
            return "its codes say different things; neither is trusted", "mismatch"
        named = frozenset[str]().union(*(self.index.organs.names_in(name) for name in names))
        if part.subject and named - set(part.subject):
            return "its code says one thing, its name another; neither is trusted", "mismatch"
        return "", ""

    def _unconfirmed(self, names: list[str], status: set[str], origin: Origin) -> tuple[str, AsideKind]:
        if status and (status & UNCERTAIN or CONFIRMED not in status):
            return "it is not confirmed", "unconfirmed"
        if said := self._doubtful(names):
            return f"its name says '{said}'", "unconfirmed"
        return (self._impossible(origin.day), "impossible") if self._impossible(origin.day) else ("", "")

    def _untrusted(self, condition: Json, wanted: Wanted) -> tuple[str, AsideKind] | None:
        if why := modified(condition):
            return f"{why}; it is not trusted", "mismatch"
        if is_layperson(reference_of(condition.get("asserter"))) and not self.index.self_reported(wanted.panel):
            return "only the patient reports it; a clinician has to confirm it", "unverified"
        return None

    def _doubtful(self, names: list[str]) -> str:
        """What a name says that takes its code back: a suspicion, a denial, somebody else's disease."""
        for name in names:
            for match in self.index.remarks("doubtful-names").find(tokens(plain(name))):
                return match.meaning[0]
        return ""

    def _impossible(self, day: str) -> str:
        if in_future(day, self.chart.as_of):
            return f"its date, {spoken(day)}, lies in the future"
        if day and self.chart.died and later(day, self.chart.died):
            return f"its date, {spoken(day)}, lies after the death on {spoken(self.chart.died)}"
        return ""

    def _look_alike(self, origin: Origin, name: str, names: list[str]) -> None:
        """A code that says less than its name: shown, never counted."""
        code_set = self.index.set(name)
        title = code_set.title
        own = frozenset[str]().union(*map(self.index.organs.names_in, code_set.displays.values()))
        if frozenset[str]().union(*map(self.index.organs.names_in, names)) - own:
            text = f"{names[0]}: the name says more than its code; neither is trusted"
            self.notebook.problem(Problem("mismatch", origin.reference, text))
        for panel in self.index.not_results[name]:
            why = f"it does not count: {title}"
            self.notebook.evidence.append(Evidence(panel, "", origin, None, next(iter(names), ""), why, "look-alike"))

    def _mapped(self, codings: list[Coding], part: Part) -> Value | None:
        found = self.index.translated(codings, *part.answers)
        return found.pop() if len(found) == 1 else None

    def _sited(self, condition: Json, part: Part) -> bool:
        for concept in objects(condition.get("bodySite")):
            codings = codings_of(concept)
            names = [*texts_of(concept), *(coding.display for coding in codings if coding.display)]
            if self._sets(codings, names).intersection(part.sites):
                return True
        return False

    def _stages(self, condition: Json, wanted: Wanted, origin: Origin, doubt: tuple[str, AsideKind]) -> None:
        for stage in objects(condition.get("stage")):
            self._said(stage.get("summary"), wanted, origin, doubt)

    def _morphology(self, condition: Json, wanted: Wanted, origin: Origin, doubt: tuple[str, AsideKind]) -> None:
        for extension in objects(condition.get("extension")):
            if self.index.is_extension(extension, MORPHOLOGY):
                self._said(extension.get("valueCodeableConcept"), wanted, origin, doubt)

    def _said(self, concept: Any, wanted: Wanted, origin: Origin, doubt: tuple[str, AsideKind]) -> None:
        """Note what a concept beside the code of a Condition says."""
        answer = Answer(codings=tuple(codings_of(concept)), texts=tuple(texts_of(concept)))
        value = self._stage(answer, wanted.part)
        if value is None:
            return
        evidence = Evidence(wanted.panel, wanted.part.name, origin, value, words_of(concept))
        if value in NO_RESULT:
            doubt = (NO_RESULT[value], "no-answer")
        if doubt[0]:
            evidence = replace(evidence, value=None).aside(*doubt)
        self.notebook.evidence.append(evidence)

    def _stage(self, answer: Answer, part: Part) -> str | None:
        lexicon = self.index.lexicon(part.answers, part.subject)
        texts = [*answer.texts, *(coding.display for coding in answer.codings if coding.display)]
        coded = self._mapped(list(answer.codings), part)
        spoken = {
            value
            for text in texts
            if (reading := lexicon.read(text)).understood
            for values in reading.values.values()
            for value in values
        }
        if coded is not None:
            spoken.add(str(coded))
        return spoken.pop() if len(spoken) == 1 else None

    def _procedure(self, procedure: Json) -> None:
        if text_of(procedure.get("status")) not in UNDONE:
            day = day_of(procedure.get("performedDateTime")) or _beginning(procedure, "performedPeriod")
            self._done(procedure, day, complete=text_of(procedure.get("status")) == DONE)

    def _done(self, resource: Json, day: str, complete: bool = True) -> None:
        """What was done to the patient, by a Procedure or by the report of an examination."""
        codings, names = _question(resource)
        sets = self._sets(codings, names)
        if not sets:
            return
        words = words_of(resource.get("code"))
        for wanted in self.index.procedures:
            if sets.intersection(wanted.part.tests):
                origin = Origin(name_of(resource), self.index.labelled(words, codings), day)
                found = Evidence(wanted.panel, wanted.part.name, origin, wanted.part.value, words)
                if not complete:
                    found = found.aside("it is not recorded as completed", "unconfirmed")
                why = modified(resource) or self._impossible(day)
                self.notebook.evidence.append(replace(found, value=None).aside(why, "impossible") if why else found)

    def _origin(self, condition: Json) -> Origin:
        """Where a Condition tells of its disease from: its onset, else the day on which it was recorded."""
        period = condition.get("onsetPeriod")
        candidates = [
            condition.get("onsetDateTime"),
            period.get("start") if isinstance(period, dict) else None,
            condition.get("recordedDate"),
        ]
        day = next((day for value in candidates if (day := day_of(value))), "")
        recorded = text_of(condition.get("recordedDate"))
        codings = codings_of(condition.get("code"))
        label = self.index.labelled(words_of(condition.get("code")), codings)
        return Origin(
            name_of(condition),
            label,
            day,
            issued=recorded,
            began="" if any(map(day_of, candidates[:2])) else "recorded",
        )


def _beginning(resource: Json, element: str) -> str:
    period = resource.get(element)
    return day_of(period.get("start")) if isinstance(period, dict) else ""


def _question(resource: Json) -> tuple[list[Coding], list[str]]:
    codings = codings_of(resource.get("code"))
    names = [*texts_of(resource.get("code")), *(coding.display for coding in codings if coding.display)]
    return codings, names


def _statuses(condition: Json, element: str) -> set[str]:
    """What a status says: its codes and texts; older versions of FHIR write a bare code."""
    concept = condition.get(element)
    found = {coding.code.lower() for coding in codings_of(concept)}
    return found | {text.lower() for text in (*texts_of(concept), text_of(concept)) if text}


def _abated(condition: Json) -> bool:
    return any(key.startswith("abatement") and condition[key] is not None for key in condition)
