"""Every way to turn one comparison of a condition around, or to leave one part of it out, as its author wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from plugin.library.expressions import (
    Comparison,
    ComparisonOperator,
    Conjunction,
    Disjunction,
    Existence,
    Expression,
    Leaf,
    Literally,
    Membership,
    Name,
    Negation,
)
from plugin.library.rules import NamedCondition

OPPOSITE: dict[ComparisonOperator, ComparisonOperator] = {
    "=": "!=",
    "!=": "=",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}


@dataclass(frozen=True, slots=True)
class Flip:
    """A condition with one part turned around or left out: that part as it was, and the whole as it would be."""

    part: Expression
    expression: Expression


def flips(expression: Expression) -> Iterator[Flip]:
    """The condition with each of its comparisons turned around, one at a time, in reading order."""
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            for place, operand in enumerate(operands):
                for flip in flips(operand):
                    several = (*operands[:place], flip.expression, *operands[place + 1 :])
                    yield Flip(flip.part, replace(expression, operands=several))
        case Negation(operand):
            for flip in flips(operand):
                yield Flip(flip.part, Negation(flip.expression))
        case _:
            yield Flip(expression, _turned(expression))


def omissions(expression: Expression) -> Iterator[Flip]:
    """The condition with each part of its conjunctions and disjunctions left out, one at a time, in reading order.

    A part is a comparison, or several in brackets; a condition that is nothing but one comparison has none.
    """
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            for place, operand in enumerate(operands):
                left = (*operands[:place], *operands[place + 1 :])
                yield Flip(operand, left[0] if len(left) == 1 else replace(expression, operands=left))
                for flip in omissions(operand):
                    several = (*operands[:place], flip.expression, *operands[place + 1 :])
                    yield Flip(flip.part, replace(expression, operands=several))
        case Negation(operand):
            for flip in omissions(operand):
                yield Flip(flip.part, Negation(flip.expression))


def stands_in(named: NamedCondition, expression: Expression) -> bool:
    """Whether a named condition stands in an expression; it is one object wherever it stands."""
    if expression is named.condition.expression:
        return True
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            return any(stands_in(named, operand) for operand in operands)
        case Negation(operand):
            return stands_in(named, operand)
    return False


def put(expression: Expression, named: NamedCondition, other: Expression) -> Expression:
    """The expression with another in the place of a named condition; what does not hold it stays the same object."""
    if expression is named.condition.expression:
        return other
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            several = tuple(put(operand, named, other) for operand in operands)
            same = all(one is two for one, two in zip(operands, several, strict=True))
            return expression if same else replace(expression, operands=several)
        case Negation(operand):
            inner = put(operand, named, other)
            return expression if inner is operand else Negation(inner)
    return expression


def _turned(leaf: Leaf) -> Expression:
    match leaf:
        case Comparison(_, symbol, _):
            return replace(leaf, operator=OPPOSITE[symbol])
        case Literally(value):
            return Literally(not value)
        case Membership() | Existence() | Name():
            return Negation(leaf)
