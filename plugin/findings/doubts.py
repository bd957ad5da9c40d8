"""What speaks against presuming: results and statements that do not count, results that disagree, and signs.

A doubt is a value that may be so, or None where something was recorded that nobody could read. A doubt about one fact
is a doubt about every fact that would follow from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from plugin.findings.chart import Chart
from plugin.findings.elements import Json, codings_of, objects, text_of, words_of
from plugin.findings.evidence import Evidence
from plugin.findings.history.drugs import Drugs
from plugin.findings.index import Index, Panel, reading_of
from plugin.findings.interval import Interval
from plugin.findings.model import Finding
from plugin.findings.samples import said_alone
from plugin.library.expressions import Expression, evaluate, names_in
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary

STAYS, STAY = "http://terminology.hl7.org/CodeSystem/v3-ActCode", "a stay that goes on"
REFUTED = frozenset({"entered-in-error", "refuted", "not-done", "revoked"})
UNDER_WAY = frozenset({"in-progress", "arrived", "onleave"})
Doubts: TypeAlias = dict[str, set[Value | None]]


def recorded_doubts(
    chart: Chart, index: Index, by_panel: Mapping[str, list[Evidence]], stated: Mapping[str, tuple[Value | None, ...]]
) -> Doubts:
    """Per finding, what the chart and clinicians say about it that does not count, or does not settle it."""
    doubts: Doubts = {code: set(values) for code, values in stated.items()}
    for definition in index.vocabulary.values():
        if reading_of(definition).attribute in chart.doubtful:
            doubts.setdefault(definition.code, set()).add(None)
    for panel in index.panels.values():
        found_here = by_panel.get(panel.name, [])
        aside = [found for found in found_here if (found.set_aside or _is_wide(found)) and not found.silent]
        apart = {(found.part, type(found.value), found.value): found for found in aside}.values()
        for definition in panel.definitions if aside else ():
            said = {value for found in apart for value in _said(panel, found, definition)}
            doubts.setdefault(definition.code, set()).update(said)
    return doubts


def _said(panel: Panel, found: Evidence, definition: FindingDefinition) -> Iterator[Value | None]:
    """What a result that was set aside says about a finding; nothing where it was read and speaks of another."""
    if found.value is None:
        yield None
        return
    outcome = said_alone(panel, found, definition)
    if outcome.value is None and _is_wide(found) and found.part in panel.behind[definition.code]:
        yield None
    if outcome.conflict or outcome.value is not None:
        yield outcome.value


def _is_wide(found: Evidence) -> bool:
    """Whether it gives a number only within bounds, which may leave a finding open."""
    return isinstance(found.value, Interval) and found.value.exact is None


def spread(
    vocabulary: Vocabulary, findings: Mapping[str, Finding], own: Doubts, facts: Mapping[str, Value | None]
) -> Doubts:
    """The doubts about facts that are open, and about those that would follow from them."""
    open_ = [found for found in vocabulary.values() if findings[found.code].state in ("unknown", "conflicting")]
    doubts: Doubts = {definition.code: set(own.get(definition.code, ())) for definition in open_}
    for definition in open_:
        finding = findings[definition.code]
        if finding.state == "conflicting":
            doubts[definition.code] |= {result.value for result in finding.results if not result.set_aside}
    deriving = [definition for definition in open_ if definition.derivations]
    changed = any(doubts.values())
    while changed:
        changed = False
        for definition in deriving:
            following = {
                derivation.value
                for derivation in definition.derivations
                if might_be(derivation.when, vocabulary, doubts, facts)
            }
            if not following <= doubts[definition.code]:
                doubts[definition.code] |= following
                changed = True
    return doubts


def might_be(condition: Expression, vocabulary: Vocabulary, doubts: Doubts, facts: Mapping[str, Value | None]) -> bool:
    """Whether a condition would hold if one of the doubted facts were so."""
    for name in sorted(names_in(condition)):
        definition = vocabulary.by_variable(name)
        for value in doubts.get(definition.code, ()) if definition is not None else ():
            for possible in _possible(definition, value):
                if evaluate(condition, {**facts, name: possible}) is True:
                    return True
            if value is None and not _possible(definition, None) and evaluate(condition, facts) is None:
                return True
    return False


def _possible(definition: FindingDefinition | None, value: Value | None) -> tuple[Value, ...]:
    if value is not None or definition is None:
        return () if value is None else (value,)
    return (True, False) if definition.type == "boolean" else definition.values


def signs_of(chart: Chart, drugs: Drugs) -> dict[str, str]:
    """ValueSets that a drug, problem, procedure, device or present stay belongs to, with its name in the chart."""
    signs: dict[str, str] = {}
    for drug in drugs.given:
        for name in drug.sets:
            signs.setdefault(name, drug.words)
    for concept, around in _concepts(chart):
        for name in sorted(drugs.sets_of([concept])):
            signs.setdefault(name, words_of(concept) or around)
    return signs


def _concepts(chart: Chart) -> Iterator[tuple[Json, str]]:
    """What problems, procedures, devices and present stays are called, and what to call those without a name."""
    for resource in chart.of_type("Condition", "Procedure", "DeviceUseStatement", "ServiceRequest", "DeviceRequest"):
        status = {coding.code for coding in codings_of(resource.get("verificationStatus"))}
        if REFUTED & {text_of(resource.get("status")), *status}:
            continue
        for element in ("code", "codeCodeableConcept"):
            yield from ((concept, resource["resourceType"]) for concept in objects(resource.get(element)))
    for encounter in chart.of_type("Encounter"):
        if text_of(encounter.get("status")) in UNDER_WAY:
            yield {"coding": [{"system": STAYS, **stay} for stay in objects(encounter.get("class"))]}, STAY
            for element in ("type", "serviceType", "reasonCode"):
                yield from ((concept, STAY) for concept in objects(encounter.get(element)))
