"""Parts of conditions that never decide: without them the condition says the same of every chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from plugin.library.expressions import Conjunction, Disjunction, Expression, Negation, inline, written
from plugin.library.grammar import parse
from plugin.library.rules import Template
from plugin.quality.worlds.formulas import Formula
from plugin.quality.worlds.index import index_of
from plugin.quality.worlds.outcomes import differ
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.solving import Solving

FEW = 400


@dataclass(frozen=True, slots=True)
class IdlePart:
    """A part of the condition of a rule that never decides, as its author wrote it."""

    rule: str
    part: str


def idle_parts(template: Template, cases: Policy[int], policy: Policy[Formula], solving: Solving) -> Iterator[IdlePart]:
    """Every such part of every rule. cases: the policy over patients who were read; what one shows needs no solver.

    Where the cases leave many parts open, none is asked about: their cases are yet to be written.
    """
    definitions = index_of(template).definitions
    parts = [
        (rule, part, without)
        for rule in template.rules
        for part, rest in _parts(parse(rule.condition.text))
        if cases.truths.of(without := inline(rest, definitions)) == cases.truth(rule.condition)
    ]
    for rule, part, without in parts if len(parts) <= FEW else ():
        one, two = policy.truth(rule.condition), policy.truths.of(without)
        if solving.somebody(differ((one.yes, one.no), (two.yes, two.no), policy.algebra)) is None:
            yield IdlePart(rule.id, written(part))


def _parts(expression: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Every operand that could be left out, with what is left without it."""
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            for place, operand in enumerate(operands):
                others = (*operands[:place], *operands[place + 1 :])
                yield operand, replace(expression, operands=others) if len(others) > 1 else others[0]
                for part, rest in _parts(operand):
                    yield part, replace(expression, operands=(*operands[:place], rest, *operands[place + 1 :]))
        case Negation(operand):
            for part, rest in _parts(operand):
                yield part, Negation(rest)
