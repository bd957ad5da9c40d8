"""The conformance resources of a folder of profiles, read once in a check and found by their canonical URL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from plugin.library.content import CANONICAL
from plugin.library.terminology import Terminology

ABSENT = "not-present"


@dataclass(frozen=True)
class Conformance:
    """Every resource of `folder` by its file."""

    folder: Path
    resources: Mapping[Path, dict[str, Any]]

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """Canonical URL -> version."""
        return {resource["url"]: resource.get("version", "") for resource in self.resources.values()}

    @cached_property
    def systems(self) -> Mapping[str, frozenset[str] | None]:
        """URL of a CodeSystem of ours -> its codes; None where it does not list them."""
        return {
            resource["url"]: None if resource["content"] == ABSENT else frozenset(_codes(resource.get("concept", [])))
            for _, resource in self.of("CodeSystem")
        }

    def of(self, kind: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The resources of one type with their files."""
        for file, resource in self.resources.items():
            if resource["resourceType"] == kind:
                yield file, resource

    def lacks(self, system: str, code: str) -> bool:
        """Whether the system is one of ours and has no such code."""
        if not system.startswith(CANONICAL):
            return False
        if system not in self.systems:
            return True
        codes = self.systems[system]
        return codes is not None and code not in codes


def conformance(terminology: Terminology) -> Conformance:
    """The resources of the profiles with the codes that the template adds, and beside them what it brings itself."""
    folder = terminology.folder
    resources = {file: orjson.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}
    for kind, name in terminology.own:
        resources[folder / f"{kind}-{name}.json"] = terminology.resource(kind, name)
    return Conformance(folder, resources)


def _codes(concepts: list[dict[str, Any]]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _codes(concept.get("concept", []))
