"""What we publish: the template in use with its forms and Libraries, and the profiles and codes they rest on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from plugin.library.rules import Template
from plugin.library.template import VOCABULARY_FILE
from plugin.library.yaml_file import read_yaml

Resource = dict[str, Any]
CONFORMANCE = ("StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap")
TYPES = ("PlanDefinition", "ActivityDefinition", "Questionnaire", "Library", *CONFORMANCE, "OperationDefinition")


@dataclass(frozen=True, slots=True)
class Definition:
    """One published resource. etag: changes whenever its content does."""

    resource: Resource
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", etag_of(self.resource))


class Definitions:
    """Every published resource by type and id, in the order of ids."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        found: dict[str, dict[str, Definition]] = {kind: {} for kind in TYPES}
        for resource in sorted(resources, key=lambda each: str(each["id"])):
            found[resource["resourceType"]][resource["id"]] = Definition(resource)
        self._found = found

    def of_type(self, kind: str) -> Mapping[str, Definition]:
        """Those of one type by id; raises KeyError for a type that is not published."""
        return self._found[kind]

    def by_url(self, kind: str, canonical: str) -> Definition | None:
        """The one that a canonical, with or without `|version`, names; None where there is none of that version."""
        url, _, version = canonical.partition("|")
        for each in self._found[kind].values():
            if each.resource.get("url") == url and version in ("", each.resource.get("version")):
                return each
        return None


def published(template: Template, folder: Path) -> list[Resource]:
    """Every resource of the template in use, and every profile, code system, value set and map beside it.

    folder: the template's, for its vocabulary. Raises TemplateError for a file that cannot be read.
    """
    terminology = template.terminology
    shared = [terminology.resource(kind, name) for kind in CONFORMANCE for name in terminology.names(kind)]
    vocabulary = [document.data for document in read_yaml(folder / VOCABULARY_FILE, VOCABULARY_FILE)]
    known = {(each["resourceType"], each["id"]) for each in shared}
    own = [each for each in (*template.resources, *vocabulary) if (each["resourceType"], each["id"]) not in known]
    return [*shared, *own]


def etag_of(resource: Resource) -> str:
    """A short name of the content of a resource."""
    return hashlib.sha256(orjson.dumps(resource)).hexdigest()[:16]
