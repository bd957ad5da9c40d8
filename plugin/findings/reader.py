"""Reading a chart: `read_findings(resources, vocabulary, as_of)`, the one door of this package.

Pure and deterministic: the same resources in any order give the same findings. Nothing odd in a resource raises; what
cannot be read becomes a Problem and never a negative.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from plugin.findings.chart import Chart, open_chart
from plugin.findings.conditions import ConditionReader
from plugin.findings.dates import completed_years, first_day, last_day
from plugin.findings.derive import Conclusions
from plugin.findings.elements import codings_of, name_of, objects, text_of
from plugin.findings.entries import Entries, earliest
from plugin.findings.evidence import Evidence
from plugin.findings.index import Index, Panel, index_of, reading_of
from plugin.findings.model import Finding, Findings
from plugin.findings.observations import Notebook, ObservationReader
from plugin.findings.person import read_person
from plugin.findings.resolve import Resolved, resolve_panel
from plugin.findings.samples import outcome_alone
from plugin.findings.statements import Statements, read_statements
from plugin.findings.treatment import Drugs, read_treatment
from plugin.findings.variants import VariantReader
from plugin.library.expressions import names_in
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary

ONE_YEAR = 366
UNDER_WAY = frozenset({"in-progress", "arrived", "onleave"})


def read_findings(resources: list[dict[str, Any]], vocabulary: Vocabulary, as_of: date) -> Findings:
    """Every fact of the vocabulary as one patient's FHIR R4 resources tell it on the day `as_of`.

    resources: as they came from a server or file; an OperationOutcome among them names a part of the chart that could
        not be read. Raises InputError when there is nothing to read, something is no FHIR, or two patients are mixed.
    """
    chart = open_chart(resources, as_of)
    index = index_of(vocabulary)
    entries = Entries(chart, index)
    statements, stated = read_statements(chart, vocabulary, entries)
    notebook = _read_chart(chart, index, entries, stated)
    drugs = Drugs(chart, index)
    evidence = [_unconfounded(_fresh(found, index, as_of), chart, index, drugs) for found in notebook.evidence]
    by_panel = _by_panel([found for found in evidence if found.origin.reference not in chart.strays])
    resolved = _resolve(index, by_panel)
    if chart.strays:
        _doubt_strays(resolved, _resolve(index, _by_panel(evidence)))
    findings = _assemble(chart, index, resolved, drugs, statements)
    conclusions = Conclusions(vocabulary, findings)
    conclusions.derive()
    conclusions.presume(chart, _doubts(chart, index, by_panel), _signs(chart, index, drugs))
    problems = {
        (problem.reference, problem.text): problem for problem in (*notebook.problems.values(), *chart.problems)
    }
    ordered = tuple(problems[key] for key in sorted(problems))
    return Findings(chart.patient, list(findings.values()), vocabulary, ordered, chart.inputs)


def _read_chart(chart: Chart, index: Index, entries: Entries, stated: set[str]) -> Notebook:
    notebook = Notebook()
    observations = ObservationReader(index, notebook)
    variants = VariantReader(index, notebook)
    for observation, found in entries.all():
        if name_of(observation) in stated:
            continue
        if role := variants.role(observation):
            variants.collect(observation, found[0], role)
            continue
        for entry in found:
            if genes := observations.read(entry):
                variants.collect_test(entry, genes)
    variants.judge()
    ConditionReader(chart, index, notebook).read()
    return notebook


def _by_panel(evidence: list[Evidence]) -> dict[str, list[Evidence]]:
    grouped: dict[str, list[Evidence]] = {}
    for found in evidence:
        grouped.setdefault(found.panel, []).append(found)
    return grouped


def _resolve(index: Index, by_panel: dict[str, list[Evidence]]) -> dict[str, Resolved]:
    resolved: dict[str, Resolved] = {}
    for panel in index.panels.values():
        resolved.update(resolve_panel(panel, by_panel.get(panel.name, [])))
    return resolved


def _doubt_strays(resolved: dict[str, Resolved], with_strays: dict[str, Resolved]) -> None:
    """A fact that a resource of a doubtful patient would change is a conflict: it may be hers after all."""
    for code, found in resolved.items():
        other = with_strays[code].finding
        if other.value != found.finding.value:
            note = "a resource that names another patient would change this"
            finding = Finding(code, "conflicting", None, "", other.evidence, note, other.results)
            resolved[code] = replace(found, finding=finding, leading=())


def _fresh(found: Evidence, index: Index, as_of: date) -> Evidence:
    """A result older than its fact stays valid is set aside, its value kept for the screen."""
    panel = index.panels[found.panel]
    part = panel.parts.get(found.part)
    if part is None or not found.counts:
        return found
    days = part.valid_days or max(reading_of(definition).valid_days for definition in panel.definitions)
    if not days:
        return found
    if not found.origin.day:
        return found.aside(f"it has no date, and this fact is valid for {days} days only")
    if last_day(found.origin.day) < as_of - timedelta(days=days):
        return found.aside(f"it is from {found.origin.day}; this fact is valid for {days} days only")
    return found


def _unconfounded(found: Evidence, chart: Chart, index: Index, drugs: Drugs) -> Evidence:
    """An answer that a drug of the year before explains is set aside; from a certain age on it stands."""
    part = index.panels[found.panel].parts.get(found.part)
    if part is None or not part.confounded_by or not found.counts or found.value != part.confounded_value:
        return found
    day = found.origin.day
    at = last_day(day) if day else chart.as_of
    if chart.born and completed_years(chart.born, at) >= part.confounded_age:
        return found
    for drug in drugs.of_classes(part.confounded_by):
        if not (day and drug.day) or -ONE_YEAR <= (first_day(drug.day) - at).days <= 0:
            return found.aside(f"it may be an effect of {drug.words}, not a lasting state")
    return found


def _assemble(
    chart: Chart, index: Index, resolved: dict[str, Resolved], drugs: Drugs, statements: Statements
) -> dict[str, Finding]:
    vocabulary = index.vocabulary
    findings = {code: Finding(code, "unknown") for code in vocabulary}
    findings.update((code, found.finding) for code, found in resolved.items())
    findings.update((finding.code, finding) for finding in read_person(chart, vocabulary))
    for definition in vocabulary.values():
        kind = reading_of(definition).kind if definition.reading else ""
        if kind == "treatment":
            finding = read_treatment(drugs, _first_metastasis(index, resolved), definition.code)
            findings[definition.code] = finding or findings[definition.code]
    corrected = _state(findings, statements)
    _forget_followers(index, findings, corrected)
    for definition in vocabulary.values():
        if reading_of(definition).kind == "ever" and findings[definition.code].state == "unknown":
            findings[definition.code] = _ever(vocabulary, definition, resolved, findings)
    return findings


def _state(findings: dict[str, Finding], statements: Statements) -> set[str]:
    """Let clinicians' statements lead; returns the findings that they change."""
    changed: set[str] = set()
    for code, finding in findings.items():
        led = statements.lead(code, finding)
        if led is not None:
            if led.value != finding.value:
                changed.add(code)
            findings[code] = led
    return changed


def _forget_followers(index: Index, findings: dict[str, Finding], corrected: set[str]) -> None:
    """A detail of a result that a clinician corrected goes with it, unless it was stated too."""
    for definition in index.vocabulary.values():
        reading = reading_of(definition)
        if reading.follows not in corrected or definition.code in corrected:
            continue
        leader = index.vocabulary[reading.follows].variable
        finding = findings[definition.code]
        if any(leader in names_in(rule.when) for rule in reading.rules) and "clinician" not in finding.note:
            note = f"{index.vocabulary[reading.follows].label} was corrected by a clinician"
            findings[definition.code] = Finding(definition.code, "unknown", note=note, results=finding.results)


def _ever(
    vocabulary: Vocabulary, definition: FindingDefinition, resolved: dict[str, Resolved], findings: dict[str, Finding]
) -> Finding:
    """Whether any adequate result ever said `value`; unknown while no result says anything."""
    reading = reading_of(definition)
    code, own = definition.code, findings[reading.of]
    results = tuple(result for result in own.results if not result.set_aside)
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


def _first_metastasis(index: Index, resolved: dict[str, Resolved]) -> str:
    """The first day on which the finding that takes its course through time is on record as present."""
    for definition in index.vocabulary.values():
        if definition.reading is not None and definition.reading.strategy == "course":
            found = resolved[definition.code]
            if found.finding.value is True:
                return earliest([sample.day for sample in found.leading])
    return ""


def _doubts(chart: Chart, index: Index, by_panel: dict[str, list[Evidence]]) -> dict[str, tuple[Value | None, ...]]:
    """Per finding, what results say that do not count: unreadable (None), or too old to be relied on."""
    doubts: dict[str, tuple[Value | None, ...]] = {
        definition.code: (None,)
        for definition in index.vocabulary.values()
        if reading_of(definition).attribute in chart.doubtful
    }
    for panel in index.panels.values():
        aside = [found for found in by_panel.get(panel.name, []) if found.set_aside and not found.silent]
        for definition in panel.definitions if aside else ():
            doubts[definition.code] = tuple(_doubted(panel, found, definition) for found in aside)
    return doubts


def _doubted(panel: Panel, found: Evidence, definition: FindingDefinition) -> Value | None:
    if found.value is None:
        return None
    return outcome_alone(panel, found.aside(""), definition).value


def _signs(chart: Chart, index: Index, drugs: Drugs) -> dict[str, str]:
    """ValueSets named as signs that a drug, problem, procedure or stay of the chart belongs to."""
    signs: dict[str, str] = {}
    for drug in drugs.given:
        for name in drug.sets:
            signs.setdefault(name, drug.words)
    for resource in chart.of_type("Condition", "Procedure", "DeviceUseStatement"):
        codings = codings_of(resource.get("code"))
        for name in index.known(codings):
            signs.setdefault(name, name_of(resource))
    for encounter in chart.of_type("Encounter"):
        if text_of(encounter.get("status")) in UNDER_WAY:
            for name in index.known(codings_of({"coding": objects(encounter.get("class"))})):
                signs.setdefault(name, name_of(encounter))
    return signs
