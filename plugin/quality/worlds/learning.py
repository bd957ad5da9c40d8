"""Two patients who differ in one fact: of the one it is unknown, of the other it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from plugin.library.vocabulary import Value
from plugin.quality.worlds.charts import Charts
from plugin.quality.worlds.formulas import Formula, Formulas
from plugin.quality.worlds.free import Anybody
from plugin.quality.worlds.truths import Test


class Learned:
    """The world of `before` after one fact became known, whichever it is; all others stay as they are."""

    def __init__(self, before: Anybody | Charts) -> None:
        self.before = before
        self.algebra: Formulas = before.algebra
        self._values: dict[str, dict[Value, Formula]] = {}

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that any question has touched so far."""
        return tuple(self._values)

    def learned(self, name: str) -> Formula:
        """Where this is the fact that became known."""
        return self.algebra.atom(f"{name} becomes known", name)

    def where(self, name: str, test: Test) -> Formula:
        """Where the fact is known or presumed, with a value that passes the test."""
        return self.algebra.some(formula for value, formula in self._after(name).items() if test(value))

    def presumed(self, name: str) -> Formula:
        """Where the fact is only presumed."""
        return self.algebra.each((self.before.presumed(name), self.algebra.other(self.learned(name))))

    def laws(self) -> Iterator[Formula]:
        """What became known was unknown before, has one value now, and is one fact alone."""
        algebra = self.algebra
        for name in self._values:
            before = algebra.some(self.before.values(name).values())
            new = self._new(name).values()
            fresh = algebra.each((algebra.other(before), algebra.some(new)))
            yield algebra.some((algebra.other(self.learned(name)), fresh))
            yield algebra.at_most(1, new)
        yield algebra.at_most(1, map(self.learned, self._values))

    def _after(self, name: str) -> Mapping[Value, Formula]:
        if name not in self._values:
            algebra, learned = self.algebra, self.learned(name)
            new = self._new(name)
            self._values[name] = {
                value: algebra.some(
                    (algebra.each((formula, algebra.other(learned))), algebra.each((learned, new[value])))
                )
                for value, formula in self.before.values(name).items()
            }
        return self._values[name]

    def _new(self, name: str) -> dict[Value, Formula]:
        atom = self.algebra.atom
        return {value: atom(f"{name} becomes {value}", name) for value in self.before.domains[name].values}
