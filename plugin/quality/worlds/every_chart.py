"""The policy of a template for every chart there could be, and a solver to ask about it; built once a template."""

from __future__ import annotations

from functools import lru_cache

from plugin.library.rules import Template
from plugin.quality.worlds.charts import Charts
from plugin.quality.worlds.domains import domains, expressions_of
from plugin.quality.worlds.formulas import Formula, Formulas
from plugin.quality.worlds.index import Same
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.solving import OutOfPatience, Solving


class EveryChart:
    """All that charts can give of one template."""

    def __init__(self, template: Template) -> None:
        self.charts = Charts(template.vocabulary, domains(template.vocabulary, expressions_of(template)))
        self.policy: Policy[Formula] = Policy(template, self.charts)
        self.solving = Solving(self.charts.algebra, self.charts.laws())

    @property
    def algebra(self) -> Formulas:
        """The algebra of its formulas."""
        return self.charts.algebra

    def never(self, formula: Formula) -> bool:
        """Whether a formula is true of no chart; what the solver cannot tell in its time may be true of one."""
        try:
            return self.solving.somebody(formula) is None
        except OutOfPatience:
            return False


def every_chart(template: Template) -> EveryChart:
    """Every chart of a template; the same object for the same template."""
    return _made(Same(template))


@lru_cache(maxsize=2)
def _made(same: Same) -> EveryChart:
    return EveryChart(same.template)
