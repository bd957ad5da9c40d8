"""Where an invariant is broken, over any algebra: for every patient there could be, or for one who was drafted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations, product
from typing import Generic

from plugin.library.drugs import Part
from plugin.library.rules import Combination
from plugin.library.rules import Side as CombinationSide
from plugin.quality.proof.invariants import Invariant, Item, Side
from plugin.quality.worlds.algebra import Element
from plugin.quality.worlds.policy import Policy


class Claims(Generic[Element]):
    """Asks a policy for the patients of whom an invariant does not hold."""

    def __init__(self, policy: Policy[Element]) -> None:
        self.policy = policy
        self.algebra = policy.algebra
        self._broken: dict[str, Callable[[Invariant], Iterator[Element]]] = {
            "never": self._stands,
            "not-named": self._named,
            "accompanied": self._alone,
            "listed": self._unlisted,
            "apart": self._together,
        }

    def broken(self, invariant: Invariant) -> Element:
        """Where the invariant applies and does not hold. Raises KeyError for one that compares two patients."""
        applies = self.policy.truth(invariant.when).yes
        return self.algebra.each((applies, self.algebra.some(self._broken[invariant.kind](invariant))))

    def _stands(self, invariant: Invariant) -> Iterator[Element]:
        """A closing that rests on a presumption is shown for judgement, so that is broken only by what is known."""
        known = self.policy.sure.of(invariant.when.expression).yes
        for code in invariant.categories:
            line = self.policy.line(code)
            for disposition in invariant.never:
                stands = self.policy.ranks.where(line, disposition)
                moved = disposition == "judgement" and "conditional" in invariant.never
                yield self.algebra.each((stands, known)) if moved and not invariant.presumption_stands else stands

    def _named(self, invariant: Invariant) -> Iterator[Element]:
        for code in invariant.categories or self.policy.categories:
            for name in self.policy.template.activities[code].agents:
                if name in invariant.own.agents:
                    yield self.policy.ranks.where(self.policy.agent(name, code), "offered")

    def _alone(self, invariant: Invariant) -> Iterator[Element]:
        beside = self.algebra.some(map(self._offered, invariant.beside))
        for stands in self._named(invariant) if invariant.own.agents else map(self._offered, invariant.categories):
            yield self.algebra.each((stands, self.algebra.other(beside)))

    def _offered(self, code: str) -> Element:
        return self.policy.ranks.where(self.policy.line(code), "offered")

    def _unlisted(self, invariant: Invariant) -> Iterator[Element]:
        algebra = self.algebra
        asked = algebra.some(map(self.policy.startable, invariant.categories))
        due = asked if invariant.categories else algebra.everybody
        for item in invariant.items:
            yield algebra.each((due, algebra.other(self._listed(item))))

    def _listed(self, item: Item) -> Element:
        if item.kind == "alert":
            return self.policy.alerted(item.code)
        return self.algebra.some((self.policy.listed(item.kind, item.code), self.policy.stopped()))

    def _together(self, invariant: Invariant) -> Iterator[Element]:
        """Pairs of which no rule says that they do not go together."""
        for one, two in product(self._members(invariant.own), self._members(invariant.other)):
            if one.name != two.name:
                rules = [rule for rule in self.policy.template.combinations if _covers(rule, one, two)]
                holding = [self.algebra.other(self.policy.truth(rule.condition).no) for rule in rules]
                yield self.algebra.other(self.algebra.some(holding))

    def _members(self, side: Side) -> list[_Member]:
        parts = self.policy.template.parts
        drugs = [_Member(name, None) for name in sorted(side.agents)]
        return drugs + [_Member(code, parts.get(code, ())) for code in sorted(side.categories)]


@dataclass(frozen=True, slots=True)
class _Member:
    """Something that is kept apart from something else. parts: of a category; None of a drug."""

    name: str
    parts: tuple[Part, ...] | None

    def belongs_to(self, side: CombinationSide) -> bool:
        """Whether a side of a combination covers it."""
        return self.name in side.agents if self.parts is None else side.takes(self.name, self.parts)


def _covers(rule: Combination, one: _Member, two: _Member) -> bool:
    return any(one.belongs_to(first) and two.belongs_to(second) for first, second in permutations(rule.sides))
