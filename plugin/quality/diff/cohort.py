"""Given patients drafted for by both versions: who gets another plan, what was and is, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from plugin.chart.files import resources_from_files
from plugin.drafting.facts import Facts
from plugin.drafting.model import CategoryLine, Draft
from plugin.drafting.plan import draft_plan
from plugin.errors import InputError, NoResources
from plugin.findings.model import Finding, Findings
from plugin.findings.reader import read_findings
from plugin.findings.words import value_in_words
from plugin.library.rules import Template
from plugin.library.vocabulary import FindingDefinition
from plugin.quality.running import lists_of

SUFFIXES = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
PATIENT = "Patient/"
ITEM_LISTS = ("assessments", "supportive_care", "alerts", "goals")
Resources = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Cohort:
    """Files with patients. skipped: files of the folders that hold none, each with why."""

    files: tuple[Path, ...]
    skipped: tuple[tuple[str, str], ...]

    def patients(self) -> Iterator[tuple[str, Resources]]:
        """Each patient by file, and by id where a file holds several, with their resources."""
        for file in self.files:
            resources = resources_from_files([str(file)])
            ids = _ids(resources)
            if len(ids) < 2:
                yield file.name, resources
                continue
            for patient_id in ids:
                yield f"{file.name}: {patient_id}", [each for each in resources if _is_of(each, patient_id)]


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
    """One patient whose plan differs. name: as in the cohort.

    items: list name -> codes added, codes gone. facts: labels of those that both versions have and read differently
    from this chart, with what each makes of them.
    """

    name: str
    lines: tuple[Line, ...]
    items: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    facts: tuple[tuple[str, str, str], ...]


def cohort(paths: Iterable[Path], told: Callable[[str], None] = lambda _: None) -> Cohort:
    """The files of some files or folders that hold patients, each looked into once.

    told: called with each file before it is looked into. Raises InputError that names the file, what came and what to
    do, where a file that was named itself holds no patient, or where any cannot be read.
    """
    files: list[Path] = []
    skipped: list[tuple[str, str]] = []
    for path in paths:
        for file in _files(path):
            told(file.name)
            why = _holds_nobody(file)
            if why and file == path:
                raise InputError(f"{file}: {why}; give FHIR Bundles or NDJSON with the patients in them")
            if why:
                skipped.append((str(file.relative_to(path)), why))
            else:
                files.append(file)
    return Cohort(tuple(files), tuple(skipped))


def compared(name: str, resources: Resources, old: Template, new: Template, as_of: date) -> Patient | None:
    """How the plan of a patient differs; None where it does not."""
    read_old, read_new = (read_findings(resources, each.vocabulary, as_of) for each in (old, new))
    before, after = draft_plan(read_old, old, as_of), draft_plan(read_new, new, as_of)
    lines = tuple(_lines(before, after, old, new))
    items = tuple(_items(before, after))
    if not lines and not items:
        return None
    return Patient(name, lines, items, tuple(_facts(read_old, read_new, old, new)))


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputError(f"there is no '{path}'; give a file or folder of FHIR Bundles or NDJSON")
    found = sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES))
    if not found:
        raise InputError(f"'{path}' holds no FHIR files; they end in {', '.join(SUFFIXES)}")
    return found


def _holds_nobody(file: Path) -> str:
    """Why a file holds no patient; empty where it does."""
    try:
        resources = resources_from_files([str(file)])
    except NoResources:
        return "it holds no FHIR resource"
    return "" if _ids(resources) else "it holds no Patient"


def _ids(resources: Resources) -> list[str]:
    return [str(each.get("id", "")) for each in resources if each.get("resourceType") == "Patient"]


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


def _facts(before: Findings, after: Findings, old: Template, new: Template) -> Iterator[tuple[str, str, str]]:
    for code, definition in new.vocabulary.items():
        if code not in old.vocabulary:
            continue
        was, is_ = _found(before[code], old.vocabulary[code]), _found(after[code], definition)
        if was != is_:
            yield definition.label, was, is_


def _found(finding: Finding, definition: FindingDefinition) -> str:
    if finding.value is None:
        return finding.state
    said = value_in_words(finding.value, definition.unit)
    return said if finding.state == "known" else f"{said}, {finding.state}"
