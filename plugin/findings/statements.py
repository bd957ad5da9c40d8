"""What a clinician states with a code of our own: it leads over the chart, and what the chart says stays visible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from plugin.findings.chart import Chart
from plugin.findings.dates import day_of, later, later_moment, spoken
from plugin.findings.elements import Json, code_of, codings_of, displays_of, references_of, text_of, texts_of
from plugin.findings.entries import Entries, Entry
from plugin.findings.evidence import Evidence
from plugin.findings.index import reading_of
from plugin.findings.model import AsideKind, Finding, Problem, Result, unknown
from plugin.findings.phrases import plain
from plugin.findings.validity import too_old
from plugin.findings.values import Answer, answer_of
from plugin.library.content import system_url
from plugin.library.readings import Reading
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary, in_a_word

STATES = system_url("finding-state")
NOT_CLINICIANS = ("Patient/", "RelatedPerson/", "Device/", "Organization/")
YES, NO = frozenset({"true", "yes"}), frozenset({"false", "no"})
TAKEN_BACK = frozenset({"unknown", "not known"})
STATED_UNKNOWN = "stated as not known by a clinician"
READ_BY_SOFTWARE = "software read it from a chart, nobody states it; what it was read from decides"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a clinician; `value` is None where the clinician says that it is not known.

    moments: when it was made, then when it was issued, both as written and as far as the chart says.
    """

    code: str
    value: Value | None
    result: Result
    moments: tuple[str, str] = ("", "")

    def after(self, other: Statement) -> bool:
        """Whether it was surely made later; of one moment, whether it was surely issued later."""
        (made, issued), (then, issued_then) = self.moments, other.moments
        if later_moment(made, then):
            return True
        return not later_moment(then, made) and made[:10] == then[:10] and later_moment(issued, issued_then)

    def knew(self, found: Evidence) -> bool:
        """Whether it was surely made after the chart held a result."""
        return later_moment(self.moments[0], found.told)

    def precedes(self, found: Evidence) -> bool:
        """Whether it was surely made before the chart held a result."""
        return later_moment(found.told, self.moments[0])

    @property
    def said(self) -> str:
        """What it says and when, for a note."""
        return f"{in_a_word(self.value)} ({spoken(self.result.date) if self.result.date else 'no date'})"


class Statements:
    """Collects statements, then lets them lead."""

    def __init__(self, chart: Chart, vocabulary: Vocabulary) -> None:
        self.chart = chart
        self.vocabulary = vocabulary
        self._standing: dict[str, list[Statement]] = {}
        self._aside: dict[str, list[Result]] = {}
        self._echoes: dict[str, list[Result]] = {}
        self._doubts: dict[str, list[Value | None]] = {}

    def collect(self, code: str, observation: Json, entry: Entry) -> None:
        """Take in an Observation whose code is one of our findings."""
        answer = answer_of(observation)
        definition = self.vocabulary.get(code)
        if definition is None:
            self._problem(entry, f"'{code}' is no finding of this vocabulary")
            return
        value, understood = _value(answer, definition)
        if _read_by_software(observation):
            self._echo(code, value, answer, entry)
            return
        reason, kind = _not_valid(observation, entry)
        if not reason and not understood:
            reason = f"'{answer.words}' is no value of {definition.label}" if answer.words else "it has no value"
            kind = "unread"
        if not reason:
            statement = Statement(code, value, _result(entry, value, answer), _moments(observation))
            self._standing.setdefault(code, []).append(statement)
            return
        self._aside.setdefault(code, []).append(_result(entry, None, answer, reason, kind))
        if not entry.origin.void:
            self._problem(entry, reason, definition.label)
            self._doubts.setdefault(code, []).append(value)

    def _echo(self, code: str, value: Value | None, answer: Answer, entry: Entry) -> None:
        """What software made of a chart is no fact of it; it only keeps the opposite from being presumed."""
        if value is None:
            return
        self._echoes.setdefault(code, []).append(_result(entry, value, answer, entry.origin.void or READ_BY_SOFTWARE))
        if not entry.origin.void:
            self._doubts.setdefault(code, []).append(value)

    def outdate(self, code: str, since: str, why: str) -> None:
        """Set aside what was stated before a day; what was so then, is so still."""
        standing = self._standing.get(code, [])
        self._outlived(
            code, [(one, why) for one in standing if one.value is not True and later(since, one.result.date)]
        )

    def question(self, code: str, since: str, why: str) -> None:
        """Set aside what was surely stated before a moment, unless it was a yes: what was told then was not known."""
        standing = self._standing.get(code, [])
        earlier = [one for one in standing if one.value is not True and later_moment(since, one.moments[0])]
        self._outlived(code, [(one, why) for one in earlier])

    def expire(self) -> None:
        """Set aside what was stated too long ago about facts that do not last, as a result of that age would be."""
        for code, standing in self._standing.items():
            definition = self.vocabulary[code]
            old = [(one, too_old(one.result.date, _days_valid(definition, one), self.chart.as_of)) for one in standing]
            self._outlived(code, [(one, why) for one, why in old if why and one.value is not None])

    def _outlived(self, code: str, old: list[tuple[Statement, str]]) -> None:
        if not old:
            return
        gone = [one for one, _ in old]
        self._standing[code] = [one for one in self._standing[code] if one not in gone]
        aside = (replace(one.result, set_aside=why, aside_kind="stale") for one, why in old)
        self._aside.setdefault(code, []).extend(aside)
        self._doubts.setdefault(code, []).extend(one.value for one in gone)

    def doubts(self) -> dict[str, tuple[Value | None, ...]]:
        """Per finding, what statements say that do not count: their value, or None where it cannot be read."""
        return {code: tuple(values) for code, values in self._doubts.items()}

    @property
    def heard(self) -> frozenset[str]:
        """The findings of which somebody stated something, whether it counts or not."""
        return frozenset((*self._standing, *self._aside, *self._echoes))

    def lead(self, code: str, finding: Finding, behind: Iterable[Evidence] = ()) -> Finding | None:
        """The finding as clinicians state it; None where nobody states it.

        behind: the results from which the chart alone gives the finding.
        What the chart says otherwise, in results that are not older than the statement, disputes it; where the policy
        of `_contradicts` says so, the two are a conflict.
        """
        if not any(code in heard for heard in (self._standing, self._aside, self._echoes)):
            return None
        aside, echoes = tuple(self._aside.get(code, ())), tuple(self._echoes.get(code, ()))
        standing = self._standing.get(code, [])
        newest = [one for one in standing if not any(other.after(one) for other in standing)]
        results = (*(statement.result for statement in standing), *aside, *finding.results, *echoes)
        if not newest:
            note = finding.note or next((result.set_aside for result in aside), "")
            return replace(finding, note=note, results=results) if aside or echoes else None
        evidence = tuple(statement.result.reference for statement in newest)
        values = {statement.value for statement in newest}
        if len(values) > 1:
            note = f"clinicians' statements disagree: {' and '.join(dict.fromkeys(one.said for one in newest))}"
            return Finding(code, "conflicting", None, "", evidence, note, results)
        value = values.pop()
        if value is None:
            return Finding(code, "unknown", None, "", (), STATED_UNKNOWN, results)
        against = [found for found in behind if _differs(value, finding) and not newest[0].knew(found)]
        if _contradicts(value, finding, newest[0], against, reading_of(self.vocabulary[code])):
            note = f"a clinician states {newest[0].said}, the chart says {_chart_says(finding)}"
            return Finding(code, "conflicting", None, "", (*evidence, *finding.evidence), note, results)
        note = "; ".join(["stated by a clinician", *_differing(value, newest, standing, finding, against)])
        disputed = tuple(dict.fromkeys(found.origin.reference for found in against))
        stated: Literal["agrees", "overrules"] = "overrules" if _differs(value, finding) else "agrees"
        return Finding(code, "known", value, newest[0].result.text, evidence, note, results, disputed, stated)

    def alone(self, code: str) -> Finding | None:
        """The finding as clinicians state it, whatever the chart says; None where nobody states it."""
        return self.lead(code, unknown(code))

    def _problem(self, entry: Entry, text: str, label: str = "") -> None:
        text = f"{label or entry.origin.label}: {text}"
        self.chart.problems.append(Problem("unread", entry.origin.reference, text))


def _differs(value: Value, finding: Finding) -> bool:
    return finding.state == "conflicting" or (finding.state in ("known", "derived") and finding.value != value)


def _contradicts(value: Value, finding: Finding, stated: Statement, against: list[Evidence], reading: Reading) -> bool:
    """Whether neither statement nor chart may lead.

    A denial of what was given, or of death, against a chart that shows it; a denial and what the chart found
    afterwards, where things appear in the course of the disease; a statement about what changes and a later result.
    """
    if value is False and finding.value is True and reading.kind in ("treatment", "person"):
        return True
    if not any(stated.precedes(found) for found in against):
        return False
    return bool(reading.valid_days) or (value is False and reading.strategy in ("course", "present"))


def _chart_says(finding: Finding) -> str:
    if finding.value is None:
        return finding.note
    shown = _shown(finding)
    return f"{in_a_word(finding.value)}: {shown}" if shown else in_a_word(finding.value)


def _differing(
    value: Value, newest: list[Statement], standing: list[Statement], finding: Finding, against: list[Evidence]
) -> Iterator[str]:
    older = [one.said for one in standing if one not in newest and one.value != value]
    if older:
        yield f"stated otherwise before: {' and '.join(dict.fromkeys(older))}"
    if finding.state in ("known", "derived") and finding.value != value:
        yield f"the chart says {in_a_word(finding.value)}{_not_older(against)}"
    elif finding.state == "conflicting":
        yield f"the chart holds results that disagree{_not_older(against)}"


def _not_older(against: list[Evidence]) -> str:
    """What the clinician may not have known, and since when the chart holds it."""
    days = {found.text: day_of(found.told) for found in against if found.text}
    said = [f"{text} ({spoken(day) if day else 'no date'})" for text, day in sorted(days.items())]
    return f", not older than that: {', '.join(said)}" if said else ", not older than that" if against else ""


def _shown(finding: Finding) -> str:
    counting = [result for result in finding.results if not result.set_aside]
    shown = [f"{result.text} ({spoken(result.date) if result.date else 'no date'})" for result in counting[:3]]
    return ", ".join(dict.fromkeys(shown))


def _moments(observation: Json) -> tuple[str, str]:
    period = observation.get("effectivePeriod")
    made = [text_of(observation.get("effectiveDateTime")), text_of(observation.get("effectiveInstant"))]
    made += [text_of(period.get("end")), text_of(period.get("start"))] if isinstance(period, dict) else []
    issued = text_of(observation.get("issued"))
    return next((moment for moment in made if day_of(moment)), issued), issued


def read_statements(
    chart: Chart, vocabulary: Vocabulary, entries: Entries, further: Iterable[tuple[str, Json]] = ()
) -> Statements:
    """Every statement in the chart.

    further: statements beside those of the chart, each with the finding that it is about.
    """
    statements = Statements(chart, vocabulary)
    for code, observation in sorted((*entries.stated(), *further), key=lambda stated: code_of(stated[1].get("id"))):
        statements.collect(code, observation, entries.of(observation)[0])
    statements.expire()
    return statements


def _days_valid(definition: FindingDefinition, statement: Statement) -> int:
    """How long a statement counts: as long as the vocabulary says, else as long as a result of the fact would."""
    if definition.stated_days:
        return definition.stated_days
    reading = reading_of(definition)
    lasting = max((part.lasting_days for part in reading.parts), default=0) if statement.value is True else 0
    return max(reading.valid_days, lasting)


def _read_by_software(observation: Json) -> bool:
    """Whether it is a fact as we write it ourselves, and nobody has put a name to it since."""
    marked = any(coding.system == STATES for coding in codings_of(observation.get("method")))
    performers = observation.get("performer")
    return marked and not (list(references_of(performers)) or list(displays_of(performers)))


def _not_valid(observation: Json, entry: Entry) -> tuple[str, AsideKind]:
    if entry.origin.void:
        return entry.origin.void, entry.origin.void_kind
    if entry.untrusted:
        return entry.untrusted, "mismatch"
    if entry.origin.standing == "preliminary":
        return "it is not final", "preliminary"
    if entry.impossible:
        return entry.impossible, "impossible"
    performers = list(references_of(observation.get("performer")))
    named = [*performers, *displays_of(observation.get("performer"))]
    if not named:
        return "nobody is named who states it; add the clinician as performer", "unverified"
    if performers and all(any(kind in reference for kind in NOT_CLINICIANS) for reference in performers):
        return "it is not stated by a clinician; a clinician has to confirm it", "unverified"
    return "", ""


def _value(answer: Answer, definition: FindingDefinition) -> tuple[Value | None, bool]:
    """The value in the finding's type, and whether the answer was understood at all."""
    words = {plain(text) for text in (*answer.texts, *(coding.display for coding in answer.codings)) if text}
    codes = {coding.code for coding in answer.codings}
    if answer.absent or words & TAKEN_BACK or codes & TAKEN_BACK:
        return None, True
    if definition.type == "boolean":
        said = {flag for flag, known in ((True, YES), (False, NO)) if (words | codes) & known}
        return (said.pop(), True) if len(said) == 1 else (None, False)
    if definition.type == "code":
        found = {value for value in definition.values if value in codes or value in words}
        return (found.pop(), True) if len(found) == 1 else (None, False)
    number = answer.number.exact if answer.number is not None else _written(words)
    if number is None or number < 0 or (definition.type == "integer" and not number.is_integer()):
        return None, False
    return (int(number) if definition.type == "integer" else number), True


def _written(words: set[str]) -> float | None:
    for word in words:
        try:
            return float(word)
        except ValueError:
            continue
    return None


def _result(entry: Entry, value: Value | None, answer: Answer, aside: str = "", kind: AsideKind = "") -> Result:
    origin = entry.origin
    label = origin.label or next(iter(texts_of(entry.node.get("code"))), "")
    stated = not _read_by_software(entry.node)
    return Result(origin.reference, value, answer.words, origin.day, "", label, aside, kind, origin.by, stated)
