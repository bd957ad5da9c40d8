"""The chart cases of a template: `charts/*.yaml`, and what they share in `charts/shared.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from plugin.errors import Fault, TemplateError
from plugin.library.near import did_you_mean
from plugin.library.rules import Template
from plugin.library.template import CHARTS_FOLDER
from plugin.library.template_schema import chart_file_faults
from plugin.library.vocabulary import FindingDefinition, Value
from plugin.library.yaml_file import Document, read_yaml
from plugin.quality.cases import LISTS
from plugin.quality.charts.shorthand import Resource, Shorthand

SHARED_FILE = "shared.yaml"
PATIENT: Resource = {"resourceType": "Patient", "id": "p"}
# What a chart can leave a fact at.
UNDECIDED = ("unknown", "conflicting")
DRAFTED = (*LISTS, *(f"{name}_exactly" for name in LISTS))


@dataclass(frozen=True, slots=True)
class ChartCase:
    """One chart, and what must be read from it.

    expect: finding code -> its value, `unknown` or `conflicting`. draft: list of the draft -> codes.
    raw: the case as written, with what else it expects of a finding (`state`, `note`, `aside` and so on).
    file, line: where it is written, relative to the template.
    """

    id: str
    resources: tuple[Resource, ...]
    expect: Mapping[str, Value]
    draft: Mapping[str, tuple[str, ...]]
    raw: Mapping[str, Any]
    as_of: date
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class ChartCases:
    """Every chart case that can be read, in file order, and what is wrong with the others.

    complete: the template declares that charts show every reading that rules rest on.
    """

    cases: tuple[ChartCase, ...] = ()
    faults: tuple[Fault, ...] = ()
    complete: bool = False


NO_CHARTS = ChartCases()


def read_chart_cases(folder: Path, template: Template) -> ChartCases:
    """The chart cases under `folder`/charts; none where there is no such folder."""
    home = folder / CHARTS_FOLDER
    faults: list[Fault] = []
    shared = _shared(home / SHARED_FILE, folder, faults)
    data = shared.data if shared else {}
    shorthand = Shorthand(data.get("systems", {}), tuple(data.get("resources", (PATIENT,))))
    cases: list[ChartCase] = []
    for path in sorted(home.rglob("*.yaml")):
        if path.name == SHARED_FILE:
            continue
        for document in _sound(path, folder, "charts", faults):
            for index, case in enumerate(_cases(document, shorthand)):
                wrong = tuple(_wrong(case, index, document, template))
                faults.extend(wrong)
                cases.extend(() if wrong else (case,))
    return ChartCases(tuple(cases), (*faults, *_repeated(cases)), bool(data.get("complete")))


def shorthand_of(folder: Path) -> Shorthand:
    """What the charts of the template in `folder` share; raises TemplateError where it cannot be read."""
    faults: list[Fault] = []
    shared = _shared(folder / CHARTS_FOLDER / SHARED_FILE, folder, faults)
    if faults or shared is None:
        raise TemplateError(faults or [Fault(f"{CHARTS_FOLDER}/{SHARED_FILE}", None, "is not there", "write it")])
    return Shorthand(shared.data.get("systems", {}), tuple(shared.data["resources"]))


def _shared(path: Path, folder: Path, faults: list[Fault]) -> Document | None:
    if not path.is_file():
        return None
    return next(_sound(path, folder, "charts-shared", faults), None)


def _sound(path: Path, folder: Path, schema: str, faults: list[Fault]) -> Iterator[Document]:
    """The documents of a file that have the form they should have; what is wrong with the others goes to `faults`."""
    try:
        documents = read_yaml(path, str(path.relative_to(folder)))
    except TemplateError as error:
        faults.extend(error.faults)
        return
    for document in documents:
        found = chart_file_faults(document, schema)
        faults.extend(found)
        if not found:
            yield document


def _cases(document: Document, shorthand: Shorthand) -> Iterator[ChartCase]:
    as_of = date.fromisoformat(document.data["as_of"])
    for index, raw in enumerate(document.data["charts"]):
        yield ChartCase(
            id=raw["id"],
            resources=tuple(shorthand.chart(raw)),
            expect=raw["expect"],
            draft={name: tuple(codes) for name, codes in raw.get("draft", {}).items()},
            raw=raw,
            as_of=as_of,
            file=document.file,
            line=document.line("charts", index),
        )


def _wrong(case: ChartCase, index: int, document: Document, template: Template) -> Iterator[Fault]:
    for key in ("expect", "state", "note", "detail", "evidence", "disputed", "aside"):
        for code in case.raw.get(key, {}):
            if code not in template.vocabulary:
                near = did_you_mean(code, template.vocabulary)
                message = f"chart case '{case.id}' expects '{code}', which is no finding"
                yield document.fault(("charts", index, key, code), message, f"{near}use a code of findings.yaml", code)
    for code, value in case.expect.items():
        definition = template.vocabulary.get(code)
        if definition is not None and value not in UNDECIDED and not _is_possible(value, definition):
            near = did_you_mean(str(value), definition.values)
            message = f"chart case '{case.id}' expects {code} = {value!r}, which it cannot be"
            remedy = f"{near}use a value of the finding, unknown or conflicting"
            yield document.fault(("charts", index, "expect", code), message, remedy, str(value))
    for name in case.draft:
        if name not in DRAFTED:
            message = f"chart case '{case.id}' expects '{name}', which no draft has"
            remedy = f"{did_you_mean(name, DRAFTED)}use {', '.join(DRAFTED)}"
            yield document.fault(("charts", index, "draft", name), message, remedy, name)


def _is_possible(value: Value, definition: FindingDefinition) -> bool:
    match definition.type:
        case "boolean":
            return isinstance(value, bool)
        case "code":
            return value in definition.values
    return isinstance(value, int | float) and not isinstance(value, bool)


def _repeated(cases: list[ChartCase]) -> Iterator[Fault]:
    first: dict[tuple[str, str], ChartCase] = {}
    for case in cases:
        known = first.setdefault((case.file, case.id), case)
        if known is not case:
            message = f"the chart case '{case.id}' stands already in line {known.line}"
            yield Fault(case.file, case.line, message, "ids of chart cases are unique in a file; rename one")
