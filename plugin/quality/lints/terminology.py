"""The code sets of the profiles: none is empty, and every code in them has a name and a system that is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from plugin.library.code_sets import WORDS
from plugin.library.content import CANONICAL, system_url
from plugin.library.yaml_file import ElementPath
from plugin.quality.lints.conformance import Conformance
from plugin.quality.lints.walking import as_document, at
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section

# What is wrong with one element of a resource: where, what, and the remedy.
Wrong = tuple[ElementPath, str, str]

EXTERNAL = system_url("external-system")


def value_sets_sound(material: Material) -> Section:
    """Code sets list something, and nothing twice; codes from elsewhere have a display and a system that is known."""
    profiles = material.conformance
    sets, systems = list(profiles.of("ValueSet")), list(profiles.of("CodeSystem"))
    wrong = [(file, list(_set_faults(resource, profiles))) for file, resource in sets]
    wrong += [(file, list(_system_faults(resource))) for file, resource in systems]
    remarks = [remark for file, found in wrong if found for remark in _remarks(file, found)]
    return Section("Code sets of the profiles", len(sets) + len(systems), tuple(remarks))


def maps_sound(material: Material) -> Section:
    """ConceptMaps translate codes of systems that are known; what they translate to has a CodeSystem."""
    profiles = material.conformance
    maps = list(profiles.of("ConceptMap"))
    wrong = [(file, list(_map_faults(resource, profiles))) for file, resource in maps]
    remarks = [remark for file, found in wrong if found for remark in _remarks(file, found)]
    targets = {group.get("target", "") for _, resource in maps for group in resource["group"]}
    undefined = sorted(url for url in targets if url.startswith(CANONICAL) and url not in profiles.systems)
    if undefined:
        names = ", ".join(url.rpartition("/")[2] for url in undefined)
        remarks.append(Remark("note", f"{len(undefined)} systems of answers have no CodeSystem of their own: {names}"))
    return Section("Maps of the profiles", len(maps), tuple(remarks))


def _remarks(file: Path, wrong: list[Wrong]) -> Iterator[Remark]:
    document = as_document(file)
    for path, message, remedy in wrong:
        yield at(document, path, message, remedy)


def _set_faults(resource: dict[str, Any], profiles: Conformance) -> Iterator[Wrong]:
    includes = resource.get("compose", {}).get("include", [])
    if not any({"concept", "filter", "valueSet", "system"} & include.keys() for include in includes):
        yield ("compose",), f"the ValueSet {resource['id']} is empty", "list its codes under compose.include.concept"
    seen: set[tuple[str, str]] = set()
    for index, include in enumerate(includes):
        path: ElementPath = ("compose", "include", index)
        system = include.get("system", "")
        if system:
            yield from _unknown_system((*path, "system"), system, profiles)
        if include.get("concept") == []:
            yield (*path, "concept"), f"the ValueSet {resource['id']} includes no code of {system}", "list its codes"
        for place, concept in enumerate(include.get("concept", [])):
            yield from _concept_faults((*path, "concept", place), system, concept, profiles)
            if (system, concept["code"]) in seen:
                yield (*path, "concept", place, "code"), f"'{concept['code']}' stands twice", "keep one of the two"
            seen.add((system, concept["code"]))
    for index, url in ((index, url) for index, include in enumerate(includes) for url in include.get("valueSet", [])):
        if url.startswith(CANONICAL) and url.partition("|")[0] not in profiles.versions:
            yield ("compose", "include", index, "valueSet"), f"there is no ValueSet {url}", "correct it, or add it"


def _concept_faults(path: ElementPath, system: str, concept: dict[str, Any], profiles: Conformance) -> Iterator[Wrong]:
    if system.startswith(CANONICAL):
        if profiles.lacks(system, concept["code"]):
            yield (*path, "code"), f"'{concept['code']}' is no code of {system}", "correct it, or add it there"
    elif not concept.get("display"):
        yield path, f"'{concept['code']}' of {system} has no display", "write what the code means, as its system does"


def _unknown_system(path: ElementPath, system: str, profiles: Conformance) -> Iterator[Wrong]:
    known = profiles.systems.get(EXTERNAL) or frozenset()
    if system not in known and system not in profiles.systems:
        yield path, f"the system {system} is not known", "correct it, or add it to CodeSystem-external-system.json"


def _system_faults(resource: dict[str, Any]) -> Iterator[Wrong]:
    concepts = resource.get("concept", [])
    if resource["content"] == "complete" and not concepts:
        yield (), f"the CodeSystem {resource['id']} has no codes", "list them under concept"
    seen: set[str] = set()
    for index, concept in enumerate(concepts):
        if concept["code"] in seen:
            yield ("concept", index, "code"), f"'{concept['code']}' stands twice", "keep one of the two"
        seen.add(concept["code"])
        if not concept.get("display"):
            yield ("concept", index), f"'{concept['code']}' has no display", "write what people read for the code"
    if "count" in resource and resource["count"] != len(concepts):
        yield ("count",), f"count says {resource['count']}, there are {len(concepts)} codes", "correct the count"


def _map_faults(resource: dict[str, Any], profiles: Conformance) -> Iterator[Wrong]:
    for index, group in enumerate(resource["group"]):
        path: ElementPath = ("group", index)
        if group.get("source", "") != WORDS:
            yield from _unknown_system((*path, "source"), group.get("source", ""), profiles)
        if not group.get("element"):
            yield path, f"a group of the ConceptMap {resource['id']} maps nothing", "list its codes under element"
        for place, element in enumerate(group.get("element", [])):
            for target in range(len(element.get("target", []))):
                code, system = element["target"][target].get("code", ""), group.get("target", "")
                if code and system in profiles.systems and profiles.lacks(system, code):
                    where = (*path, "element", place, "target", target)
                    yield where, f"'{code}' is no code of {system}", "correct it, or add it there"
