"""Which sides of conditions, and which values of facts, the cases of a template show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from plugin.library.expressions import Expression, Literally, inline, leaves, written
from plugin.library.grammar import parse
from plugin.library.rules import Template
from plugin.library.vocabulary import Value
from plugin.quality.worlds.domains import domains, expressions_of
from plugin.quality.worlds.every_chart import every_chart
from plugin.quality.worlds.index import index_of
from plugin.quality.worlds.policy import Policy

FEW = 200


@dataclass(frozen=True, slots=True)
class Side:
    """One side of one comparison of a rule; shown: whether a case has it."""

    rule: str
    leaf: str
    side: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One value of a fact that conditions tell apart; shown: whether it is so in a case."""

    finding: str
    value: Value
    shown: bool


def sides(policy: Policy[int]) -> Iterator[Side]:
    """Both sides of every comparison of every rule, as its author wrote it; but those that no chart can show.

    Those are looked for only where few are not shown: a template whose cases are yet to be written shows hardly any.
    """
    definitions = index_of(policy.template).definitions
    found: list[tuple[Side, Expression]] = []
    for rule in policy.template.rules:
        written_out = leaves(parse(rule.condition.text))
        for leaf in dict.fromkeys(each for each in written_out if not isinstance(each, Literally)):
            expression = inline(leaf, definitions)
            truth = policy.truths.of(expression)
            for side, shown in ((True, bool(truth.yes)), (False, bool(truth.no))):
                found.append((Side(rule.id, written(leaf), side, shown), expression))
    ask = sum(not side.shown for side, _ in found) <= FEW
    yield from (
        side for side, expression in found if side.shown or not ask or _can_be(expression, side.side, policy.template)
    )


def _can_be(expression: Expression, side: bool, template: Template) -> bool:
    charts = every_chart(template)
    truth = charts.policy.truths.of(expression)
    return not charts.never(truth.yes if side else truth.no)


def values(policy: Policy[int]) -> Iterator[Shown]:
    """Every value of every fact that conditions ask about; of numbers every range between two limits."""
    template = policy.template
    asked = template.conditioned_on()
    for name, domain in domains(template.vocabulary, expressions_of(template)).items():
        if domain.code not in asked:
            continue
        for place, value in enumerate(domain.values):
            following = domain.values[place + 1] if place + 1 < len(domain.values) else None
            shown = policy.world.where(name, partial(_is_one_of, value, following))
            yield Shown(domain.code, value, bool(shown))


def _is_one_of(value: Value, following: Value | None, found: Value) -> bool:
    """Whether a value stands for what was found: the same, or the lower limit of the range that it lies in."""
    if isinstance(value, bool | str):
        return found == value
    return found >= value and (following is None or found < following)  # type: ignore[operator]
