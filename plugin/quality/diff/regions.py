"""Of whom something is so, as a few short descriptions that together are exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from plugin.library.vocabulary import Value
from plugin.quality.worlds.charts import Charts
from plugin.quality.worlds.formulas import Formula
from plugin.quality.worlds.solving import Solving

MOST = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """Part of a description: a fact is one of these values, or unknown where None is among them.

    presumed: it is, or is not, only presumed; None where that does not matter.
    """

    name: str
    values: tuple[Value | None, ...]
    presumed: bool | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Descriptions of which one fits everybody in the region, and none anybody else. complete: whether that is all."""

    descriptions: tuple[tuple[Fact, ...], ...]
    complete: bool


class Regions:
    """Describes regions of one world by the facts as conditions see them."""

    def __init__(self, charts: Charts, solving: Solving) -> None:
        self.charts = charts
        self.algebra = charts.algebra
        self.solving = solving

    def region(self, among: Formula, inside: Formula, names: Iterable[str]) -> Region | None:
        """Where, among some charts, something is so; None where it is so of none.

        names: the facts that may describe it, those that a reader would name last first.
        """
        outside = self.algebra.each((among, self.algebra.other(inside)))
        left = [among, inside, *self.charts.plain()]
        found: list[tuple[Fact, ...]] = []
        facts = list(names)
        while somebody := self.solving.somebody(*left):
            if len(found) == MOST:
                return Region(tuple(found), complete=False)
            description = self._shortened(list(self._of(somebody, facts)), outside)
            found.append(description)
            left.append(self.algebra.other(self.algebra.each(map(self._formula, description))))
        return Region(tuple(found), complete=True) if found else None

    def _of(self, somebody: Callable[[Formula], bool], names: Iterable[str]) -> Iterator[Fact]:
        for name in names:
            values = self.charts.values(name)
            value = next((value for value, formula in values.items() if somebody(formula)), None)
            yield Fact(name, (value,))
            if self.charts.domains[name].presumable and value is not None:
                yield Fact(name, (), somebody(self.charts.presumed(name)))

    def _shortened(self, facts: list[Fact], outside: Formula) -> tuple[Fact, ...]:
        """The facts without those that nobody outside would need to differ in, each with as many values as can be."""
        plain = tuple(self.charts.plain())
        with self.solving.supposing(outside, *plain):
            kept = [facts[place] for place in self.solving.core([self._formula(fact) for fact in facts])]
            for fact in list(kept):
                without = [each for each in kept if each is not fact]
                if self._excludes(without):
                    kept = without
            return tuple(self._widened(fact, [each for each in kept if each is not fact]) for fact in kept)

    def _widened(self, fact: Fact, others: list[Fact]) -> Fact:
        if fact.presumed is not None:
            return fact
        for value in (*self.charts.values(fact.name), None):
            if value not in fact.values:
                wider = Fact(fact.name, (*fact.values, value))
                if self._excludes([*others, wider]):
                    fact = wider
        return fact

    def _excludes(self, facts: Iterable[Fact]) -> bool:
        """Whether nobody outside, as supposed, is so."""
        return self.solving.somebody(*map(self._formula, facts)) is None

    def _formula(self, fact: Fact) -> Formula:
        if fact.presumed is not None:
            presumed = self.charts.presumed(fact.name)
            return presumed if fact.presumed else self.algebra.other(presumed)
        values = self.charts.values(fact.name)
        unknown = self.algebra.other(self.algebra.some(values.values()))
        return self.algebra.some(unknown if value is None else values[value] for value in fact.values)
