"""Reading a chart: `read_findings(resources, vocabulary, as_of)`, the one door of this package.

Pure and deterministic: the same resources in any order give the same findings. Nothing odd in a resource raises; what
cannot be read becomes a Problem and never a negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from plugin.findings.chart import Chart
from plugin.findings.contained import problem_under_holder, under_holders
from plugin.findings.dates import spoken
from plugin.findings.derive import Conclusions
from plugin.findings.elements import Json, name_of
from plugin.findings.gathered import Gathered, gather
from plugin.findings.history.history import History
from plugin.findings.history.measures import measured
from plugin.findings.history.setting import beginning_of, history_of
from plugin.findings.index import Index, reading_of
from plugin.findings.model import Finding, Findings, unknown
from plugin.findings.person import read_person
from plugin.findings.resolve import Resolved
from plugin.findings.statements import Statements, read_statements
from plugin.findings.weighed import Weighed, weigh
from plugin.library.expressions import names_in
from plugin.library.vocabulary import FindingDefinition, Vocabulary

MOST_REMEMBERED = 1000
TOLD_SINCE = "the patient has told a sign of it since"


def read_findings(resources: list[dict[str, Any]], vocabulary: Vocabulary, as_of: date) -> Findings:
    """Every fact of the vocabulary as one patient's FHIR R4 resources tell it on the day `as_of`.

    resources: as they came from a server or file; an OperationOutcome among them names a part of the chart that could
        not be read. Raises InputError when there is nothing to read, something is no FHIR, or two patients are mixed.
    """
    return findings_of(gather(resources, vocabulary, as_of))


def findings_of(gathered: Gathered) -> Findings:
    """What a chart that was opened comes to, fact by fact."""
    return _concluded(weigh(gathered), gathered.chart, gathered.statements)


def findings_stating(weighed: Weighed, stated: list[Json]) -> Findings:
    """The findings of a chart that was weighed once, with statements beside it, as if it had held them from the start.

    stated: what `weighed.takes`, each under a name of its own. The result is that of `read_findings` for the chart and
        these together; nothing is kept, so the same chart may be concluded again with other statements.
    """
    gathered = weighed.gathered
    inputs = tuple(sorted({*gathered.chart.inputs, *map(name_of, stated)}))
    chart = replace(gathered.chart, problems=list(gathered.chart.problems), inputs=inputs)
    further = [(weighed.finding_of(each), each) for each in stated]
    return _concluded(weighed, chart, read_statements(chart, gathered.index.vocabulary, gathered.entries, further))


def _concluded(weighed: Weighed, chart: Chart, statements: Statements) -> Findings:
    gathered, panels, drugs = weighed.gathered, weighed.panels, weighed.gathered.drugs
    index, vocabulary = gathered.index, gathered.index.vocabulary
    resolved = dict(weighed.resolved)
    _outdate(vocabulary, resolved, statements)
    for code, signs in weighed.told.items():
        statements.question(code, signs[0].date, TOLD_SINCE)
    history = history_of(index, resolved, panels, drugs, statements)
    findings = _assemble(chart, index, resolved, history, statements)
    for code, signs in weighed.told.items():
        if not findings[code].stated:
            findings[code] = replace(findings[code], results=(*signs, *findings[code].results))
    conclusions = Conclusions(vocabulary, findings)
    conclusions.deny()  # before anything follows from what cannot be
    conclusions.derive()
    conclusions.deny()
    conclusions.presume(chart, weighed.doubts_with(statements.doubts()), weighed.signs)
    noted = (*gathered.notebook.problems.values(), *chart.problems)
    named = [problem_under_holder(found, chart.holders) for found in noted]
    problems = {(problem.reference, problem.text): problem for problem in named}
    ordered = tuple(problems[key] for key in sorted(problems))
    given = list(findings.values())
    if chart.holders:
        given = [under_holders(finding, chart.holders) for finding in given]
    return Findings(
        chart.patient,
        given,
        vocabulary,
        ordered,
        chart.inputs,
        history.lines,
        weighed.goals,
        weighed.answers,
        courses=history.courses,
        began=history.began,
        series=gathered.series,
    )


def _assemble(
    chart: Chart, index: Index, resolved: dict[str, Resolved], history: History, statements: Statements
) -> dict[str, Finding]:
    vocabulary = index.vocabulary
    findings = {code: unknown(code) for code in vocabulary}
    findings.update((code, found.finding) for code, found in resolved.items())
    findings.update((finding.code, finding) for finding in read_person(chart, vocabulary))
    findings.update(_of_treatment(history, index, chart.as_of.isoformat()))
    corrected = _state(findings, statements, resolved)
    _forget_followers(index, findings, corrected)
    for definition in vocabulary.read_as("ever"):
        if findings[definition.code].state == "unknown":
            findings[definition.code] = _ever(vocabulary, definition, resolved, findings)
    return findings


def _of_treatment(history: History, index: Index, as_of: str) -> Mapping[str, Finding]:
    """What the history tells; remembered where it holds no treatment, since that leaves every patient at the same."""
    empty = not (history.courses or history.lines or history.reactions or history.aside)
    known: Mapping[str, Finding] | None = index.untreated.get((history, as_of)) if empty else None
    if known is not None:
        return known
    vocabulary = index.vocabulary
    told = {each.code: measured(history, each, vocabulary.treatment, as_of) for each in vocabulary.read_as("treatment")}
    if empty and len(index.untreated) < MOST_REMEMBERED:
        index.untreated[history, as_of] = told
    return told


def _outdate(vocabulary: Vocabulary, resolved: dict[str, Resolved], statements: Statements) -> None:
    """Statements older than the state of the disease that they would speak about are set aside."""
    for definition in vocabulary.dated:
        since = definition.holds_since
        if since in resolved and (began := beginning_of(resolved[since])):
            label = vocabulary[since].label
            statements.outdate(definition.code, began, f"it is older than this: {label} ({spoken(began)})")


def _state(findings: dict[str, Finding], statements: Statements, resolved: dict[str, Resolved]) -> set[str]:
    """Let clinicians' statements lead; returns the findings that they change."""
    changed: set[str] = set()
    for code in statements.heard:
        finding = findings[code]
        led = statements.lead(code, finding, resolved[code].behind if code in resolved else ())
        if led is not None:
            if led.value != finding.value:
                changed.add(code)
            findings[code] = led
    return changed


def _forget_followers(index: Index, findings: dict[str, Finding], corrected: set[str]) -> None:
    """A detail of a result that a clinician corrected goes with it, unless it was stated too.

    So does a limit that the chart's own number was held against; it then follows from the number that was stated.
    """
    for definition in index.vocabulary.values() if corrected else ():
        reading = reading_of(definition)
        if reading.follows not in corrected or definition.code in corrected:
            continue
        leader = index.vocabulary[reading.follows]
        finding = findings[definition.code]
        read_from = {leader.variable} | _numbers_shared(leader, definition)
        if any(read_from & names_in(rule.when) for rule in reading.rules) and "clinician" not in finding.note:
            note = f"{leader.label} was corrected by a clinician"
            findings[definition.code] = Finding(definition.code, "unknown", note=note, results=finding.results)


def _numbers_shared(leader: FindingDefinition, follower: FindingDefinition) -> set[str]:
    """The parts of a result that a number and the answer made of it have in common, whichever of the two leads."""
    if not {leader.type, follower.type} & {"integer", "decimal"}:
        return set()
    return {part.name for part in reading_of(leader).parts}


def _ever(
    vocabulary: Vocabulary, definition: FindingDefinition, resolved: dict[str, Resolved], findings: dict[str, Finding]
) -> Finding:
    """Whether any adequate result ever said `value`; unknown while no result says anything."""
    reading = reading_of(definition)
    code, own = definition.code, findings[reading.of]
    results = tuple(result for result in own.results if not result.set_aside or result.aside_kind == "stale")
    positive = [result for result in results if result.value == reading.value]
    if positive or own.value == reading.value:
        evidence = tuple(dict.fromkeys(result.reference for result in positive)) or own.evidence
        return Finding(code, "derived", True, own.detail, evidence, "from every result, of any date and site", results)
    if own.state not in ("known", "derived") or not results:
        return Finding(code, "unknown", results=results)
    undecided = vocabulary[reading.of].undecided
    outcomes = [candidate.outcome for candidate in resolved[reading.of].candidates]
    if own.value in undecided or any(outcome.conflict or outcome.value in undecided for outcome in outcomes):
        return Finding(code, "unknown", results=results)
    references = tuple(dict.fromkeys(result.reference for result in results))
    return Finding(code, "derived", False, own.detail, references, "no result of any date and site says so", results)
