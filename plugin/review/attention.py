"""What a reader must see before the plan: alerts with the results behind them, and what everything waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from plugin.drafting.model import Alert, CategoryLine, Draft
from plugin.findings.model import Finding, Problem, Result
from plugin.findings.overruled import chart_results, rests_on_statement, stated_against
from plugin.library.sources import Citation
from plugin.library.unit_words import unit_in_words
from plugin.library.vocabulary import Vocabulary
from plugin.review.in_plan import in_plan
from plugin.review.words import value_in_words
from plugin.storage.terms import Named

MOST_AWAITED = 3
CONFLICT = "conflict"
RESTS_ON_STATEMENT = "The plan rests on a statement"
STATEMENT_LEADS = "The statement counts until it is withdrawn."
# Problems of the chart have a place of their own on the page; their alerts would say them twice.
SAID_AS_PROBLEMS = frozenset({"incomplete", "unread"})
KINDS = {
    "Observation": "result",
    "DiagnosticReport": "report",
    "Condition": "diagnosis",
    "Procedure": "procedure",
    "Patient": "patient record",
    "Specimen": "specimen",
    "MedicationRequest": "prescription",
    "MedicationStatement": "medication statement",
    "MedicationAdministration": "administered medication",
    "Goal": "goal on record",
    "QuestionnaireResponse": "form filled in",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the chart as people name it: what it is, what it says, when, and where the page tells more.

    kind: `result`, `diagnosis` and the like. anchor: empty where no fact rests on it. reference: never shown.
    by: the laboratory that found it, where it names one.
    """

    reference: str
    kind: str
    label: str = ""
    words: str = ""
    date: str = ""
    anchor: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class ToDo:
    """A fact that a notice is about and that somebody should settle.

    in_conflict: its results disagree. tests: code and name of the due tests that would settle it.
    """

    code: str
    label: str
    in_conflict: bool
    tests: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert with the entries of the chart that it is about, and what its rule stands on.

    title: what it is, where its code has no name of its own. to_do: the facts to settle, and the tests for it.
    in_plan: the lines of the plan that lead on its account.
    """

    code: str
    level: str
    text: str
    sources: tuple[Source, ...]
    citations: tuple[Citation, ...] = ()
    unsourced: bool = False
    title: str = ""
    to_do: tuple[ToDo, ...] = ()
    in_plan: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing is offered because facts are missing: how many lines wait, and for which facts most."""

    lines: int
    facts: tuple[tuple[str, str, int], ...]
    others: int


def waiting(draft: Draft, vocabulary: Vocabulary) -> Waiting | None:
    """What a draft without any offer waits for; None where something is offered, care leads, or nothing waits."""
    open_lines = [line for line in draft.standing("conditional") if line.missing]
    if draft.standing("offered") or draft.care_leads or not open_lines:
        return None
    order = most_awaited(open_lines, draft)
    named = tuple((code, vocabulary[code].label, count) for code, count in order[:MOST_AWAITED])
    return Waiting(len(open_lines), named, len(order) - len(named))


def most_awaited(lines: Iterable[CategoryLine], draft: Draft) -> list[tuple[str, int]]:
    """The facts that lines wait for, each with how many do.

    First what a test settles that comes before other tests; then what most wait for, and of equals what would change
    most.
    """
    first = {code for item in draft.assessments if item.comes_first for code in item.settles}
    count = Counter(code for line in lines for code in line.missing)
    asked = [code for code in draft.to_confirm if code in count]
    order = sorted(
        count, key=lambda code: (code not in first, -count[code], asked.index(code) if code in asked else len(asked))
    )
    return [(code, count[code]) for code in order]


class Sources:
    """The entries of one chart as people name them; made once for a page, since a chart may hold thousands."""

    def __init__(self, findings: Mapping[str, Finding], vocabulary: Vocabulary) -> None:
        self._findings = findings
        self._vocabulary = vocabulary
        self._results: dict[str, tuple[str, Result]] = {}
        self._evidence: dict[str, str] = {}
        for code, finding in findings.items():
            for result in finding.results:
                self._results.setdefault(result.reference, (code, result))
            for reference in finding.evidence:
                self._evidence.setdefault(reference, code)

    def of(self, references: Iterable[str]) -> tuple[Source, ...]:
        """The entries behind some references, each once; those that nothing is known of are left out."""
        found = (self._source(reference) for reference in dict.fromkeys(references))
        return tuple(source for source in found if source is not None and source.label)

    def _source(self, reference: str) -> Source | None:
        kind = KINDS.get(reference.split("/")[0], "entry")
        if reference in self._results:
            code, result = self._results[reference]
            label = result.label or self._vocabulary[code].label
            words = "" if result.text == label else result.text
            if result.stated:
                kind = f"statement of {result.by}" if result.by else "statement"
            by = "" if result.stated else result.by
            return Source(reference, kind, label, words, result.date, f"fact-{code}", by)
        if reference in self._evidence:
            code = self._evidence[reference]
            finding = self._findings[code]
            words = unit_in_words(finding.detail) or value_in_words(finding.value, self._vocabulary[code])
            return Source(reference, kind, self._vocabulary[code].label, words, "", f"fact-{code}")
        return None


def notices(draft: Draft, vocabulary: Vocabulary) -> tuple[Notice, ...]:
    """The alerts of a draft, in its order, then the statements that lead against the chart."""
    sources = Sources(draft.findings, vocabulary)
    alerts = tuple(
        _notice(alert, draft, vocabulary, sources) for alert in draft.alerts if alert.code not in SAID_AS_PROBLEMS
    )
    return (*_said_once(alerts), *_on_statements(draft, vocabulary, sources))


def _notice(alert: Alert, draft: Draft, vocabulary: Vocabulary, sources: Sources) -> Notice:
    """An alert as a notice; one about results that a statement has settled says that, not that they disagree."""
    to_do = tuple(_to_do(code, draft, vocabulary) for code in alert.open_facts)
    leading = in_plan(draft, alert.facts)
    seen = sources.of(alert.because)
    if alert.code == CONFLICT and to_do and all(_is_settled(draft.findings[each.code]) for each in to_do):
        text = f"{alert.text}. {STATEMENT_LEADS}"
        return Notice("stated", alert.level, text, seen, title=RESTS_ON_STATEMENT, to_do=to_do, in_plan=leading)
    return Notice(
        alert.code, alert.level, alert.text, seen, alert.sources, alert.unsourced, to_do=to_do, in_plan=leading
    )


def _is_settled(finding: Finding) -> bool:
    return rests_on_statement(finding) and not finding.disputed


def _said_once(alerts: tuple[Notice, ...]) -> Iterator[Notice]:
    """Alerts whose entries and open facts stand with the results that disagree leave both to that alert."""
    disputes = [notice for notice in alerts if notice.code == CONFLICT]
    told = {source for notice in disputes for source in notice.sources}
    to_settle = {each.code for notice in disputes for each in notice.to_do}
    for notice in alerts:
        if notice.code == CONFLICT:
            yield notice
            continue
        sources = () if told.issuperset(notice.sources) else notice.sources
        yield replace(notice, sources=sources, to_do=tuple(each for each in notice.to_do if each.code not in to_settle))


def _to_do(code: str, draft: Draft, vocabulary: Vocabulary) -> ToDo:
    definition = vocabulary[code]
    tests = tuple((item.code, item.label) for item in draft.assessments if item.code in definition.settled_by)
    return ToDo(code, definition.label, draft.findings[code].state == "conflicting", tests)


def _on_statements(draft: Draft, vocabulary: Vocabulary, sources: Sources) -> Iterator[Notice]:
    """Facts that somebody stated where the chart has something else; results that came later are an alert already."""
    said = {alert.text for alert in draft.alerts}
    for code, finding in draft.findings.items():
        text = stated_against(finding, vocabulary[code]) if finding.stated == "overrules" else ""
        if not text or text in said or finding.disputed:
            continue
        seen = (*finding.evidence, *(result.reference for result in chart_results(finding)))
        to_do = (_to_do(code, draft, vocabulary),)
        said_so = f"{text}. {STATEMENT_LEADS}"
        yield Notice("stated", "info", said_so, sources.of(seen), title=RESTS_ON_STATEMENT, to_do=to_do)


def unused(draft: Draft, vocabulary: Vocabulary) -> tuple[tuple[Problem, tuple[Source, ...]], ...]:
    """Entries of the chart that could not be used, each with what is known of it."""
    sources = Sources(draft.findings, vocabulary)
    return tuple(
        (problem, sources.of((problem.reference,))) for problem in draft.findings.problems if problem.kind != "gap"
    )
