"""Every combination of facts, whether a chart could tell it or not: each fact unknown, known or presumed by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from plugin.library.vocabulary import Value
from plugin.quality.worlds.domains import Domain
from plugin.quality.worlds.formulas import Formula, Formulas
from plugin.quality.worlds.truths import Test


class Anybody:
    """The world of all combinations of facts."""

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        self.algebra = Formulas()
        self.domains = domains
        self._is: dict[str, dict[Value, Formula]] = {}
        self._presumed: dict[str, Formula] = {}

    def where(self, name: str, test: Test) -> Formula:
        """Where the fact is known or presumed, with a value that passes the test."""
        return self.algebra.some(formula for value, formula in self.values(name).items() if test(value))

    def presumed(self, name: str) -> Formula:
        """Where the fact is only presumed."""
        if name not in self._presumed:
            domain = self.domains[name]
            self._presumed[name] = (
                self.algebra.atom(f"{name} is presumed", name) if domain.presumable else self.algebra.nobody
            )
        return self._presumed[name]

    def values(self, name: str) -> Mapping[Value, Formula]:
        """Value -> where the fact has it."""
        if name not in self._is:
            self._is[name] = {
                value: self.algebra.atom(f"{name} = {value}", name) for value in self.domains[name].values
            }
        return self._is[name]

    def laws(self) -> Iterator[Formula]:
        """What holds of facts by their nature: one value at a time, and only some may be presumed."""
        algebra = self.algebra
        for name in self.domains:
            formulas = self.values(name)
            yield algebra.at_most(1, formulas.values())
            presumable = [formula for value, formula in formulas.items() if value in self.domains[name].presumable]
            if presumable:
                yield algebra.some((algebra.other(self.presumed(name)), *presumable))

    def combinations(self, formula: Formula) -> int:
        """How many combinations there are of the facts that a formula is about."""
        return prod(self.domains[name].combinations for name in self.algebra.facts_in(formula))
