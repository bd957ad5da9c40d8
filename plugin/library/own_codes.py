"""The codes of a template's own: reading the folder `codes/`, and what must not stand in it.

Fragments of our CodeSystems (`content: fragment`), ValueSets and ConceptMaps, each a FHIR resource in YAML. They add to
what profiles/ says and never change it: other templates rest on that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plugin.errors import Fault, TemplateError
from plugin.library.content import CANONICAL
from plugin.library.terminology import CODES_FOLDER, Key, Terminology, shared_terminology
from plugin.library.validation import check_structure, element_path
from plugin.library.yaml_file import Document, read_yaml

# The CodeSystems that a template may add to. What the program itself acts on, such as dispositions, is closed.
OPEN_SYSTEMS = (
    "treatment-category",
    "assessment",
    "supportive-care",
    "alert",
    "goal",
    "finding",
    "finding-value",
    "drug-class",
    "monitored-area",
)
KINDS = ("CodeSystem", "ValueSet", "ConceptMap")


def load_terminology(template: Path, profiles: Path) -> Terminology:
    """The codes for the template in this folder; raises TemplateError with every fault of its `codes/`."""
    shared = shared_terminology(profiles)
    own: dict[Key, dict[str, Any]] = {}
    faults: list[Fault] = []
    for path in sorted((template / CODES_FOLDER).glob("*.yaml")):
        try:
            documents = read_yaml(path, f"{CODES_FOLDER}/{path.name}")
        except TemplateError as error:
            faults.extend(error.faults)
            continue
        for document in documents:
            found = list(_faults(document, shared, own))
            faults.extend(found)
            if not found:
                own[_key(document.data)] = document.data
    if faults:
        raise TemplateError(faults)
    return Terminology(profiles, own) if own else shared


def _faults(document: Document, shared: Terminology, own: Mapping[Key, Any]) -> Iterator[Fault]:
    data = document.data
    kind = data.get("resourceType") if isinstance(data, dict) else None
    if kind not in KINDS:
        yield document.fault(
            (), f"{CODES_FOLDER}/ has no place for {kind or 'this'}", f"use one of: {', '.join(KINDS)}"
        )
        return
    problems = check_structure(data)
    remedy = f"write the {kind} as FHIR R4 has it; codes are texts, in quotes where they look like numbers"
    yield from (document.fault(element_path(problem), problem, remedy) for problem in problems)
    base = f"{CANONICAL}/{kind}/"
    if not str(data.get("url", "")).startswith(base):
        yield document.fault(("url",), f"the url must begin with {base}", "write it so")
        return
    if problems:
        return
    _, name = key = _key(data)
    if key in own:
        yield document.fault(("url",), f"there is another {kind} '{name}' in {CODES_FOLDER}/", "keep one file for each")
    elif kind == "CodeSystem":
        yield from _fragment_faults(document, name, shared)
    elif shared.find(kind, name) is not None:
        yield document.fault(("url",), f"profiles/ has a {kind} '{name}' already", "use that, or choose another name")


def _fragment_faults(document: Document, system: str, shared: Terminology) -> Iterator[Fault]:
    if system not in OPEN_SYSTEMS:
        message = f"a template cannot add codes to the CodeSystem '{system}'"
        yield document.fault(("url",), message, f"add to one of: {', '.join(OPEN_SYSTEMS)}")
        return
    if document.data.get("content") != "fragment":
        yield document.fault(("content",), "it adds to a CodeSystem of profiles/", "write content: fragment")
    taken = shared.displays(system)
    seen: set[str] = set()
    for index, concept in enumerate(document.data.get("concept", [])):
        code, path = concept["code"], ("concept", index)
        if code in taken:
            remedy = "use it as it is: remove it here; choose another code where you mean something else"
            yield document.fault(path, f"the code '{code}' is in profiles/ already, as “{taken[code]}”", remedy)
        if code in seen:
            yield document.fault(path, f"the code '{code}' stands twice", "keep one of the two")
        if not concept.get("display"):
            yield document.fault(path, f"the code '{code}' has no display", "write what people read for it")
        seen.add(code)
    if not seen:
        yield document.fault((), "it adds no codes", "list them under concept, or remove the file")


def _key(data: dict[str, Any]) -> Key:
    return data["resourceType"], str(data["url"]).rpartition("/")[2]
