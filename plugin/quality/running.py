"""Running cases: the draft that each patient gets, compared with the lists that were expected."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plugin.drafting.facts import Facts
from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_from
from plugin.library.expressions import Truth
from plugin.library.rules import Template
from plugin.quality.cases import Case
from plugin.quality.misses import Miss, misses_of
from plugin.quality.stated import findings_from_values
from plugin.quality.worlds.index import index_of
from plugin.quality.worlds.observed import Seen, seen


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case.

    truth: of the condition of the rule that the case is about; None too for a whole patient.
    seen: what conditions see of the patient.
    """

    case: Case
    truth: Truth
    seen: Seen
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        """Whether every expected list came."""
        return not self.misses


def run_case(case: Case, template: Template) -> Outcome:
    """Draft for the patient of a case and compare."""
    facts = _facts(case, template)
    draft = draft_from(facts, template, case.as_of, weigh_facts=False)
    return replace(_undrafted(case, facts, template), misses=misses_of(case, lists_of(draft), draft, template))


def read_patient(cases: tuple[Case, ...], template: Template) -> tuple[Outcome, ...]:
    """Read the facts of the one patient of these cases, and draft nothing: outcomes without misses."""
    facts = _facts(cases[0], template)
    return tuple(_undrafted(case, facts, template) for case in cases)


def _facts(case: Case, template: Template) -> Facts:
    return Facts(findings_from_values(case.findings, template.vocabulary, case.as_of), template.vocabulary)


def _undrafted(case: Case, facts: Facts, template: Template) -> Outcome:
    rule = index_of(template).by_id.get(case.rule)
    return Outcome(case, facts.truth(rule.condition) if rule else None, seen(facts), ())


def lists_of(draft: Draft) -> dict[str, tuple[str, ...]]:
    """The codes of a draft by the names that the JSON contract gives its lists."""
    return {
        "offered": tuple(line.code for line in draft.standing("offered")),
        "conditional": tuple(line.code for line in draft.standing("conditional")),
        "judgement": tuple(line.code for line in draft.standing("judgement")),
        "not_offered": tuple(line.code for line in draft.standing("not-offered")),
        "assessments": tuple(line.code for line in draft.assessments),
        "supportive_care": tuple(line.code for line in draft.supportive_care),
        "alerts": tuple(alert.code for alert in draft.alerts),
        "goals": tuple(goal.code for goal in draft.proposed_goals()),
        "goals_to_ask": tuple(goal.code for goal in draft.goals_to_ask()),
    }
