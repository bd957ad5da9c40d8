"""Which lines a draft says not to give together, over an algebra, as `plugin.drafting.combinations` says it of one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from typing import TYPE_CHECKING

from plugin.library.rules import Combination, Side
from plugin.quality.worlds.algebra import Element

if TYPE_CHECKING:
    from plugin.quality.worlds.policy import Policy


def said(rule: Combination, policy: Policy[Element]) -> Element:
    """Where any line of the draft names another, or two of its own drugs, by this rule."""
    return policy.algebra.some(apart(rule, code, other, policy) for code, other in product(policy.categories, repeat=2))


def not_beside(code: str, other: str, policy: Policy[Element]) -> Element:
    """Where the line of a category names another that must not be given at the same time, or itself."""
    return policy.algebra.some(apart(rule, code, other, policy) for rule in policy.template.combinations)


def apart(rule: Combination, code: str, other: str, policy: Policy[Element]) -> Element:
    """Where one rule keeps two lines apart; of a line and itself, two drugs that are no alternatives."""
    algebra = policy.algebra
    pairs = [*(_within(rule, code, policy) if code == other else _between(rule, code, other, policy))]
    if not pairs:
        return algebra.nobody
    holds = algebra.other(policy.truth(rule.condition).no)
    open_ = [algebra.other(policy.line(each).closed) for each in dict.fromkeys((code, other))]
    return algebra.each((holds, *open_, algebra.some(pairs)))


def _between(rule: Combination, code: str, other: str, policy: Policy[Element]) -> Iterator[Element]:
    for one, two in permutations(rule.sides):
        if _is_whole(one, code, policy) and _is_whole(two, other, policy):
            yield policy.algebra.everybody
        for first, second in product(_drugs(one, code, policy), _drugs(two, other, policy)):
            if first != second:
                yield _both_open(first, code, second, other, policy)


def _within(rule: Combination, code: str, policy: Policy[Element]) -> Iterator[Element]:
    parts = [frozenset(part.agents) for part in policy.template.parts.get(code, ())]
    one, two = rule.sides
    for first, second in product(_drugs(one, code, policy), _drugs(two, code, policy)):
        if second not in one.agents and not any({first, second} <= part for part in parts):
            yield _both_open(first, code, second, code, policy)


def _is_whole(side: Side, code: str, policy: Policy[Element]) -> bool:
    return side.takes(code, policy.template.parts.get(code, ()))


def _drugs(side: Side, code: str, policy: Policy[Element]) -> list[str]:
    return [name for name in policy.template.activities[code].agents if name in side.agents]


def _both_open(first: str, code: str, second: str, other: str, policy: Policy[Element]) -> Element:
    algebra = policy.algebra
    held = (policy.agent(first, code).closed, policy.agent(second, other).closed)
    return algebra.other(algebra.some(held))
