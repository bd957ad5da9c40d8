"""Chart cases in the report of a check: what was not read as expected, and which readings no chart would notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from plugin.library.rules import Template
from plugin.library.source_attributes import used_findings
from plugin.library.template import VOCABULARY_FILE
from plugin.quality.charts.places import ReadingPlaces
from plugin.quality.charts.trials import Key, TrialKind, trials_of
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section, remark_of

AS_EXPECTED = "correct the reading in findings.yaml, its code sets, or what the case expects"
WRITE_ONE = "write a chart case that fails by it, or take it out"
# What each kind of trial is, as the summary counts it.
KINDS: dict[TrialKind, str] = {
    "comparison": "comparisons turned around",
    "threshold": "sides of thresholds",
    "age": "limits of age taken away",
    "progression": "limits of progression taken away",
    "code": "codes taken out",
}


def charts_read(material: Material) -> Section:
    """Every chart case is read as it says."""
    cases, outcomes = material.charts.cases, material.chart_outcomes
    remarks = [
        Remark("fault", f"{case.id}: {miss}", f"{case.file}:{case.line}", AS_EXPECTED)
        for case, outcome in zip(cases, outcomes, strict=True)
        for miss in outcome.misses
    ]
    right = sum(not outcome.misses for outcome in outcomes)
    summary = f"{right} of {len(cases)} charts are read as their cases say" if cases else ""
    found = (*map(remark_of, material.charts.faults), *remarks)
    return Section("Charts, and the facts that are read from them", len(cases), found, summary)


def readings_shown(material: Material) -> Section:
    """Every reading that rules rest on gives a value in some chart case."""
    readings = readings_used(material.template)
    shown = frozenset[str]().union(*(outcome.shown for outcome in material.chart_outcomes))
    unseen = [code for code in readings if code not in shown]
    summary = f"Readings that a chart case shows: {len(readings) - len(unseen)} of {len(readings)}"
    remarks: tuple[Remark, ...] = ()
    if material.charts.complete:
        lines = ReadingPlaces(material.vocabulary)
        remedy = "write a chart case that expects a value of it"
        remarks = tuple(
            Remark("gap", f"{code}: no chart case shows how it is read", lines.of(code), remedy) for code in unseen
        )
    elif unseen:
        remarks = (Remark("note", f"no chart case shows how these are read: {', '.join(unseen)}"),)
    return Section("Readings that a chart case shows", len(readings), remarks, summary)


def readings_used(template: Template) -> tuple[str, ...]:
    """The findings that are read from a chart and that rules rest on."""
    used = used_findings(template)
    return tuple(code for code, definition in template.vocabulary.items() if definition.reading and code in used)


def readings_tried(material: Material) -> Section:
    """Every reading of results that rules rest on, read otherwise: some chart case must fail by it."""
    topic = "Readings that chart cases would notice if they were others"
    if not material.charts.cases:
        return Section(topic, 0)
    keys = dict.fromkeys(key for tried in trials_of(material.template).values() for key in tried.keys)
    noticed = frozenset[Key]().union(*(outcome.noticed for outcome in material.chart_outcomes))
    missed = [key for key in keys if key not in noticed]
    counted = [
        f"{sum(key.kind == kind and key in noticed for key in keys)} of {sum(key.kind == kind for key in keys)} {words}"
        for kind, words in KINDS.items()
        if any(key.kind == kind for key in keys)
    ]
    found = len(keys) - len(missed)
    share = f" ({100 * found / len(keys):.1f} %)" if keys else ""
    summary = f"{found} of {len(keys)} changes make a chart case fail{share}: {', '.join(counted)}"
    remarks = _gaps(missed, material) if material.charts.complete else _notes(missed)
    return Section(topic, len(keys), tuple(remarks), summary)


def _notes(missed: Iterable[Key]) -> Iterator[Remark]:
    """What no chart case notices, counted: one note for each kind of change."""
    owners: dict[TrialKind, Counter[str]] = {}
    for key in missed:
        owners.setdefault(key.kind, Counter())[key.owner] += 1
    for kind, counted in owners.items():
        listed = ", ".join(f"{owner} {count}" for owner, count in sorted(counted.items()))
        yield Remark("note", f"{counted.total()} {KINDS[kind]} that no chart case notices: {listed}")


def _gaps(missed: Iterable[Key], material: Material) -> Iterator[Remark]:
    """What no chart case notices, where the template declares its chart cases complete."""
    places = ReadingPlaces(material.vocabulary)
    panels: dict[str, str] = {}
    for code, definition in material.template.vocabulary.items():
        panels.setdefault(definition.panel, code)
    by_owner: dict[tuple[str, TrialKind, str], list[str]] = {}
    for key in missed:
        where = _place(key, places, panels)
        by_owner.setdefault((key.owner, key.kind, where), []).append(key.said)
    for (owner, kind, where), said in by_owner.items():
        yield Remark("gap", f"{owner}: {_told(kind, said)}", where, WRITE_ONE)


def _place(key: Key, places: ReadingPlaces, panels: dict[str, str]) -> str:
    match key.kind:
        case "comparison" | "threshold":
            return places.rule(key.owner, key.place)
        case "age":
            return places.age(panels[key.owner], key.said)
        case "progression":
            return places.field(panels[key.owner], "until-progression")
        case "code":
            return places.tests(key.owner)
    return VOCABULARY_FILE


def _told(kind: TrialKind, said: list[str]) -> str:
    listed = ", ".join(each for each in said if each)
    match kind:
        case "comparison":
            return f"no chart case fails when {listed} says the opposite"
        case "threshold":
            return f"no chart case comes near {listed}"
        case "age":
            return f"no chart case fails when results {f'of {listed} ' if listed else ''}count whatever their age"
        case "progression":
            return "no chart case fails when results from before a progression count"
        case "code":
            return f"no chart case is known by {listed} alone"
