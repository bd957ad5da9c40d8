"""Comparisons that can never matter: turned around, they leave every draft as it is, for any chart."""

from __future__ import annotations

from collections.abc import Iterator

from plugin.library.expressions import Expression
from plugin.library.rules import CategoryRule, NamedCondition, Rule, Template
from plugin.quality.worlds.every_chart import every_chart
from plugin.quality.worlds.formulas import Formula
from plugin.quality.worlds.outcomes import differ, outcomes, touched
from plugin.quality.worlds.policy import Policy


def is_idle_rule(rule: Rule, expression: Expression, template: Template) -> bool:
    """Whether no draft of any chart differs when the rule has this condition instead of its own."""
    charts = every_chart(template)
    changed = charts.policy.changed({id(rule.condition): expression}, touched(rule, charts.policy))
    return charts.never(differ(outcomes(rule, charts.policy), outcomes(rule, changed), charts.algebra))


def is_idle_suspicion(rule: CategoryRule, expression: Expression, template: Template) -> bool:
    """Whether no chart is asked about in another order when a suspicion has this condition instead of its own."""
    charts = every_chart(template)
    changed = charts.policy.changed({id(rule.suspected): expression}, ())
    return charts.never(differ([charts.policy.suspected(rule.id)], [changed.suspected(rule.id)], charts.algebra))


def is_idle_name(named: NamedCondition, expression: Expression, template: Template) -> bool:
    """Whether no condition that uses the name has another answer for any chart when the name stands for this."""
    charts = every_chart(template)
    old, before = named.condition.expression, charts.policy
    truths, sure = (each.where_other(old, expression) for each in (before.truths, before.sure))
    after = Policy(template, charts.charts, truths=truths, sure=sure)
    return charts.never(differ(_answers(before), _answers(after), charts.algebra))


def _answers(policy: Policy[Formula]) -> Iterator[Formula]:
    for rule in policy.template.rules:
        for truth in (policy.truth(rule.condition), policy.surely(rule.condition)):
            yield from (truth.yes, truth.no)
