"""Every way to turn one comparison of a condition around, as its author wrote it."""

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
    """A condition with one comparison turned around: that comparison as it was, and the whole as it would be."""

    leaf: Leaf
    expression: Expression


def flips(expression: Expression) -> Iterator[Flip]:
    """The condition with each of its comparisons turned around, one at a time, in reading order."""
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            for place, operand in enumerate(operands):
                for flip in flips(operand):
                    several = (*operands[:place], flip.expression, *operands[place + 1 :])
                    yield Flip(flip.leaf, replace(expression, operands=several))
        case Negation(operand):
            for flip in flips(operand):
                yield Flip(flip.leaf, Negation(flip.expression))
        case _:
            yield Flip(expression, _turned(expression))


def _turned(leaf: Leaf) -> Expression:
    match leaf:
        case Comparison(_, symbol, _):
            return replace(leaf, operator=OPPOSITE[symbol])
        case Literally(value):
            return Literally(not value)
        case Membership() | Existence() | Name():
            return Negation(leaf)
