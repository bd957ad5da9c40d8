"""What goes into the package: the conformance resources, every resource of the templates, and drafts as examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from plugin.errors import Fault, TemplateError
from plugin.library.own_codes import load_terminology
from plugin.library.template import VOCABULARY_FILE, load_template, read_documents
from plugin.library.terminology import CODES_FOLDER, Terminology, shared_terminology
from plugin.library.validation import check_model, check_profile
from plugin.library.yaml_file import read_yaml
from plugin.quality.package.code_systems import completed
from plugin.quality.package.examples import example_drafts

Resource = dict[str, Any]
PROFILE_KINDS = ("CodeSystem", "ConceptMap", "StructureDefinition", "ValueSet")


@dataclass(frozen=True, slots=True)
class Contents:
    """The resources of a package by the name of their file; `examples` lie in a folder of their own."""

    resources: dict[str, Resource] = field(default_factory=dict)
    examples: dict[str, Resource] = field(default_factory=dict)


def gather(
    folders: Sequence[Path],
    profiles: Path,
    charts: Mapping[str, Sequence[Resource]],
    as_of: date | None,
    software_version: str,
) -> Contents:
    """The profiles in `profiles`, the templates in `folders`, and a draft of each chart by the first template.

    charts: the resources of one patient each, by a name; as_of: the day to draft for, that of the template when None.
    Raises TemplateError naming every resource that is no sound FHIR and every two that claim one name.
    """
    sources: dict[str, tuple[str, Resource]] = {}
    faults: list[Fault] = []
    for source, resource, terminology in (*_conformance(profiles), *_of_templates(folders, profiles)):
        name = file_name(resource)
        other = sources.setdefault(name, (source, resource))
        if other[1] != resource:
            remedy = "give one of the two an id and url of its own"
            faults.append(Fault(source, None, f"{name.removesuffix('.json')} is also in {other[0]}", remedy))
        faults += _unsound(source, resource, terminology)
    sources, contradictions = completed(sources)
    if faults or contradictions:
        raise TemplateError(faults + contradictions)
    template = load_template(folders[0], profiles)
    examples = list(example_drafts(charts, template, as_of, software_version))
    faults = [
        fault for each in examples for fault in _unsound(f"example {file_name(each)}", each, template.terminology)
    ]
    if faults:
        raise TemplateError(faults)
    return Contents(
        {name: resource for name, (_, resource) in sorted(sources.items())},
        {file_name(resource): resource for resource in sorted(examples, key=file_name)},
    )


def file_name(resource: Resource) -> str:
    """How its file is called in a package: `PlanDefinition-x.json`."""
    return f"{resource['resourceType']}-{resource['id']}.json"


def _conformance(profiles: Path) -> Iterator[tuple[str, Resource, Terminology]]:
    shared = shared_terminology(profiles)
    for path in sorted(profiles.glob("*.json")):
        if path.name.partition("-")[0] in PROFILE_KINDS:
            yield path.name, orjson.loads(path.read_bytes()), shared


def _of_templates(folders: Sequence[Path], profiles: Path) -> Iterator[tuple[str, Resource, Terminology]]:
    """Every resource of the templates; the codes that one brings along, too, which hold for its own resources."""
    for folder in folders:
        terminology = load_terminology(folder, profiles)
        for document in (*read_documents(folder), *read_yaml(folder / VOCABULARY_FILE)):
            yield f"{folder.name}/{document.file}", document.data, terminology
        for (_, name), resource in terminology.own.items():
            yield f"{folder.name}/{CODES_FOLDER}/{name}", resource, terminology


def _unsound(source: str, resource: Resource, terminology: Terminology) -> list[Fault]:
    remedy = "write it as FHIR R4 and the StructureDefinitions in profiles/ define it"
    messages = check_model(resource) or check_profile(resource, terminology)
    return [Fault(source, None, message, remedy) for message in messages]
