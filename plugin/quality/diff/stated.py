"""Statements that are proven and cases that are run: those that are gone, new, or say something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from plugin.quality.cases import Case
from plugin.quality.diff.shown import differing, field_in_words
from plugin.quality.proof.invariants import Invariant

PLACE = frozenset({"file", "line"})


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement or a case that differs. says: the statement, or the title of the case; what: parts, old and new."""

    kind: Literal["statement", "case"]
    id: str
    change: Literal["added", "removed", "changed"]
    says: str
    what: tuple[tuple[str, str, str], ...]
    where: str


def changed_statements(old: Iterable[Invariant], new: Iterable[Invariant]) -> Iterator[Stated]:
    """Every statement of invariants.yaml that differs, in the order of the new version."""
    yield from _changed("statement", {each.id: each for each in old}, {each.id: each for each in new})


def changed_cases(old: Iterable[Case], new: Iterable[Case]) -> Iterator[Stated]:
    """Every case that differs, in the order of the new version."""
    yield from _changed("case", {each.id: each for each in old}, {each.id: each for each in new})


Of = Invariant | Case


def _changed(kind: Literal["statement", "case"], old: Mapping[str, Of], new: Mapping[str, Of]) -> Iterator[Stated]:
    for name, each in new.items():
        if name not in old:
            yield Stated(kind, name, "added", _says(each), (), _place(each))
        elif parts := tuple(differing(old[name], each, PLACE)):
            told = tuple((field_in_words(part), before, after) for part, before, after in parts)
            yield Stated(kind, name, "changed", _says(each), told, _place(each))
    for name, each in old.items():
        if name not in new:
            yield Stated(kind, name, "removed", _says(each), (), _place(each))


def _says(each: Of) -> str:
    return each.statement if isinstance(each, Invariant) else each.title


def _place(each: Of) -> str:
    return f"{each.file}:{each.line}"
