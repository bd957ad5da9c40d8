"""Codes that only one version knows: in ValueSets and ConceptMaps that charts are read by, and in our CodeSystems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plugin.library.code_sets import CodeMap, CodeSet, CodeSets
from plugin.library.rules import Template
from plugin.library.terminology import Terminology

Kind = Literal["ValueSet", "ConceptMap", "CodeSystem"]
Entries = Mapping[tuple[str, ...], str]
# What people call the terminologies that charts are written in.
NAMES = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://www.whocc.no/atc": "ATC",
}


@dataclass(frozen=True, slots=True)
class ChangedCodes:
    """One set of codes that differs. added, removed: its codes with what they stand for, in words."""

    kind: Kind
    name: str
    title: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


def changed_sets(old: Template, new: Template) -> Iterator[ChangedCodes]:
    """The ValueSets and ConceptMaps by which charts are read, and which hold other codes or words."""
    before, after = old.vocabulary.code_sets, new.vocabulary.code_sets
    for name in _names(before.sets, after.sets):
        one, two = (_of_set(each, name) for each in (before, after))
        yield from _changed("ValueSet", name, _title(name, before, after), one, two)
    for name in _names(before.maps, after.maps):
        displays = _displays(old.terminology, name) | _displays(new.terminology, name)
        one, two = (_of_map(each.maps.get(name), displays) for each in (before, after))
        yield from _changed("ConceptMap", name, name, one, two)


def changed_systems(old: Terminology, new: Terminology) -> Iterator[ChangedCodes]:
    """The CodeSystems of ours that hold other codes, or other words for them."""
    for name in dict.fromkeys((*new.names("CodeSystem"), *old.names("CodeSystem"))):
        one, two = (_of_system(each, name) for each in (old, new))
        yield from _changed("CodeSystem", name, name, one, two)


def _names(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Those of both; one that only one version names is told of where a reading names it."""
    return [name for name in new if name in old and old[name] != new[name]]


def _title(name: str, old: CodeSets, new: CodeSets) -> str:
    return next((each.sets[name].title for each in (new, old) if name in each.sets), "") or name


def _changed(kind: Kind, name: str, title: str, old: Entries, new: Entries) -> Iterator[ChangedCodes]:
    added = tuple(said for key, said in new.items() if key not in old)
    removed = tuple(said for key, said in old.items() if key not in new)
    if added or removed:
        yield ChangedCodes(kind, name, title, added, removed)


def _of_set(sets: CodeSets, name: str) -> Entries:
    found: CodeSet = sets.sets[name]
    entries: dict[tuple[str, ...], str] = {
        **{key: _said(*key, display) for key, display in found.displays.items()},
        **{("branch", *key): f"{_said(*key, '')} and all below it" for key in sorted(found.branches)},
        **{("without", *key): f"all but {_said(*key, '')}" for key in sorted(found.exceptions)},
        **{("word", word): f"the words “{word}”" for word in sorted(found.words)},
    }
    return entries


def _of_map(found: CodeMap | None, displays: Mapping[tuple[str, str], str]) -> Entries:
    if found is None:
        return {}
    codes: Entries = {(*key, to): f"{_said(*key, displays.get(key, ''))} → {to}" for key, to in found.codes.items()}
    words: Entries = {("word", word, to): f"the words “{word}” → {to}" for word, to in found.words.items()}
    return {**codes, **words}


def _of_system(terminology: Terminology, name: str) -> Entries:
    found = terminology.find("CodeSystem", name) or {}
    concepts = found.get("concept", [])
    return {(each["code"], repr(each)): f"{each['code']} “{each.get('display', '')}”" for each in concepts}


def _displays(terminology: Terminology, name: str) -> dict[tuple[str, str], str]:
    found = terminology.find("ConceptMap", name) or {}
    return {
        (group.get("source", ""), element["code"]): element.get("display", "")
        for group in found.get("group", [])
        for element in group.get("element", [])
    }


def _said(system: str, code: str, display: str) -> str:
    return f"{NAMES.get(system, system)} {code}{f' “{display}”' if display else ''}"
