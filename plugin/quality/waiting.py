"""Can a condition be undecided at all? Conditions that only ask `.exists()` never are."""

from __future__ import annotations

from plugin.library.expressions import (
    Conjunction,
    Disjunction,
    Existence,
    Expression,
    Literally,
    Negation,
)


def can_wait(expression: Expression, settled: frozenset[str] = frozenset()) -> bool:
    """Whether unknown facts can leave the expression undecided.

    settled: names that are known wherever this part decides, because `.exists()` on them stands beside it: the
    guarded `%x.exists() and %x` is never undecided, nor is `%x.exists().not() or %x`.
    """
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            guarded = settled | {name for operand in operands for name in _guard(operand)}
            return any(can_wait(operand, guarded) for operand in operands)
        case Negation(operand):
            return can_wait(operand, settled)
        case Existence() | Literally():
            return False
    return expression.name not in settled


def _guard(operand: Expression) -> tuple[str, ...]:
    while isinstance(operand, Negation):
        operand = operand.operand
    return (operand.name,) if isinstance(operand, Existence) else ()
