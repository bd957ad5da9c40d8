"""Our StructureDefinitions and ValueSets as the checks need them: read once, on first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from plugin.library.content import CANONICAL
from plugin.library.terminology import Terminology


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way to an element. id: the way up to here; slice: empty where the step names none."""

    id: str
    name: str
    slice: str


@dataclass(frozen=True, slots=True)
class ElementRule:
    """One element of a differential: the way to it from the root, and the ElementDefinition itself."""

    id: str
    steps: tuple[Step, ...]
    body: dict[str, Any]

    def valued(self, prefix: str) -> Any:
        """The value of `fixed[x]` or `pattern[x]`; None where the element has none."""
        return next((value for key, value in self.body.items() if key.startswith(prefix)), None)


@dataclass(frozen=True, slots=True)
class Definition:
    """One profile or extension of ours, with the rules it inherits from other profiles of ours.

    type: the resource or datatype it constrains; contexts: where an extension may stand, as FHIR paths.
    """

    url: str
    type: str
    contexts: tuple[str, ...]
    rules: dict[str, ElementRule]


class ProfileStore:
    """The conformance resources that a template works with, found by the last segment of their canonical."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._definitions: dict[str, Definition | None] = {}
        self._codes: dict[str, frozenset[tuple[str, str]] | None] = {}

    def definition(self, url: str) -> Definition | None:
        """Our StructureDefinition with this canonical; None where there is none."""
        if url not in self._definitions:
            self._definitions[url] = self._compiled(url)
        return self._definitions[url]

    def codes(self, value_set: str) -> frozenset[tuple[str, str]] | None:
        """Every (system, code) of one of our ValueSets; None where the ValueSet is not ours or cannot be listed."""
        url = value_set.partition("|")[0]
        if url not in self._codes:
            self._codes[url] = self._listed(url)
        return self._codes[url]

    def names(self, kind: str) -> frozenset[str]:
        """The last segments of the canonicals of this kind, such as StructureDefinition."""
        return frozenset(self._terminology.names(kind))

    def _compiled(self, url: str) -> Definition | None:
        source = self._read("StructureDefinition", url)
        if source is None:
            return None
        parent = self.definition(source.get("baseDefinition", ""))
        rules = dict(parent.rules) if parent else {}
        for body in source["differential"]["element"]:
            inherited = rules[body["id"]].body if body["id"] in rules else {}
            rules[body["id"]] = ElementRule(body["id"], _steps(body["id"]), {**inherited, **body})
        contexts = tuple(context["expression"] for context in source.get("context", []))
        return Definition(url, source["type"], contexts, rules)

    def _listed(self, url: str) -> frozenset[tuple[str, str]] | None:
        source = self._read("ValueSet", url)
        if source is None:
            return None
        found: set[tuple[str, str]] = set()
        for include in source["compose"]["include"]:
            concepts = include.get("concept") or self._whole_system(include)
            if concepts is None:
                return None
            found.update((include["system"], concept["code"]) for concept in concepts)
        return frozenset(found)

    def _whole_system(self, include: dict[str, Any]) -> list[dict[str, Any]] | None:
        if "filter" in include or "system" not in include:
            return None
        source = self._read("CodeSystem", include["system"])
        return source["concept"] if source else None

    def _read(self, kind: str, url: str) -> dict[str, Any] | None:
        if not url.startswith(CANONICAL):
            return None
        return self._terminology.find(kind, url.rpartition("/")[2])


def _steps(element_id: str) -> tuple[Step, ...]:
    way, *segments = element_id.split(".")
    steps = []
    for segment in segments:
        way = f"{way}.{segment}"
        name, _, slice_name = segment.partition(":")
        steps.append(Step(way, name, slice_name))
    return tuple(steps)


@cache
def profile_store(terminology: Terminology) -> ProfileStore:
    """The store of this terminology, made once in a process."""
    return ProfileStore(terminology)
