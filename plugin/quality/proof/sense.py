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
from plugin.quality.worlds.truths import Truth3

NEVER = Literally(False)
FEW = 150


@dataclass(frozen=True, slots=True)
class Senseless:
    """A rule that says nothing. what: its condition is never `true` or never `false`, or the rule changes `nothing`."""

    rule: str
    what: Literal["true", "false", "nothing"]


def senseless(template: Template, cases: Policy[int], policy: Policy[Formula], solving: Solving) -> Iterator[Senseless]:
    """Every rule whose condition is constant, and every rule of a line or gate that changes no line of any chart.

    cases: the policy over patients who were read; what one of them shows needs no solver. Where the cases show hardly
    any rule, none is asked about: they are yet to be written.
    """
    rules = [rule for rule in template.rules if not isinstance(rule.condition.expression, Literally)]
    open_ = [rule for rule in rules if not all(_sides(cases.truth(rule.condition)))]
    idle = [rule for rule in rules if isinstance(rule, CategoryRule | Gate) and _is_idle_in_cases(rule, cases)]
    constant: set[str] = set()
    for rule in open_ if len(open_) <= FEW else ():
        shown, there = cases.truth(rule.condition), policy.truth(rule.condition)
        if not shown.yes and solving.somebody(there.yes) is None:
            constant.add(rule.id)
            yield Senseless(rule.id, "true")
        elif not shown.no and solving.somebody(there.no) is None:
            constant.add(rule.id)
            yield Senseless(rule.id, "false")
    for rule in idle if len(idle) <= FEW else ():
        if rule.id not in constant and _is_idle(rule, policy, solving):
            yield Senseless(rule.id, "nothing")


def _sides(truth: Truth3[int]) -> tuple[int, int]:
    return truth.yes, truth.no


def _is_idle_in_cases(rule: CategoryRule | Gate, cases: Policy[int]) -> bool:
    """Whether all lines of the cases stand and name their drugs as they would without the rule."""
    codes = touched(rule, cases)
    without = cases.changed({id(rule.condition): NEVER}, codes)
    return all(ranks(rule, code, cases) == ranks(rule, code, without) for code in codes)


def _is_idle(rule: CategoryRule | Gate, policy: Policy[Formula], solving: Solving) -> bool:
    """Whether all lines of every chart stand and name their drugs as they would without the rule."""
    codes = touched(rule, policy)
    lacking = policy.changed({id(rule.condition): NEVER}, codes)
    return all(
        solving.somebody(differ(_steps(rule, code, policy), _steps(rule, code, lacking), policy.algebra)) is None
        for code in codes
    )


def _steps(rule: CategoryRule | Gate, code: str, policy: Policy[Formula]) -> list[Formula]:
    return [step for rank in ranks(rule, code, policy) for step in rank.steps]
