"""What people stated of one patient, held against what the chart holds of it: what leads, and the draft it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plugin.delivery.held import Copies, is_in_force, leads, stated_at
from plugin.delivery.statements import observations
from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_plan
from plugin.library.rules import Template
from plugin.review.memory import ChartMemory, Ground
from plugin.storage.reviews import Fact

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stated:
    """The statements that lead, those taken back, and the copies in the chart that they replace."""

    statements: Mapping[str, Fact]
    withdrawn: Mapping[str, Fact]
    replaced: list[Resource] = field(default_factory=list)

    @property
    def leading(self) -> frozenset[str]:
        """The findings of which the last word was entered here."""
        return frozenset((*self.statements, *self.withdrawn))


def stated_of(words: Mapping[str, Fact], copies: Copies) -> Stated:
    """What leads of the words in force, where the chart holds copies of statements too.

    What was stated here replaces what the chart holds of the same statement, so that nobody contradicts herself.
    """
    leading = {code: fact for code, fact in words.items() if leads(fact, copies.get(code, []))}
    replaced = [copy for code in leading for copy in copies.get(code, []) if is_in_force(copy)]
    return Stated(
        {code: fact for code, fact in leading.items() if fact.value is not None},
        {code: fact for code, fact in leading.items() if fact.value is None},
        replaced,
    )


def stated_without(about: Fact, words: Mapping[str, Fact], copies: Copies) -> Stated:
    """The same as if an entry that makes, takes back or makes again the statement `about` had not been made.

    words: those in force without it. A copy in the chart that is not older than the statement came from it, by a save,
    and is left out.
    """
    held = copies.get(about.finding, [])
    younger = [copy for copy in held if stated_at(copy) >= about.at.replace(microsecond=0)]
    older = [copy for copy in held if not any(copy is each for each in younger)]
    found = stated_of(words, {**copies, about.finding: older})
    return Stated(found.statements, found.withdrawn, [*found.replaced, *filter(is_in_force, younger)])


def supposing(stated: Stated, hypotheses: Mapping[str, Fact], copies: Copies) -> Stated:
    """The same with hypothetical statements, which lead over everything else that was stated."""
    replaced = [copy for code in hypotheses for copy in copies.get(code, []) if is_in_force(copy)]
    kept = [copy for copy in stated.replaced if not any(copy is each for each in replaced)]
    withdrawn = {code: fact for code, fact in stated.withdrawn.items() if code not in hypotheses}
    return Stated({**stated.statements, **hypotheses}, withdrawn, [*kept, *replaced])


def draft_of(ground: Ground, stated: Stated, template: Template, memory: ChartMemory | None, patient_id: str) -> Draft:
    """The draft of a chart with statements; memory: where to look for it and keep it, None for neither."""
    beside = observations(stated.statements.values(), template.vocabulary, patient_id)

    def make() -> Draft:
        return draft_plan(ground.findings(stated.replaced, beside), template, ground.as_of)

    return make() if memory is None else memory.draft(stated.replaced, beside, make)
