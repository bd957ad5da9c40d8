"""Conditions over a world: of which patients they are true, and of which they are false."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol

from plugin.library.expressions import (
    OPERATIONS,
    Comparison,
    ComparisonOperator,
    Conjunction,
    Disjunction,
    Existence,
    Expression,
    Literally,
    Membership,
    Name,
    Negation,
)
from plugin.library.vocabulary import Value
from plugin.quality.worlds.algebra import Algebra, Element

Test = Callable[[Value], bool]


class World(Protocol[Element]):
    """What is known of the facts, by variable."""

    @property
    def algebra(self) -> Algebra[Element]:
        """The algebra in which it answers."""

    def where(self, name: str, test: Test) -> Element:
        """Where the fact is known or presumed, with a value that passes the test."""

    def presumed(self, name: str) -> Element:
        """Where the fact is only presumed."""


@dataclass(frozen=True, slots=True)
class Truth3(Generic[Element]):
    """Where a condition is true, and where it is false; it is undecided everywhere else."""

    yes: Element
    no: Element


class Truths(Generic[Element]):
    """The truth of conditions in one world; each part of a condition is worked out once.

    sure: what is only presumed counts as unknown, except that it is something to `.exists()`, as in the reasons that
        drafting gives.
    """

    def __init__(self, world: World[Element], *, sure: bool = False) -> None:
        self.world = world
        self._sure = sure
        self._seen: dict[int, tuple[Expression, Truth3[Element]]] = {}

    def where_other(self, old: Expression, new: Expression) -> Truths[Element]:
        """The truths where one expression, wherever it stands, is another."""
        other = Truths(self.world, sure=self._sure)
        other._seen[id(old)] = old, self.of(new)
        return other

    def of(self, expression: Expression) -> Truth3[Element]:
        """Where an expression over findings is true, and where it is false."""
        # By identity, since named conditions are one object wherever they stand; kept, so that the id stays theirs.
        if id(expression) not in self._seen:
            self._seen[id(expression)] = expression, self._worked_out(expression)
        return self._seen[id(expression)][1]

    def _worked_out(self, expression: Expression) -> Truth3[Element]:
        algebra = self.world.algebra
        match expression:
            case Conjunction(operands):
                parts = [self.of(operand) for operand in operands]
                return Truth3(algebra.each(part.yes for part in parts), algebra.some(part.no for part in parts))
            case Disjunction(operands):
                parts = [self.of(operand) for operand in operands]
                return Truth3(algebra.some(part.yes for part in parts), algebra.each(part.no for part in parts))
            case Negation(operand):
                inner = self.of(operand)
                return Truth3(inner.no, inner.yes)
            case Literally(value):
                answers = (algebra.everybody, algebra.nobody)
                return Truth3(*(answers if value else reversed(answers)))
            case Existence(name):
                known = self.world.where(name, _anything)
                return Truth3(known, algebra.other(known))
            case Comparison(name, symbol, value):
                return self._known(name, partial(_compare, symbol, value))
            case Membership(name, values):
                return self._known(name, values.__contains__)
            case Name(name):
                return self._known(name, bool)
        raise AssertionError(expression)

    def _known(self, name: str, test: Test) -> Truth3[Element]:
        yes, no = self.world.where(name, test), self.world.where(name, partial(_fails, test))
        if not self._sure:
            return Truth3(yes, no)
        algebra = self.world.algebra
        reported = algebra.other(self.world.presumed(name))
        return Truth3(algebra.each((yes, reported)), algebra.each((no, reported)))


def _anything(_: Value) -> bool:
    return True


def _fails(test: Test, value: Value) -> bool:
    return not test(value)


def _compare(symbol: ComparisonOperator, value: Value, found: Value) -> bool:
    return OPERATIONS[symbol](found, value)
