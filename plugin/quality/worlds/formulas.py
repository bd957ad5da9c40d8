"""Formulas for the solver z3: an algebra whose elements say what a patient would have to be like."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from plugin.errors import UsageError

try:
    import z3 as z3  # for `solving`, too
except ImportError as error:
    raise UsageError(
        "proving templates needs the package z3-solver; install it with pip install 'careplan-plugin[qa]'"
    ) from error

Formula = Any  # z3's own terms, which carry no types


class Formulas:
    """Builds formulas; what is certain already is left out, and equal formulas are one object."""

    def __init__(self) -> None:
        self.context = z3.Context()
        self.everybody: Formula = z3.BoolVal(True, self.context)
        self.nobody: Formula = z3.BoolVal(False, self.context)
        self._others: dict[int, Formula] = {}
        self._made: dict[tuple[str, tuple[int, ...]], Formula] = {}
        self._atoms: dict[str, Formula] = {}
        self._facts: list[str] = []
        # What a formula is about, as one bit for each atom in the order in which they were made.
        self._about: dict[int, int] = {self.everybody.get_id(): 0, self.nobody.get_id(): 0}

    def atom(self, name: str, fact: str) -> Formula:
        """Something about a fact that may be so or not; of one name there is one atom."""
        if name not in self._atoms:
            made = self._atoms[name] = z3.Bool(name, self.context)
            self._about[made.get_id()] = 1 << len(self._facts)
            self._facts.append(fact)
        return self._atoms[name]

    def at_most(self, count: int, atoms: Iterable[Formula]) -> Formula:
        """Where no more than so many of these are so; a law for a solver, not to be joined with others."""
        several = list(atoms)
        return z3.AtMost(*several, count) if len(several) > count else self.everybody

    def facts_in(self, formula: Formula) -> frozenset[str]:
        """The facts that a formula is about."""
        about = self._about[formula.get_id()]
        return frozenset(fact for place, fact in enumerate(self._facts) if about >> place & 1)

    def is_about(self, formula: Formula, atom: Formula) -> bool:
        """Whether an atom stands in a formula."""
        return bool(self._about[formula.get_id()] & self._about[atom.get_id()])

    def each(self, parts: Iterable[Formula]) -> Formula:
        """The conjunction."""
        return self._join("each", parts, self.everybody, self.nobody, z3.And)

    def some(self, parts: Iterable[Formula]) -> Formula:
        """The disjunction."""
        return self._join("some", parts, self.nobody, self.everybody, z3.Or)

    def other(self, part: Formula) -> Formula:
        """The negation."""
        key = part.get_id()
        if key not in self._others:
            negated = self._negated(part)
            self._about[negated.get_id()] = self._about[key]
            self._others[key] = negated
            self._others[negated.get_id()] = part
        return self._others[key]

    def _negated(self, part: Formula) -> Formula:
        if part is self.everybody:
            return self.nobody
        return self.everybody if part is self.nobody else z3.Not(part)

    def _join(self, name: str, parts: Iterable[Formula], idle: Formula, settling: Formula, join: Any) -> Formula:
        several: dict[int, Formula] = {}
        for part in parts:
            if part is settling:
                return settling
            if part is not idle:
                several[part.get_id()] = part
        if len(several) < 2:
            return next(iter(several.values()), idle)
        key = (name, tuple(sorted(several)))
        if key not in self._made:
            made = self._made[key] = join(*several.values())
            self._about[made.get_id()] = reduce(or_, (self._about[each] for each in several))
        return self._made[key]
