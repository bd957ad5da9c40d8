"""Texts that somebody has still to write: a fault where a plan or its page would print one, a gap anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import shorten
from typing import Any

from plugin.library.content import extension_url
from plugin.library.elements import coding
from plugin.library.rules import Template
from plugin.library.template_schema import LIBRARIES
from plugin.library.terminology import CODES_FOLDER
from plugin.library.yaml_file import Document, ElementPath, read_yaml
from plugin.quality.as_text import counted
from plugin.quality.lints.walking import at, texts_of
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section

GAP_REMEDY = "write it before the template is released"
FAULT_REMEDY = "write it now, or take away the rule that lists it: a clinician would read it"
# Libraries whose entries plans and pages show, by the name of their schema.
ENCODES = extension_url("rule-source")
SHOWN = frozenset({"library-drugs", "library-superseded"})
LONGEST = 60  # characters of a text that are repeated
SOURCES = "library-evidence"


def texts_written(material: Material) -> Section:
    """No text says that it is still to be written, in the words that `careplan new` leaves for the author."""
    words = material.template.terminology.displays("wording")["placeholder"]
    files = [*material.documents, *_codes(material)]
    every = [(document, path, text) for document in files for path, _, text in texts_of(document.data)]
    every += [
        (document, ("cases", index, "title"), case["title"])
        for document in material.case_files
        for index, case in enumerate(document.data["cases"])
    ]
    template = material.template
    listed = frozenset([*(rule.code for rule in template.category_rules), *(rule.code for rule in template.item_rules)])
    cited = frozenset(template.cited())
    unwritten = [(document, path, text) for document, path, text in every if words in text]
    printed = [each for each in unwritten if _is_printed(each[0], each[1], template, listed, cited)]
    later = [each for each in unwritten if each not in printed]
    faults = [
        at(document, path, f"{_first_words(text)} is still there, and a plan or its page would print it", FAULT_REMEDY)
        for document, path, text in printed
    ]
    gaps = [
        _of_file([each for each in later if each[0].file == file]) for file in sorted({d.file for d, _, _ in later})
    ]
    summary = f"{counted(len(unwritten), 'text')} still to be written" if unwritten else ""
    return Section("Texts that are written", len(every), (*faults, *gaps), summary)


def _of_file(unwritten: list[tuple[Document, ElementPath, str]]) -> Remark:
    """One gap for all texts of a file, at the first of them: a new file has dozens."""
    document, path, text = unwritten[0]
    lines = [document.line(*path) for document, path, _ in unwritten]
    if len(lines) == 1:
        return at(document, path, f"{_first_words(text)} is still there", GAP_REMEDY, "gap")
    listed = ", ".join(map(str, lines))
    return at(document, path, f"{len(lines)} texts are still to be written, in lines {listed}", GAP_REMEDY, "gap")


def _codes(material: Material) -> Iterator[Document]:
    for path in sorted((material.folder / CODES_FOLDER).rglob("*.yaml")):
        yield from read_yaml(path, str(path.relative_to(material.folder)))


def _is_printed(
    document: Document, path: ElementPath, template: Template, listed: frozenset[str], cited: frozenset[str]
) -> bool:
    """Whether a plan, its forms or the page about a line can show this element."""
    data = document.data
    match data.get("resourceType"):
        case "PlanDefinition":
            return path[0] == "action" and data["url"] != template.url and not _encodes(data, path)
        case "ActivityDefinition":
            return coding(data)[1] in listed
        case "Questionnaire" | "CodeSystem":
            return True
        case "Library":
            kind = LIBRARIES.get(data["type"]["coding"][0]["code"], "")
            if path[0] == "relatedArtifact" and kind == SOURCES:
                return data["relatedArtifact"][path[1]]["id"] in cited
            return path[0] == "dataRequirement" or (path[0] == "extension" and kind in SHOWN)
    return False


def _encodes(data: dict[str, Any], path: ElementPath) -> bool:
    """Whether the element says which part of a source a rule encodes: that stands in the book only."""
    match path:
        case ("action", int(rule), "extension", int(place), *_):
            return bool(data["action"][rule]["extension"][place]["url"] == ENCODES)
    return False


def _first_words(text: str) -> str:
    return f"“{shorten(text, LONGEST, placeholder='…')}”"
