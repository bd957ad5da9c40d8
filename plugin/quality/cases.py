"""The cases of a template: patients as plain findings, and the lists that each must get."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from plugin.errors import Fault, TemplateError
from plugin.library.near import did_you_mean
from plugin.library.rules import Template
from plugin.library.template_schema import case_file_errors
from plugin.library.vocabulary import FindingDefinition, Value
from plugin.library.yaml_file import Document, ElementPath, read_yaml
from plugin.quality.stated import UNKNOWN

LISTS = (
    "offered",
    "conditional",
    "judgement",
    "not_offered",
    "assessments",
    "supportive_care",
    "alerts",
    "goals",
    "goals_to_ask",
)
CASES_FOLDER = "cases"
SILENT, SPEAKS, ABSENT, NOT_BESIDE = "silent", "speaks", "absent", "not_beside"
# Rules whose facts are asked first, since the chart makes one suspect that they hold; and those of which it does not.
SUSPECTED, UNSUSPECTED = "suspected", "not_suspected"
# What a case can say of the drugs of a line, and of the lines that do not go together with it.
OF_LINES = ("agents_named", "agents_withheld", "agents_waiting", "agents_judgement", NOT_BESIDE)
EXPECTATIONS = (*LISTS, "offered_exactly", ABSENT, SPEAKS, SILENT, SUSPECTED, UNSUSPECTED, *OF_LINES)
TYPES: dict[str, tuple[type, ...]] = {"boolean": (bool,), "code": (str,), "integer": (int,), "decimal": (int, float)}


@dataclass(frozen=True, slots=True)
class Case:
    """One patient of a case file.

    rule: id of the rule, gate, item or alert that the case is about; empty for a whole patient.
    knowledge: entries of the knowledge base that decide a whole patient's plan.
    findings: plain values; what is left out is unknown, derived or presumed.
    expect: list name -> codes that must stand in it; a name with `_exactly` names all that may.
    of_lines: name of OF_LINES -> category -> drugs or other lines that it must hold.
    file, line: where it is written, relative to the template.
    """

    id: str
    rule: str
    title: str
    findings: Mapping[str, Value]
    expect: Mapping[str, tuple[str, ...]]
    of_lines: Mapping[str, Mapping[str, tuple[str, ...]]]
    knowledge: tuple[str, ...]
    as_of: date
    file: str
    line: int


def read_cases(folder: Path, template: Template) -> tuple[tuple[Case, ...], tuple[Fault, ...]]:
    """Every case under `folder`/cases that can be run, in file order, and what is wrong with the others."""
    documents, faults = case_documents(folder)
    cases, wrong = cases_in(documents, template)
    return cases, (*faults, *wrong)


def case_documents(folder: Path) -> tuple[tuple[Document, ...], tuple[Fault, ...]]:
    """The files under `folder`/cases with the cases that have the form of one, and what is wrong with the others."""
    sound: list[Document] = []
    faults: list[Fault] = []
    for path in sorted((folder / CASES_FOLDER).rglob("*.yaml")):
        try:
            documents = read_yaml(path, str(path.relative_to(folder)))
        except TemplateError as error:
            faults.extend(error.faults)
            continue
        for document in documents:
            wrong = case_file_errors(document)
            faults.extend(fault for _, fault in wrong)
            sound.extend(_without({path[:2] for path, _ in wrong}, document))
    return tuple(sound), tuple(faults)


def _without(wrong: set[ElementPath], document: Document) -> Iterator[Document]:
    """The file without the cases that have not the form of one; nothing where the file itself has not.

    Lines stay as they are written. Columns are not told of it: places in the text no longer match those in the data.
    """
    if not wrong:
        yield document
        return
    if any(len(path) < 2 or path[0] != "cases" for path in wrong):
        return
    kept = [index for index in range(len(document.data["cases"])) if ("cases", index) not in wrong]
    places: dict[object, int] = {index: place for place, index in enumerate(kept)}
    lines = {
        ("cases", places[path[1]], *path[2:]) if len(path) > 1 and path[0] == "cases" else path: line
        for path, line in document.lines.items()
        if len(path) < 2 or path[0] != "cases" or path[1] in places
    }
    cases = [document.data["cases"][index] for index in kept]
    yield Document(document.file, {**document.data, "cases": cases}, lines)


def cases_in(documents: Iterable[Document], template: Template) -> tuple[tuple[Case, ...], tuple[Fault, ...]]:
    """Every case of these files that can be run, in their order, and what is wrong with the others."""
    cases: list[Case] = []
    faults: list[Fault] = []
    for document in documents:
        for index, case in enumerate(_cases(document)):
            wrong = tuple(_faults(case, index, document, template))
            faults.extend(wrong)
            cases.extend(() if wrong else (case,))
    return tuple(cases), (*faults, *_repeated(cases))


def _cases(document: Document) -> Iterator[Case]:
    as_of = date.fromisoformat(document.data["as_of"])
    for index, raw in enumerate(document.data["cases"]):
        yield Case(
            id=raw["id"],
            rule=raw.get("rule", ""),
            title=raw["title"],
            findings=raw["findings"],
            expect={name: tuple(codes) for name, codes in raw["expect"].items() if name not in OF_LINES},
            of_lines={
                name: {code: tuple(each) for code, each in raw["expect"][name].items()}
                for name in OF_LINES
                if name in raw["expect"]
            },
            knowledge=tuple(raw.get("knowledge", ())),
            as_of=as_of,
            file=document.file,
            line=document.line("cases", index),
        )


def _faults(case: Case, index: int, document: Document, template: Template) -> Iterator[Fault]:
    if case.rule and case.rule not in template.places:
        message = f"case '{case.id}' is about '{case.rule}', which is no rule of the template"
        remedy = f"{did_you_mean(case.rule, template.places)}name a rule, gate, item or alert by its id"
        yield document.fault(("cases", index, "rule"), message, remedy)
    for name in case.expect:
        if name not in EXPECTATIONS:
            path = ("cases", index, "expect", name)
            message = f"case '{case.id}' expects '{name}', which no draft has"
            remedy = f"{did_you_mean(name, EXPECTATIONS)}use {', '.join(EXPECTATIONS)}"
            yield document.fault(path, message, remedy, name)
    for code, value in case.findings.items():
        path = ("cases", index, "findings", code)
        definition = template.vocabulary.get(code)
        if definition is None:
            remedy = (
                f"{did_you_mean(code, template.vocabulary)}use a code of findings.yaml; docs/vocabulary.md lists them"
            )
            yield document.fault(path, f"case '{case.id}' states '{code}', which is no finding", remedy, code)
        elif value != UNKNOWN and not _is_possible(value, definition):
            message = f"case '{case.id}' states {code} = {value!r}, which it cannot be"
            remedy = f"{did_you_mean(str(value), definition.values)}use {_possible(definition)}, or unknown"
            yield document.fault(path, message, remedy, str(value))


def _is_possible(value: Value, definition: FindingDefinition) -> bool:
    if not isinstance(value, TYPES[definition.type]) or (isinstance(value, bool) and definition.type != "boolean"):
        return False
    return not definition.values or value in definition.values


def _possible(definition: FindingDefinition) -> str:
    words = {"boolean": "true or false", "integer": "a whole number", "decimal": "a number"}
    return words.get(definition.type) or "one of " + ", ".join(definition.values)


def _repeated(cases: list[Case]) -> Iterator[Fault]:
    first: dict[str, Case] = {}
    for case in cases:
        known = first.setdefault(case.id, case)
        if known is not case:
            message = f"the case id '{case.id}' stands already in {known.file}:{known.line}"
            yield Fault(case.file, case.line, message, "ids of cases are unique in a template; rename one")
