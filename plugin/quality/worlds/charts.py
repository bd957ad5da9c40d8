"""Every combination of facts that charts can give: what follows from what, what cannot be, what is presumed.

It does what `plugin.findings.derive` does with what a chart or a clinician tells. What it cannot follow stays open
both ways, so that nothing is proven by leaving charts out: results that disagree (`at odds`), a dated result that
outweighs what speaks against it (`leads`), and doubts that keep a fact from being presumed (`in doubt`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import prod

from plugin.library.expressions import Expression, names_in
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary
from plugin.quality.worlds.domains import Domain
from plugin.quality.worlds.formulas import Formula, Formulas
from plugin.quality.worlds.truths import Test, Truths

AT_ODDS, LEADS, IN_DOUBT, LOOKED_FOR = "is at odds", "leads", "is in doubt", "is said to be unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """One fact while a chart is read. values: where it has each; settled: where nothing more may follow for it."""

    values: Mapping[Value, Formula]
    presumed: Formula
    settled: Formula


class Charts:
    """The world of what charts can give."""

    def __init__(self, vocabulary: Vocabulary, domains: Mapping[str, Domain], algebra: Formulas | None = None) -> None:
        self.algebra = algebra or Formulas()
        self.domains = domains
        self.vocabulary = vocabulary
        self.inputs: dict[str, dict[Value, Formula]] = {}
        self.at_odds: dict[str, Formula] = {}
        self.looked_for: dict[str, Formula] = {}
        self.oddities: dict[str, dict[str, Formula]] = {}
        self._contradictions: list[Formula] = []
        self._told = {definition.variable: self._as_told(definition) for definition in vocabulary.values()}
        self._rounds = longest_chain({each.variable: _names_behind(each) for each in vocabulary.derived})
        self._read()

    def where(self, name: str, test: Test) -> Formula:
        """Where the fact is known or presumed, with a value that passes the test."""
        return self.algebra.some(formula for value, formula in self._told[name].values.items() if test(value))

    def presumed(self, name: str) -> Formula:
        """Where the fact is only presumed."""
        return self._told[name].presumed

    def values(self, name: str) -> Mapping[Value, Formula]:
        """Value -> where the fact has it, however it came by it."""
        return self._told[name].values

    def combinations(self, formula: Formula) -> int:
        """How many combinations there are of what charts can tell about the facts that a formula is about."""
        return prod(self._ways(name, formula) for name in self.algebra.facts_in(formula))

    def _ways(self, name: str, formula: Formula) -> int:
        """Not told, said to be unknown, at odds, or one of the values; each with and without what else is open."""
        open_ = [atom for what, atom in self.oddities[name].items() if what != AT_ODDS]
        return (3 + len(self.inputs[name])) << sum(self.algebra.is_about(formula, atom) for atom in open_)

    def laws(self) -> Iterator[Formula]:
        """What holds of what is told by its nature: a chart leads with one value, or has none."""
        for name in self.inputs:
            told = (*self.inputs[name].values(), self.at_odds[name], self.looked_for[name])
            yield self.algebra.at_most(1, told)

    def plain(self) -> Iterator[Formula]:
        """What makes a chart plain: nothing at odds, in doubt or outweighed, so that it can be written down."""
        for odd in self.oddities.values():
            yield from map(self.algebra.other, odd.values())

    def coherent(self) -> Iterator[Formula]:
        """What makes a chart coherent: it holds nothing that cannot be, other facts being what they are."""
        yield from map(self.algebra.other, self._contradictions)

    def _as_told(self, definition: FindingDefinition) -> Told:
        name, domain = definition.variable, self.domains[definition.variable]
        values = {value: self._atom(name, f"= {value}") for value in domain.values}
        undecided = {value: self._atom(name, f"= {value}") for value in domain.undecided}
        self.inputs[name] = {**values, **undecided}
        self.at_odds[name] = self._atom(name, AT_ODDS)
        self.looked_for[name] = self._atom(name, LOOKED_FOR)
        self.oddities[name] = {AT_ODDS: self.at_odds[name]}
        settled = self.algebra.some((*values.values(), *undecided.values(), self.at_odds[name]))
        return Told(values, self.algebra.nobody, settled)

    def _read(self) -> None:
        self._deny()
        self._derive(presumed_too=False)
        self._deny()
        self._presume()
        self._derive(presumed_too=True)

    def _deny(self) -> None:
        for definition in self.vocabulary.values():
            if definition.denials:
                told = self._told[definition.variable]
                self._told[definition.variable] = replace(told, values=self._not_denied(definition, told))

    def _not_denied(self, definition: FindingDefinition, told: Told) -> dict[Value, Formula]:
        algebra, truths = self.algebra, Truths(self)
        values = dict(told.values)
        for denial in definition.denials:
            self._contradictions.append(algebra.each((values[denial.value], truths.of(denial.when).yes)))
            outweighed = algebra.some((algebra.other(truths.of(denial.when).yes), self._odd(definition, LEADS)))
            values[denial.value] = algebra.each((values[denial.value], outweighed))
        return values

    def _derive(self, *, presumed_too: bool) -> None:
        """Follow the derivations, round by round; one whose grounds are as they were before says nothing new."""
        grounds: dict[str, tuple[Told, ...]] = {}
        for _ in range(self._rounds):
            for definition in self.vocabulary.derived:
                now = tuple(self._told[name] for name in sorted(_names_behind(definition)))
                if grounds.get(definition.code) != now:
                    grounds[definition.code] = now
                    self._told[definition.variable] = self._concluded(definition, presumed_too)

    def _concluded(self, definition: FindingDefinition, presumed_too: bool) -> Told:
        algebra, truths, told = self.algebra, Truths(self), self._told[definition.variable]
        values, presumed, settled = dict(told.values), told.presumed, told.settled
        for derivation in definition.derivations:
            fires = algebra.each((truths.of(derivation.when).yes, algebra.other(settled)))
            if presumed_too and fires is not algebra.nobody:
                resting = algebra.some(self.presumed(name) for name in sorted(names_in(derivation.when)))
                held = algebra.some((self.looked_for[definition.variable], self._odd(definition, IN_DOUBT)))
                fires = algebra.each((fires, algebra.other(algebra.each((resting, held)))))
                presumed = algebra.some((presumed, algebra.each((fires, resting))))
            values[derivation.value] = algebra.some((values[derivation.value], fires))
            settled = algebra.some((settled, fires))
        return Told(values, presumed, settled)

    def _presume(self) -> None:
        algebra = self.algebra
        for definition in self.vocabulary.values():
            presumption = definition.presumption
            if presumption is None:
                continue
            name, told = definition.variable, self._told[definition.variable]
            truths = Truths(self)
            against = (truths.of(condition).yes for condition in presumption.unless)
            held = (told.settled, self.looked_for[name], self._odd(definition, IN_DOUBT), *against)
            presumed = algebra.other(algebra.some(held))
            values = {**told.values, presumption.value: algebra.some((told.values[presumption.value], presumed))}
            self._told[name] = Told(values, presumed, algebra.some((told.settled, presumed)))

    def _odd(self, definition: FindingDefinition, what: str) -> Formula:
        name = definition.variable
        return self.oddities[name].setdefault(what, self._atom(name, what))

    def _atom(self, name: str, what: str) -> Formula:
        return self.algebra.atom(f"{name} {what}", name)


def _expressions(definition: FindingDefinition) -> Iterator[Expression]:
    yield from (each.when for each in (*definition.derivations, *definition.denials))
    if definition.presumption is not None:
        yield from definition.presumption.unless


def _names_behind(definition: FindingDefinition) -> frozenset[str]:
    return frozenset[str]().union(*(names_in(each.when) for each in definition.derivations))


def longest_chain(behind: Mapping[str, frozenset[str]]) -> int:
    """After how many rounds surely nothing more follows. behind: of what follows, from which others it may.

    Facts that follow from each other in a circle take one round for each of them.
    """
    reached = {name: _reached(name, behind) for name in behind}
    circle = {name: {other for other in names if name in reached.get(other, ())} for name, names in reached.items()}

    @cache
    def depth(name: str) -> int:
        before = (depth(other) for other in reached[name] - circle[name] if other in behind and other != name)
        return max(1, len(circle[name])) + max(before, default=0)

    return max(map(depth, behind), default=0)


def _reached(name: str, behind: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in behind.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)
