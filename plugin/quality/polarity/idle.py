"""Comparisons that can never matter: turned around, they leave every draft as it is, for any chart."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from plugin.library.expressions import Expression
from plugin.library.rules import NamedCondition, Rule, Template
from plugin.quality.proof.charts import Charts
from plugin.quality.proof.domains import domains, expressions_of
from plugin.quality.proof.formulas import Formula
from plugin.quality.proof.outcomes import differ, outcomes, touched
from plugin.quality.proof.policy import Policy
from plugin.quality.proof.solving import OutOfPatience, Solving


class Idleness:
    """Asks the solver about all charts there could be; built only when something is asked."""

    def __init__(self, template: Template) -> None:
        self.template = template

    def of_rule(self, rule: Rule, expression: Expression) -> bool:
        """Whether no draft differs when the rule has this condition instead of its own."""
        changed = self._policy.changed({id(rule.condition): expression}, touched(rule, self._policy))
        return self._never(differ(outcomes(rule, self._policy), outcomes(rule, changed), self._charts.algebra))

    def of_name(self, named: NamedCondition, expression: Expression) -> bool:
        """Whether no condition that uses the name has another answer when the name stands for this."""
        old = named.condition.expression
        truths, sure = (each.where_other(old, expression) for each in (self._policy.truths, self._policy.sure))
        changed = Policy(self.template, self._charts, truths=truths, sure=sure)
        return self._never(differ(self._answers(self._policy), self._answers(changed), self._charts.algebra))

    def _answers(self, policy: Policy[Formula]) -> Iterator[Formula]:
        for rule in self.template.rules:
            for truth in (policy.truth(rule.condition), policy.surely(rule.condition)):
                yield from (truth.yes, truth.no)

    def _never(self, formula: Formula) -> bool:
        """Whether a formula is true of nobody; what the solver cannot tell in its time may matter."""
        try:
            return self._solving.somebody(formula) is None
        except OutOfPatience:
            return False

    @cached_property
    def _charts(self) -> Charts:
        return Charts(self.template.vocabulary, domains(self.template.vocabulary, expressions_of(self.template)))

    @cached_property
    def _policy(self) -> Policy[Formula]:
        return Policy(self.template, self._charts)

    @cached_property
    def _solving(self) -> Solving:
        return Solving(self._charts.algebra, self._charts.laws())
