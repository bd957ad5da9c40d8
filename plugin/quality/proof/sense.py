"""Conditions that are never true or never false for any chart, and rules whose removal would change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from plugin.library.expressions import Literally
from plugin.library.rules import CategoryRule, Gate, Template
from plugin.quality.worlds.formulas import Formula
from plugin.quality.worlds.outcomes import differ, ranks, touched
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.solving import Solving

NEVER = Literally(False)


@dataclass(frozen=True, slots=True)
class Senseless:
    """A rule that says nothing. what: its condition is never `true` or never `false`, or the rule changes `nothing`."""

    rule: str
    what: Literal["true", "false", "nothing"]


def senseless(template: Template, cases: Policy[int], policy: Policy[Formula], solving: Solving) -> Iterator[Senseless]:
    """Every rule whose condition is constant, and every rule of a line or gate that changes no line of any chart.

    cases: the policy over patients who were read; what one of them shows needs no solver.
    """
    for rule in template.rules:
        if isinstance(rule.condition.expression, Literally):
            continue
        shown, there = cases.truth(rule.condition), policy.truth(rule.condition)
        if not shown.yes and solving.somebody(there.yes) is None:
            yield Senseless(rule.id, "true")
        elif not shown.no and solving.somebody(there.no) is None:
            yield Senseless(rule.id, "false")
        elif isinstance(rule, CategoryRule | Gate) and _is_idle(rule, cases, policy, solving):
            yield Senseless(rule.id, "nothing")


def _is_idle(rule: CategoryRule | Gate, cases: Policy[int], policy: Policy[Formula], solving: Solving) -> bool:
    """Whether all lines stand and name their drugs as without the rule: for the cases, then for every chart."""
    instead, codes = {id(rule.condition): NEVER}, touched(rule, cases)
    without = cases.changed(instead, codes)
    if any(ranks(rule, code, cases) != ranks(rule, code, without) for code in codes):
        return False
    lacking = policy.changed(instead, codes)
    return all(
        solving.somebody(differ(_steps(rule, code, policy), _steps(rule, code, lacking), policy.algebra)) is None
        for code in codes
    )


def _steps(rule: CategoryRule | Gate, code: str, policy: Policy[Formula]) -> list[Formula]:
    return [step for rank in ranks(rule, code, policy) for step in (rank.closed, rank.judgement, rank.conditional)]
