"""What became of every fact of the source documents: the places that hold it, or the reason why none does.

The facts stand in the template's coverage.yaml, a ConceptMap from facts to places. The checks here are of sense; its
form is checked when the template loads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from plugin.errors import Fault
from plugin.library.rules import Template
from plugin.library.yaml_file import Document, ElementPath, read_yaml
from plugin.quality.places import Places, places

COVERAGE_FILE = "coverage.yaml"
SET_ASIDE = "unmatched"
REASONS = ("superseded", "contradicted", "not a care item", "out of scope")
REPLACED = frozenset({"superseded", "contradicted"})


@dataclass(frozen=True, slots=True)
class Place:
    """One place that holds a fact. equivalence: as in FHIR's ConceptMap, how much of the fact the place says."""

    kind: str
    code: str
    equivalence: str
    comment: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the sources. reason: one of REASONS where it is set aside, else empty; why: the reason in words.

    places: where it is met; of a fact that is set aside, where people meet what holds instead.
    """

    section: str
    id: str
    gist: str
    places: tuple[Place, ...]
    reason: str
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """All facts in the order of the file, and what is wrong with them. missing: targets that the template lacks."""

    facts: tuple[Fact, ...]
    faults: tuple[Fault, ...]
    missing: frozenset[str]

    @property
    def placed(self) -> tuple[Fact, ...]:
        """The facts that the template holds."""
        return tuple(fact for fact in self.facts if not fact.reason)

    def by_kind(self) -> dict[str, int]:
        """Kind of place -> how many facts are placed there; a fact counts once in each of its kinds."""
        return dict(Counter(kind for fact in self.placed for kind in sorted({place.kind for place in fact.places})))

    def by_reason(self) -> dict[str, int]:
        """Reason -> how many facts are set aside for it."""
        return dict(Counter(fact.reason for fact in self.facts if fact.reason))


def load_coverage(folder: Path, template: Template) -> Coverage:
    """The coverage of a loaded template, from its folder; raises TemplateError where the file cannot be read."""
    [document] = read_yaml(folder / COVERAGE_FILE, COVERAGE_FILE)
    return coverage(document, places(template))


def coverage(document: Document, known: Places) -> Coverage:
    """The facts of the ConceptMap in `document`, held against the places that are known."""
    facts: list[Fact] = []
    faults: list[Fault] = []
    missing: set[str] = set()
    seen: dict[str, int] = {}
    for at, group in enumerate(document.data["group"]):
        for index, element in enumerate(group["element"]):
            path: ElementPath = ("group", at, "element", index)
            fact = _fact(group["id"], element)
            if fact.id in seen:
                message = f"the fact '{fact.id}' stands already in line {seen[fact.id]}"
                faults.append(document.fault(path, message, "keep one element a fact, with all its targets"))
            seen.setdefault(fact.id, document.line(*path))
            lacking = dict(_lacking(element, known))
            missing.update(lacking.values())
            for place, target in lacking.items():
                message = f"fact '{fact.id}' is placed at '{target}', which the template does not have"
                faults.append(document.fault((*path, "target", place), message, _remedy(target, known)))
            faults.extend(_senseless(fact, document, path))
            facts.append(fact)
    return Coverage(tuple(facts), tuple(faults), frozenset(missing))


def _fact(section: str, element: dict[str, Any]) -> Fact:
    aside = [target for target in element["target"] if target["equivalence"] == SET_ASIDE]
    reason, _, why = aside[0]["comment"].partition(": ") if aside else ("", "", "")
    return Fact(
        section=section,
        id=element["code"],
        gist=element["display"],
        places=tuple(_place(target) for target in element["target"] if target["equivalence"] != SET_ASIDE),
        reason=reason,
        why=why,
    )


def _place(target: dict[str, Any]) -> Place:
    kind, _, code = target["code"].partition(":")
    return Place(kind, code, target["equivalence"], target.get("comment", ""))


def _lacking(element: dict[str, Any], known: Places) -> Iterator[tuple[int, str]]:
    for index, target in enumerate(element["target"]):
        if "code" in target:
            kind, _, code = target["code"].partition(":")
            if code not in known.get(kind, {}):
                yield index, target["code"]


def _senseless(fact: Fact, document: Document, path: ElementPath) -> Iterator[Fault]:
    codes = [f"{place.kind}:{place.code}" for place in fact.places]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield document.fault(path, f"fact '{fact.id}' is placed twice at '{code}'", "keep one of the two")
    if fact.reason in REPLACED and not fact.places:
        message = f"fact '{fact.id}' is {fact.reason}, and nothing says what holds instead"
        yield document.fault(path, message, "add a target where people meet what holds instead")


def _remedy(target: str, known: Places) -> str:
    kind, _, code = target.partition(":")
    like = get_close_matches(code, known.get(kind, {}))
    return f"correct it; near it are {', '.join(like)}" if like else "correct it, or add what it names"
