"""Deciding invariants for every patient there could be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from plugin.errors import Fault
from plugin.library.rules import Template
from plugin.quality.proof.claims import Claims
from plugin.quality.proof.examples import CounterExample, breaks, examples
from plugin.quality.proof.invariants import Invariant, read_invariants
from plugin.quality.worlds.charts import Charts
from plugin.quality.worlds.domains import domains, expressions_of
from plugin.quality.worlds.formulas import Formula
from plugin.quality.worlds.free import Anybody
from plugin.quality.worlds.learning import Learned
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.solving import OutOfPatience, Solving

Result = Literal["proven", "broken", "undecided"]
# Over which combinations: of facts as they are, whether a chart could tell them or not; or of what charts can tell.
Over = Literal["facts", "charts"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one invariant.

    combinations: how many were covered, of so many facts. over: of what. why: what stands in the way of a proof.
    """

    invariant: Invariant
    result: Result
    combinations: int
    facts: int
    over: Over
    why: str = ""
    counter_example: CounterExample | None = None


def decided(
    template: Template,
    folder: Path,
    as_of: date,
    only: str = "",
    told: Callable[[Verdict], None] = lambda _: None,
) -> tuple[tuple[Verdict, ...], tuple[Fault, ...]]:
    """Every invariant of the template in `folder`, decided; and what is wrong with those that cannot be read.

    only: the id of one invariant, all when empty. as_of: the day for which counter-examples are drafted.
    told: called with each verdict as it comes. Raises TemplateError where invariants.yaml is no YAML.
    """
    invariants, faults = read_invariants(folder, template)
    asked = [each for each in invariants if only in ("", each.id)]
    prover = Prover(template, asked, as_of)
    verdicts = []
    for invariant in asked:
        verdict = prover.verdict(invariant)
        verdicts.append(verdict)
        told(verdict)
    return tuple(verdicts), faults


class Prover:
    """Decides invariants of one template.

    A statement is first put to all combinations of the facts themselves, whether or not a chart could give them: what
    holds there, holds for every chart. Only one that fails there is put to what charts can give, where facts follow
    from each other.
    """

    def __init__(self, template: Template, invariants: Iterable[Invariant], as_of: date) -> None:
        self.template = template
        self.as_of = as_of
        asked = (invariant.when.expression for invariant in invariants)
        self._domains = domains(template.vocabulary, (*expressions_of(template), *asked))

    def verdict(self, invariant: Invariant) -> Verdict:
        """Whether an invariant holds, over how many combinations, and who breaks it otherwise."""
        try:
            if invariant.kind in ("rests-on-known", "learning-never-opens"):
                return self._of_two(invariant)
            return self._of_one(invariant)
        except OutOfPatience:
            return Verdict(invariant, "undecided", 0, 0, "facts", "the solver did not come to an end in its time")

    def _of_one(self, invariant: Invariant) -> Verdict:
        broken = self._anybody_claims.broken(invariant)
        if self._anybody_solving.somebody(broken) is None:
            return self._proven(invariant, self._anybody, broken)
        broken = self._charts_claims.broken(invariant)
        if self._charts_solving.somebody(broken) is None:
            return self._proven(invariant, self._charts, broken)
        for example in examples(broken, self._charts, self._charts_solving):
            if breaks(invariant, example, self.template, self.as_of):
                why = f"{self._facts(self._charts, broken)} facts decide it, and this patient breaks it: {example}"
                return Verdict(invariant, "broken", *self._covered(self._charts, broken), "charts", why, example)
        why = "some combination of facts breaks it, but no chart was found that gives it"
        return Verdict(invariant, "undecided", *self._covered(self._charts, broken), "charts", why)

    def _of_two(self, invariant: Invariant) -> Verdict:
        """Two patients who differ in one fact: first all there could be, then those of whom charts can tell."""
        verdict = self._learning(invariant, self._anybody, self._anybody_solving, self._anybody_claims.policy)
        if verdict.result == "proven":
            return verdict
        return self._learning(invariant, self._charts, self._charts_solving, self._charts_claims.policy)

    def _learning(
        self, invariant: Invariant, world: Anybody | Charts, solving: Solving, before: Policy[Formula]
    ) -> Verdict:
        algebra, learned = world.algebra, Learned(world)
        after = Policy(self.template, learned)
        changed = [self._changed(invariant, code, before, after) for code in invariant.categories or before.categories]
        allowed = [algebra.other(learned.learned(name)) for name in sorted(invariant.excepted & set(learned.facts))]
        broken = algebra.some(changed)
        found: dict[str, list[str]] = {}
        with solving.supposing(*learned.laws(), *allowed):
            for code, formula in zip(invariant.categories or before.categories, changed, strict=True):
                told: list[Formula] = []
                while somebody := solving.somebody(formula, *told):
                    name = next(name for name in learned.facts if somebody(learned.learned(name)))
                    found.setdefault(self._domains[name].code, []).append(code)
                    told.append(algebra.other(learned.learned(name)))
        if not found:
            return self._proven(invariant, world, broken)
        why = "; ".join(f"{fact} changes {', '.join(codes)}" for fact, codes in found.items())
        over: Over = "facts" if isinstance(world, Anybody) else "charts"
        covered, example = self._covered(world, broken), None
        if isinstance(world, Charts):
            with solving.supposing(*learned.laws(), *allowed):
                example = next(examples(broken, world, solving), None)
        why = f"one more fact alone: {why}" + (f"; such a patient before it: {example}" if example else "")
        return Verdict(invariant, "broken", *covered, over, why, example)

    def _changed(self, invariant: Invariant, code: str, before: Policy[Formula], after: Policy[Formula]) -> Formula:
        algebra, offered = before.algebra, before.ranks.where
        then, now = offered(before.line(code), "offered"), offered(after.line(code), "offered")
        if invariant.kind == "rests-on-known":
            return algebra.each((then, algebra.other(now)))
        return algebra.each((before.line(code).closed, now))

    def _proven(self, invariant: Invariant, world: Anybody | Charts, broken: Formula) -> Verdict:
        over: Over = "facts" if isinstance(world, Anybody) else "charts"
        return Verdict(invariant, "proven", *self._covered(world, broken), over)

    def _covered(self, world: Anybody | Charts, formula: Formula) -> tuple[int, int]:
        return world.combinations(formula), self._facts(world, formula)

    def _facts(self, world: Anybody | Charts, formula: Formula) -> int:
        return len(world.algebra.facts_in(formula))

    @cached_property
    def _anybody(self) -> Anybody:
        return Anybody(self._domains)

    @cached_property
    def _anybody_claims(self) -> Claims[Formula]:
        return Claims(Policy(self.template, self._anybody))

    @cached_property
    def _anybody_solving(self) -> Solving:
        return Solving(self._anybody.algebra, self._anybody.laws())

    @cached_property
    def _charts(self) -> Charts:
        return Charts(self.template.vocabulary, self._domains)

    @cached_property
    def _charts_claims(self) -> Claims[Formula]:
        return Claims(Policy(self.template, self._charts))

    @cached_property
    def _charts_solving(self) -> Solving:
        return Solving(self._charts.algebra, self._charts.laws())
