"""Conditions: a declared subset of FHIRPath, parsed strictly, compiled once, three-valued.

The subset: `%names`, literals (string, integer, decimal, boolean), `= != < <= > >=`, `in ('a' | 'b')`,
`and or not() implies`, `.exists()` and brackets. Anything else is refused when the template loads.
None stands for FHIRPath's empty collection: we do not know. Source: FHIRPath 2.0, 6.5 Boolean logic.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from plugin.library.vocabulary import Value

Environment: TypeAlias = Mapping[str, Value | None]
Truth: TypeAlias = bool | None
# What was decided already in one environment, by the function that decided it.
Seen: TypeAlias = dict[Any, Truth]
Decide: TypeAlias = Callable[[Environment, Seen], Truth]
ComparisonOperator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]

OPERATIONS: dict[ComparisonOperator, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
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


# A tuple, since a union of types is made anew wherever it is written, and asked about thousands of times a patient.
JOINED = (Conjunction, Disjunction)
Leaf: TypeAlias = Literally | Name | Comparison | Membership | Existence
Expression: TypeAlias = Leaf | Negation | Conjunction | Disjunction


def evaluate(expression: Expression, environment: Environment) -> Truth:
    """True, False, or None where the facts do not decide it.

    environment: variable name -> value; None (or absent) for a fact that is not known. Named conditions stand in it
    with their own truth. Raises TypeError when a value's type does not fit the comparison; the loader rules that out.
    """
    return EVALUATORS[type(expression)](expression, environment)


@lru_cache(maxsize=16384)
def compiled(expression: Expression, *, foresee: bool = False) -> Decide:
    """The expression as one function that answers as `evaluate` does, for those who ask it many times.

    foresee: the answer that holds whatever the unknown facts turn out to be; None where it may go either way. It
        differs only in `.exists()`, which is false of an unknown fact today and may be true of it tomorrow.
    The function takes the environment and a dictionary in which it remembers what it answered there: a named condition
    stands in many others, and with one dictionary for all of them each part is worked out once. A changed environment
    needs a new one. Equal expressions give the same function.
    """
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            settling = isinstance(expression, Disjunction)
            return _joined(tuple(compiled(operand, foresee=foresee) for operand in operands), settling)
        case Negation(operand):
            inner = compiled(operand, foresee=foresee)
            return lambda environment, seen: _invert(inner(environment, seen))
        case Existence(name) if foresee:
            return lambda environment, _: None if environment.get(name) is None else True
        case Existence(name):
            return lambda environment, _: environment.get(name) is not None
        case Comparison(name, symbol, value):
            return _compared(name, OPERATIONS[symbol], value)
        case Membership(name, values):
            return _known(name, values.__contains__)
        case Name(name):
            return _known(name, bool)
        case Literally(value):
            return lambda _environment, _: value
    raise AssertionError(expression)


def _known(name: str, judge: Callable[[Value], bool]) -> Decide:
    def known(environment: Environment, _: Seen) -> Truth:
        found = environment.get(name)
        return None if found is None else judge(found)

    return known


def _compared(name: str, operation: Callable[[Value, Value], bool], value: Value) -> Decide:
    def compared(environment: Environment, _: Seen) -> Truth:
        found = environment.get(name)
        return None if found is None else operation(found, value)

    return compared


def _joined(parts: tuple[Decide, ...], settling: bool) -> Decide:
    def joined(environment: Environment, seen: Seen) -> Truth:
        if joined in seen:
            return seen[joined]
        result: Truth = not settling
        for part in parts:
            truth = part(environment, seen)
            if truth is settling:
                result = settling
                break
            if truth is None:
                result = None
        seen[joined] = result
        return result

    return joined


def _conjunction(expression: Any, environment: Environment) -> Truth:
    result: Truth = True
    for operand in expression.operands:
        truth = EVALUATORS[type(operand)](operand, environment)
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def _disjunction(expression: Any, environment: Environment) -> Truth:
    result: Truth = False
    for operand in expression.operands:
        truth = EVALUATORS[type(operand)](operand, environment)
        if truth is True:
            return True
        if truth is None:
            result = None
    return result


def _comparison(expression: Any, environment: Environment) -> Truth:
    found = environment.get(expression.name)
    return None if found is None else OPERATIONS[expression.operator](found, expression.value)


def _membership(expression: Any, environment: Environment) -> Truth:
    found = environment.get(expression.name)
    return None if found is None else found in expression.values


def _name(expression: Any, environment: Environment) -> Truth:
    found = environment.get(expression.name)
    return None if found is None else bool(found)


# By type, since this runs some hundred thousand times for a template's cases: a chain of patterns takes twice as long.
EVALUATORS: dict[type, Callable[[Any, Environment], Truth]] = {
    Conjunction: _conjunction,
    Disjunction: _disjunction,
    Negation: lambda expression, environment: _invert(evaluate(expression.operand, environment)),
    Comparison: _comparison,
    Membership: _membership,
    Name: _name,
    Existence: lambda expression, environment: environment.get(expression.name) is not None,
    Literally: lambda expression, _: expression.value,
}


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


def demands(expression: Expression) -> frozenset[Expression]:
    """What must all be so for the expression to be true: the parts of a conjunction and of those inside it."""
    match expression:
        case Conjunction(operands):
            return frozenset[Expression]().union(*map(demands, operands))
    return frozenset({expression})


def inline(expression: Expression, definitions: Mapping[str, Expression]) -> Expression:
    """The expression with every named condition replaced by what it stands for, so that only findings are left."""
    match expression:
        case Conjunction(operands):
            return Conjunction(tuple(inline(operand, definitions) for operand in operands))
        case Disjunction(operands):
            return Disjunction(tuple(inline(operand, definitions) for operand in operands))
        case Negation(operand):
            return Negation(inline(operand, definitions))
        case Name(name) if name in definitions:
            return definitions[name]
    return expression


def leaves(expression: Expression) -> Iterator[Leaf]:
    """Every comparison, membership, existence test, name and literal in the expression, in reading order."""
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            for operand in operands:
                yield from leaves(operand)
        case Negation(operand):
            yield from leaves(operand)
        case _:
            yield expression


def numbers_in(expression: Expression) -> Iterator[Comparison | Membership]:
    """Every comparison of a finding with numbers, in reading order."""
    for leaf in leaves(expression):
        match leaf:
            case Comparison(_, _, value) if not isinstance(value, str | bool):
                yield leaf
            case Membership(_, values) if not any(isinstance(value, str | bool) for value in values):
                yield leaf


Decision: TypeAlias = tuple[Truth, frozenset[str]]


def deciding(
    expression: Expression,
    environment: Environment,
    cost: Callable[[str], int] = lambda _: 0,
    seen: dict[int, Decision] | None = None,
) -> Decision:
    """The expression's truth, and the names whose values make it what it is: true, false, or undecided.

    Where one of several operands would be enough, the cheapest set counts by `cost` of its names (so that a reported
    fact is preferred to a presumed one), then the one written first. For an undecided expression these are the unknown
    names that keep it so. That something is known at all does not rest on its value.

    seen: what was decided already in this environment at this cost, by identity, since named conditions are one object
        in all expressions that they stand in. The expressions must outlive it.
    """
    if isinstance(expression, JOINED):
        if seen is not None and id(expression) in seen:
            return seen[id(expression)]
        settling = isinstance(expression, Disjunction)
        parts = [deciding(each, environment, cost, seen) for each in expression.operands]
        decided = _of_several(parts, settling, cost)
        if seen is not None:
            seen[id(expression)] = decided
        return decided
    if isinstance(expression, Negation):
        truth, names = deciding(expression.operand, environment, cost, seen)
        return _invert(truth), names
    if isinstance(expression, Existence) and environment.get(expression.name) is not None:
        return True, frozenset()
    if isinstance(expression, Literally):
        return expression.value, frozenset()
    return evaluate(expression, environment), _own_name(expression.name)


@lru_cache(maxsize=1024)
def _own_name(name: str) -> frozenset[str]:
    return frozenset((name,))


def _of_several(parts: list[Decision], settling: bool, cost: Callable[[str], int]) -> Decision:
    """What operands say together, where a single one that is `settling` settles all."""
    enough = [names for truth, names in parts if truth is settling]
    if len(enough) == 1:
        return settling, enough[0]
    if enough:
        return settling, min(enough, key=lambda names: sum(map(cost, names)))
    waiting = [names for truth, names in parts if truth is None]
    if waiting:
        return None, frozenset().union(*waiting)
    return not settling, frozenset().union(*(names for _, names in parts))


def written(expression: Expression) -> str:
    """The expression as FHIRPath text, fully bracketed."""
    match expression:
        case Conjunction(operands):
            return "(" + " and ".join(map(written, operands)) + ")"
        case Disjunction(operands):
            return "(" + " or ".join(map(written, operands)) + ")"
        case Negation(operand):
            return f"{written(operand)}.not()"
        case Comparison(name, symbol, value):
            return f"(%{name} {symbol} {_literal(value)})"
        case Membership(name, values):
            return f"(%{name} in ({' | '.join(map(_literal, values))}))"
        case Existence(name):
            return f"%{name}.exists()"
        case Name(name):
            return f"%{name}"
        case Literally(value):
            return _literal(value)
    raise AssertionError(expression)


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else str(value)
