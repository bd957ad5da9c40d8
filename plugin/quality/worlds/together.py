"""Which lines a draft says not to give together, over an algebra, as `plugin.drafting.combinations` says it of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from typing import TYPE_CHECKING

from plugin.library.rules import Combination, Side, Template
from plugin.quality.worlds.algebra import Element
from plugin.quality.worlds.index import Same, index_of

if TYPE_CHECKING:
    from plugin.quality.worlds.policy import Policy


@dataclass(frozen=True, slots=True)
class Apart:
    """What a rule says of two lines: whole ones exclude each other, else these drugs of the one and of the other do."""

    whole: bool
    drugs: tuple[tuple[str, str], ...]


def said(rule: Combination, policy: Policy[Element]) -> Element:
    """Where any line of the draft names another, or two of its own drugs, by this rule."""
    lines = _lines_apart(Same(policy.template))[rule.id]
    return policy.algebra.some(_kept(rule, code, other, apart, policy) for (code, other), apart in lines.items())


def not_beside(code: str, other: str, policy: Policy[Element]) -> Element:
    """Where the line of a category names another that must not be given at the same time, or itself."""
    found = _lines_apart(Same(policy.template))
    return policy.algebra.some(
        _kept(rule, code, other, apart, policy)
        for rule in policy.template.combinations
        if (apart := found[rule.id].get((code, other)))
    )


def _kept(rule: Combination, code: str, other: str, apart: Apart, policy: Policy[Element]) -> Element:
    algebra = policy.algebra
    holds = algebra.other(policy.truth(rule.condition).no)
    open_ = [algebra.other(policy.line(each).closed) for each in dict.fromkeys((code, other))]
    if apart.whole:
        return algebra.each((holds, *open_))
    pairs = (_both_open(first, code, second, other, policy) for first, second in apart.drugs)
    return algebra.each((holds, *open_, algebra.some(pairs)))


def _both_open(first: str, code: str, second: str, other: str, policy: Policy[Element]) -> Element:
    algebra = policy.algebra
    held = (policy.agent(first, code).closed, policy.agent(second, other).closed)
    return algebra.other(algebra.some(held))


@lru_cache(maxsize=4)
def _lines_apart(same: Same) -> Mapping[str, Mapping[tuple[str, str], Apart]]:
    """Combination -> two categories -> what it says of them; of a category and itself, drugs that are no alternatives.

    It asks no patient, so it is worked out once a template.
    """
    template = same.template
    codes = tuple(index_of(template).rules)
    return {rule.id: dict(_apart(rule, codes, template)) for rule in template.combinations}


def _apart(rule: Combination, codes: tuple[str, ...], template: Template) -> Iterator[tuple[tuple[str, str], Apart]]:
    whole = {side: {code for code in codes if side.takes(code, template.parts.get(code, ()))} for side in rule.sides}
    drugs = {side: {code: _drugs(side, code, template) for code in codes} for side in rule.sides}
    touched = [code for code in codes if any(code in whole[side] or drugs[side][code] for side in rule.sides)]
    for code, other in product(touched, repeat=2):
        if code == other:
            apart = Apart(False, tuple(_within(rule, drugs, code, template)))
        else:
            both_ways = tuple(permutations(rule.sides))
            apart = Apart(
                any(code in whole[one] and other in whole[two] for one, two in both_ways),
                tuple(
                    (first, second)
                    for one, two in both_ways
                    for first, second in product(drugs[one][code], drugs[two][other])
                    if first != second
                ),
            )
        if apart.whole or apart.drugs:
            yield (code, other), apart


def _within(
    rule: Combination, drugs: Mapping[Side, Mapping[str, list[str]]], code: str, template: Template
) -> Iterator[tuple[str, str]]:
    parts = [frozenset(part.agents) for part in template.parts.get(code, ())]
    one, two = rule.sides
    for first, second in product(drugs[one][code], drugs[two][code]):
        if second not in one.agents and not any({first, second} <= part for part in parts):
            yield first, second


def _drugs(side: Side, code: str, template: Template) -> list[str]:
    return [name for name in template.activities[code].agents if name in side.agents]
