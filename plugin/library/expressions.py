"""Conditions: a declared subset of FHIRPath, parsed strictly, compiled once, three-valued.

The subset: `%names`, literals (string, integer, decimal, boolean), `= != < <= > >=`, `in ('a' | 'b')`,
`and or not() implies`, `.exists()` and brackets. Anything else is refused when the template loads.
None stands for FHIRPath's empty collection: we do not know. Source: FHIRPath 2.0, 6.5 Boolean logic.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from plugin.library.vocabulary import Value

Environment: TypeAlias = Mapping[str, Value | None]
Truth: TypeAlias = bool | None
ComparisonOperator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]

OPERATIONS: dict[ComparisonOperator, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}


@dataclass(frozen=True, slots=True)
class Literally:
    """`true` or `false` written out."""

    value: bool


@dataclass(frozen=True, slots=True)
class Name:
    """`%name` used as a yes-or-no answer: a boolean finding or a named condition."""

    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`%name <operator> literal`; empty when the name is."""

    name: str
    operator: ComparisonOperator
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """`%name in ('a' | 'b')`; empty when the name is."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Existence:
    """`%name.exists()`: is it known at all? Never empty itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Negation:
    """`x.not()`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Conjunction:
    """`a and b and …`: false as soon as one is false, whatever is unknown."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """`a or b or …`: true as soon as one is true, whatever is unknown."""

    operands: tuple[Expression, ...]


Leaf: TypeAlias = Literally | Name | Comparison | Membership | Existence
Expression: TypeAlias = Leaf | Negation | Conjunction | Disjunction


def evaluate(expression: Expression, environment: Environment) -> Truth:
    """True, False, or None where the facts do not decide it.

    environment: variable name -> value; None (or absent) for a fact that is not known. Named conditions stand in it
    with their own truth. Raises TypeError when a value's type does not fit the comparison; the loader rules that out.
    """
    match expression:
        case Conjunction(operands):
            return _all(evaluate(operand, environment) for operand in operands)
        case Disjunction(operands):
            return _invert(_all(_invert(evaluate(operand, environment)) for operand in operands))
        case Negation(operand):
            return _invert(evaluate(operand, environment))
        case Comparison(name, symbol, value):
            found = environment.get(name)
            return None if found is None else OPERATIONS[symbol](found, value)
        case Name(name):
            found = environment.get(name)
            return None if found is None else bool(found)
        case Membership(name, values):
            found = environment.get(name)
            return None if found is None else found in values
        case Existence(name):
            return environment.get(name) is not None
        case Literally(value):
            return value
    raise AssertionError(expression)


def _all(truths: Iterable[Truth]) -> Truth:
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def _invert(truth: Truth) -> Truth:
    return None if truth is None else not truth


def names_in(expression: Expression) -> frozenset[str]:
    """Every `%name` the expression mentions, without the percent sign."""
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            return frozenset().union(*map(names_in, operands))
        case Negation(operand):
            return names_in(operand)
        case Literally():
            return frozenset()
    return frozenset({expression.name})
