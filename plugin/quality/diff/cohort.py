"""Given patients drafted for by both versions: who gets another plan, what was and is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from plugin.chart.files import resources_from_files
from plugin.drafting.facts import Facts
from plugin.drafting.model import CategoryLine, Draft
from plugin.drafting.plan import draft_plan
from plugin.errors import InputError
from plugin.findings.reader import read_findings
from plugin.library.rules import Template
from plugin.quality.running import lists_of

SUFFIXES = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
PATIENT = "Patient/"
ITEM_LISTS = ("assessments", "supportive_care", "alerts", "goals")


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line stood and stands, and why; `absent` where a version does not open it."""

    code: str
    old: str
    new: str
    why_old: str
    why_new: str


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient whose plan differs. name: as in the cohort; items: list name -> codes added, codes gone."""

    name: str
    lines: tuple[Line, ...]
    items: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]


def patients(paths: Iterable[Path]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each patient of some files or folders, with their resources: a Bundle each, or NDJSON of several.

    Raises InputError that names the file, what came and what to do.
    """
    for path in paths:
        for file in _files(path):
            resources = resources_from_files([str(file)])
            ids = [str(each.get("id", "")) for each in resources if each.get("resourceType") == "Patient"]
            if len(ids) < 2:
                yield file.name, resources
                continue
            for patient_id in ids:
                yield f"{file.name}: {patient_id}", [each for each in resources if _is_of(each, patient_id)]


def compared(name: str, resources: list[dict[str, Any]], old: Template, new: Template, as_of: date) -> Patient | None:
    """How the plan of a patient differs; None where it does not."""
    before = draft_plan(read_findings(resources, old.vocabulary, as_of), old, as_of)
    after = draft_plan(read_findings(resources, new.vocabulary, as_of), new, as_of)
    lines = tuple(_lines(before, after, old, new))
    items = tuple(_items(before, after))
    return Patient(name, lines, items) if lines or items else None


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputError(f"there is no '{path}'; give a file or folder of FHIR Bundles or NDJSON")
    found = sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES))
    if not found:
        raise InputError(f"'{path}' holds no FHIR files; they end in {', '.join(SUFFIXES)}")
    return found


def _is_of(resource: dict[str, Any], patient_id: str) -> bool:
    if resource.get("resourceType") == "Patient":
        return resource.get("id") == patient_id
    for element in ("subject", "patient", "beneficiary", "for"):
        reference = resource.get(element)
        if isinstance(reference, dict):
            return str(reference.get("reference", "")).endswith(f"{PATIENT}{patient_id}")
    return False


def _lines(before: Draft, after: Draft, old: Template, new: Template) -> Iterator[Line]:
    was, is_ = ({line.code: line for line in draft.categories} for draft in (before, after))
    for code in dict.fromkeys((*is_, *was)):
        one, two = was.get(code), is_.get(code)
        if one is None or two is None or one.disposition != two.disposition:
            yield Line(code, _stands(one), _stands(two), _why(one, before, old), _why(two, after, new))


def _stands(line: CategoryLine | None) -> str:
    return line.disposition if line else "absent"


def _why(line: CategoryLine | None, draft: Draft, template: Template) -> str:
    if line is None:
        return ""
    facts = Facts(draft.findings, template.vocabulary)
    waits = f"; waits for {', '.join(facts.vocabulary[code].label for code in line.missing)}" if line.missing else ""
    closed = f"; closed by {', '.join(map(str, line.closed_by))}" if line.closed_by else ""
    return f"{line.rule}: {line.title}{waits or closed}"


def _items(before: Draft, after: Draft) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    was, is_ = lists_of(before), lists_of(after)
    for name in ITEM_LISTS:
        added = tuple(code for code in dict.fromkeys(is_[name]) if code not in was[name])
        gone = tuple(code for code in dict.fromkeys(was[name]) if code not in is_[name])
        if added or gone:
            yield name, added, gone
