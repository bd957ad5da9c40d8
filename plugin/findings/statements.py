"""What a clinician states with a code of our own: it leads over the chart, and what the chart says stays visible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugin.findings.chart import Chart
from plugin.findings.dates import later
from plugin.findings.elements import Json, code_of, name_of, objects, references_of, texts_of
from plugin.findings.entries import Entries, Entry
from plugin.findings.index import FINDING
from plugin.findings.model import Finding, Problem, Result
from plugin.findings.phrases import plain
from plugin.findings.values import Answer, answer_of
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary

NOT_CLINICIANS = ("Patient/", "RelatedPerson/", "Device/")
YES, NO = frozenset({"true", "yes"}), frozenset({"false", "no"})
TAKEN_BACK = frozenset({"unknown", "not known"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a clinician; `value` is None where the clinician says that it is not known."""

    code: str
    value: Value | None
    result: Result


def finding_code(observation: Json) -> str:
    """The finding that an Observation states; empty where it states none."""
    codings = objects(observation["code"].get("coding")) if isinstance(observation.get("code"), dict) else []
    return next((code_of(coding.get("code")) for coding in codings if coding.get("system") == FINDING), "")


class Statements:
    """Collects statements, then lets them lead."""

    def __init__(self, chart: Chart, vocabulary: Vocabulary) -> None:
        self.chart = chart
        self.vocabulary = vocabulary
        self._standing: dict[str, list[Statement]] = {}
        self._aside: dict[str, list[Result]] = {}

    def collect(self, observation: Json, entry: Entry) -> None:
        """Take in an Observation whose code is one of our findings."""
        code = finding_code(observation)
        answer = answer_of(observation)
        definition = self.vocabulary.get(code)
        if definition is None:
            self._problem(entry, f"'{code}' is no finding of this vocabulary")
            return
        reason = _not_valid(observation, entry)
        value, understood = _value(answer, definition)
        if not reason and not understood:
            reason = f"'{answer.words}' is no value of {definition.label}" if answer.words else "it has no value"
        if reason:
            if entry.origin.standing != "withdrawn":
                self._problem(entry, reason)
            self._aside.setdefault(code, []).append(_result(entry, None, answer, reason))
            return
        statement = Statement(code, value, _result(entry, value, answer, ""))
        self._standing.setdefault(code, []).append(statement)

    def lead(self, code: str, finding: Finding) -> Finding | None:
        """The finding as clinicians state it; None where nobody states it."""
        aside = tuple(self._aside.get(code, ()))
        statements = self._newest(code)
        results = (*(statement.result for statement in self._standing.get(code, ())), *aside, *finding.results)
        values = {statement.value for statement in statements}
        if not statements:
            if not aside:
                return None
            return Finding(code, finding.state, finding.value, finding.detail, finding.evidence, finding.note, results)
        evidence = tuple(statement.result.reference for statement in statements)
        if len(values) > 1:
            return Finding(code, "conflicting", None, "", evidence, "clinicians' statements disagree", results)
        value = values.pop()
        if value is None:
            return Finding(code, "unknown", None, "", (), "stated as not known by a clinician", results)
        note = "stated by a clinician"
        if finding.state in ("known", "derived") and finding.value != value:
            note += f"; the chart says {_word(finding.value)}"
        elif finding.state == "conflicting":
            note += "; the chart holds results that disagree"
        return Finding(code, "known", value, statements[0].result.text, evidence, note, results)

    def _newest(self, code: str) -> list[Statement]:
        found = self._standing.get(code, [])
        return [one for one in found if not any(later(other.result.date, one.result.date) for other in found)]

    def _problem(self, entry: Entry, text: str) -> None:
        self.chart.problems.append(Problem("unread", entry.origin.reference, f"{entry.origin.label}: {text}"))


def read_statements(chart: Chart, vocabulary: Vocabulary, entries: Entries) -> tuple[Statements, set[str]]:
    """Every statement in the chart, and the references of the Observations that are one."""
    statements = Statements(chart, vocabulary)
    taken: set[str] = set()
    for observation in chart.of_type("Observation"):
        if finding_code(observation):
            statements.collect(observation, entries.of(observation)[0])
            taken.add(name_of(observation))
    return statements, taken


def _not_valid(observation: Json, entry: Entry) -> str:
    if entry.origin.standing == "withdrawn":
        return "it was cancelled or entered in error"
    if entry.origin.standing == "preliminary":
        return "it is not final"
    if entry.impossible:
        return entry.impossible
    performers = list(references_of(observation.get("performer")))
    named = [*performers, *_displayed(observation)]
    if not named:
        return "nobody is named who states it; add the clinician as performer"
    if performers and all(any(kind in reference for kind in NOT_CLINICIANS) for reference in performers):
        return "it is not stated by a clinician; a clinician has to confirm it"
    return ""


def _displayed(observation: Json) -> Iterator[str]:
    performers = observation.get("performer")
    for performer in performers if isinstance(performers, list) else []:
        if isinstance(performer, dict) and performer.get("display"):
            yield str(performer["display"])


def _value(answer: Answer, definition: FindingDefinition) -> tuple[Value | None, bool]:
    """The value in the finding's type, and whether the answer was understood at all."""
    words = {plain(text) for text in (*answer.texts, *(coding.display for coding in answer.codings)) if text}
    codes = {coding.code for coding in answer.codings}
    if words & TAKEN_BACK or codes & TAKEN_BACK:
        return None, True
    if definition.type == "boolean":
        said = {flag for flag, known in ((True, YES), (False, NO)) if (words | codes) & known}
        return (said.pop(), True) if len(said) == 1 else (None, False)
    if definition.type == "code":
        found = {value for value in definition.values if value in codes or value in words}
        return (found.pop(), True) if len(found) == 1 else (None, False)
    number = answer.number.exact if answer.number is not None else _written(words)
    if number is None or (definition.type == "integer" and not number.is_integer()):
        return None, False
    return (int(number) if definition.type == "integer" else number), True


def _written(words: set[str]) -> float | None:
    for word in words:
        try:
            return float(word)
        except ValueError:
            continue
    return None


def _result(entry: Entry, value: Value | None, answer: Answer, aside: str) -> Result:
    origin = entry.origin
    label = origin.label or next(iter(texts_of(entry.node.get("code"))), "")
    return Result(origin.reference, value, answer.words, origin.day, "", label, aside)


def _word(value: Value | None) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
