"""Conditions that are never true or never false for any chart, and rules whose removal would change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from plugin.library.expressions import Literally
from plugin.library.rules import CategoryRule, Gate, Template
from plugin.quality.proof.charts import Charts
from plugin.quality.proof.domains import domains, expressions_of
from plugin.quality.proof.formulas import Formula
from plugin.quality.proof.policy import Policy
from plugin.quality.proof.solving import Solving

NEVER = Literally(False)


@dataclass(frozen=True, slots=True)
class Senseless:
    """A rule that says nothing. what: its condition is never `true` or never `false`, or the rule changes `nothing`."""

    rule: str
    what: Literal["true", "false", "nothing"]


def every_chart(template: Template) -> tuple[Policy[Formula], Solving]:
    """The policy over every chart there could be, and a solver for it."""
    charts = Charts(template.vocabulary, domains(template.vocabulary, expressions_of(template)))
    return Policy(template, charts), Solving(charts.algebra, charts.laws())


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
    instead, touched = {id(rule.condition): NEVER}, _touched(rule, cases)
    without = cases.changed(instead, touched)
    if any(_ranks(cases, rule, code) != _ranks(without, rule, code) for code in touched):
        return False
    lacking = policy.changed(instead, touched)
    return all(solving.somebody(_differs(policy, lacking, rule, code)) is None for code in touched)


def _touched(rule: CategoryRule | Gate, policy: Policy[int]) -> tuple[str, ...]:
    if isinstance(rule, CategoryRule):
        return (rule.code,)
    everywhere = rule.disposition == "no-plan" or not rule.targets
    return tuple(code for code in policy.categories if everywhere or code in rule.targets)


def _ranks(policy: Policy[int], rule: CategoryRule | Gate, code: str) -> list[object]:
    return [policy.line(code), *(policy.agent(name, code) for name in _agents(policy.template, rule, code))]


def _agents(template: Template, rule: CategoryRule | Gate, code: str) -> Iterable[str]:
    """The drugs of a line that a gate may hold back by itself."""
    return [name for name in template.activities[code].agents if isinstance(rule, Gate) and name in rule.agents]


def _differs(one: Policy[Formula], two: Policy[Formula], rule: CategoryRule | Gate, code: str) -> Formula:
    algebra = one.algebra
    pairs = [(one.line(code), two.line(code))]
    pairs += [(one.agent(name, code), two.agent(name, code)) for name in _agents(one.template, rule, code)]
    steps = [
        step
        for left, right in pairs
        for step in (
            (left.closed, right.closed),
            (left.judgement, right.judgement),
            (left.conditional, right.conditional),
        )
    ]
    return algebra.some(
        algebra.some((algebra.each((a, algebra.other(b))), algebra.each((b, algebra.other(a))))) for a, b in steps
    )
