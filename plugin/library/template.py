"""Loading a template: every YAML file of its folder, checked as FHIR and as sense, compiled, immutable."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from plugin.errors import Fault, TemplateError
from plugin.library.build import Builder
from plugin.library.content import content_folder
from plugin.library.own_codes import load_terminology
from plugin.library.rules import Template
from plugin.library.side_by_side import side_by_side
from plugin.library.template_schema import schema_faults
from plugin.library.terminology import CODES_FOLDER, Terminology
from plugin.library.validation import check_model, check_profile, element_path
from plugin.library.vocabulary_file import read_vocabulary
from plugin.library.yaml_file import Document, read_yaml

VOCABULARY_FILE = "findings.yaml"
STRATEGY_FILE = "strategy.yaml"
# The files without which nothing else in a template makes sense, and what each is.
NEEDED = {
    STRATEGY_FILE: "write it: the PlanDefinition of the whole, with the parts it is made of",
    VOCABULARY_FILE: "write it: the Library of the facts that rules ask for",
    "definitions.yaml": "write it: the Library of named conditions",
    "evidence.yaml": "write it: the Library of the sources that rules cite",
}
WORTH_IT = 100  # documents; each is checked for some ten milliseconds
CHARTS_FOLDER = "charts"
NOT_RESOURCES = frozenset({"cases", CHARTS_FOLDER, CODES_FOLDER})
# Marks of the documents that this process found sound: a check at every save would else do all of it again.
_sound: set[bytes] = set()


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a template as they are written: every resource but its vocabulary, and the vocabulary."""

    folder: Path
    documents: tuple[Document, ...]
    vocabulary: Document


def load_template(folder: Path, profiles: Path | None = None, local_codes: Path | None = None) -> Template:
    """The template in `folder`, ready to draft with.

    profiles: the folder of ValueSets and CodeSystems; the installed one when None.
    local_codes: a ConceptMap of the site's own codes, or a folder of them; none when None.
    Raises TemplateError, or LocalCodesError, carrying every fault found, each with file, line and remedy.
    """
    return compiled(read_source(folder), profiles, local_codes)


def read_source(folder: Path) -> Source:
    """The files of the template in `folder`; raises TemplateError for those that are not there or no YAML."""
    if not folder.is_dir():
        raise TemplateError([Fault(str(folder), None, "there is no such template folder", "give the folder's path")])
    if not any((folder / name).is_file() for name in (STRATEGY_FILE, VOCABULARY_FILE)):
        remedy = f"give the folder of a template, or begin one with careplan new template {folder.name}"
        raise TemplateError([Fault(str(folder), None, f"no template is in it: no {STRATEGY_FILE}", remedy)])
    if missing := [name for name in NEEDED if not (folder / name).is_file()]:
        raise TemplateError([Fault(name, None, f"{name} is missing", NEEDED[name]) for name in missing])
    documents = tuple(read_documents(folder))
    return Source(folder, documents, read_yaml(folder / VOCABULARY_FILE, VOCABULARY_FILE)[0])


def compiled(source: Source, profiles: Path | None = None, local_codes: Path | None = None) -> Template:
    """The template that these files make; otherwise as `load_template`."""
    profiles = profiles or content_folder("profiles")
    terminology = load_terminology(source.folder, profiles)
    faults = _form_faults(source.documents, terminology)
    if faults:
        raise TemplateError(faults)
    vocabulary = read_vocabulary(source.vocabulary, terminology, local_codes, source.documents)
    return Builder(vocabulary, terminology).build(list(source.documents))


def _form_faults(documents: tuple[Document, ...], terminology: Terminology) -> list[Fault]:
    """The faults of form of all documents; what was found sound before is not checked again while it says the same."""
    codes = repr((terminology.folder, dict(terminology.own)))
    marks = [hashlib.sha256(f"{codes}{document.data!r}".encode()).digest() for document in documents]
    new = [(mark, document) for mark, document in zip(marks, documents, strict=True) if mark not in _sound]
    check = partial(form_faults, terminology=terminology)
    found = list(side_by_side(check, [document for _, document in new], worth_it=WORTH_IT))
    _sound.update(mark for (mark, _), faults in zip(new, found, strict=True) if not faults)
    return [fault for faults in found for fault in faults]


def read_documents(folder: Path) -> list[Document]:
    """Every resource of the template but its vocabulary, in the order of file names."""
    documents: list[Document] = []
    faults = misnamed(folder)
    for path in sorted(folder.rglob("*.yaml")):
        inside = path.relative_to(folder)
        if inside.parts[0] in NOT_RESOURCES or str(inside) == VOCABULARY_FILE:
            continue
        try:
            documents.extend(read_yaml(path, str(inside)))
        except TemplateError as error:
            faults.extend(error.faults)
    if faults:
        raise TemplateError(faults)
    return documents


def misnamed(folder: Path) -> list[Fault]:
    """A fault for each file that looks as if it belonged to the template and would be passed over: `.yml`."""
    paths = sorted(path for path in folder.rglob("*.yml") if not path.name.startswith("."))
    message = "files of a template end in .yaml; this one would not be read"
    return [Fault(str(path.relative_to(folder)), None, message, f"rename it to {path.stem}.yaml") for path in paths]


def form_faults(document: Document, terminology: Terminology) -> list[Fault]:
    """Faults of form: what the JSON Schema of its kind, then the FHIR model, then our profiles of extensions say."""
    faults = schema_faults(document)
    if faults:
        return faults
    remedy = "write the element as FHIR R4 and the StructureDefinitions in profiles/ define it"
    messages = check_model(document.data) or check_profile(document.data, terminology)
    return [document.fault(element_path(message), message, remedy) for message in messages]
