"""The goals of a reviewed plan: written beside it, or kept inside it where the EHR takes no Goal from us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plugin.delivery.plan import IDENTIFIER_SYSTEM, ReviewedPlan
from plugin.delivery.requests import created
from plugin.drafting.goal_fhir import goals_of

Resource = dict[str, Any]
KEPT_INSIDE = "The goals are kept inside this plan, since the EHR takes no goals from the plug-in."


@dataclass(frozen=True, slots=True)
class PlanGoals:
    """references: what CarePlan.goal names. entries: Goals to create. contained: those that stay inside the plan."""

    references: tuple[str, ...]
    entries: tuple[Resource, ...] = ()
    contained: tuple[Resource, ...] = ()


def plan_goals(plan: ReviewedPlan, held: Mapping[str, str]) -> PlanGoals:
    """The goals of a plan.

    held: identifier value -> reference of the goals that the EHR holds from an earlier save. They are left as they are:
    whoever accepted or reworded one there has the last word.
    """
    references: list[str] = []
    entries: list[Resource] = []
    contained: list[Resource] = []
    for name, goal in _goals(plan):
        identifier = plan.identifier("goal", name)
        value = identifier["value"]
        if isinstance(goal, str):
            references.append(goal)
        elif not plan.writes_goals:
            contained.append(goal | {"id": value})
            references.append(f"#{value}")
        elif value in held:
            references.append(held[value])
        else:
            entries.append(created(goal | {"identifier": [identifier]}))
            references.append(entries[-1]["fullUrl"])
    return PlanGoals(tuple(references), tuple(entries), tuple(contained))


def is_of_a_plan(resource: Resource) -> bool:
    """Whether a resource of the chart was written with a plan of ours: it carries an identifier of such a plan."""
    found = resource.get("identifier")
    identifiers = found if isinstance(found, list) else [found]
    return any(isinstance(each, dict) and each.get("system") == IDENTIFIER_SYSTEM for each in identifiers)


def goal_names(plan: ReviewedPlan) -> list[str]:
    """What tells the goals of one plan from those of another, however they are written."""
    return [name for name, _ in _goals(plan)]


def _goals(plan: ReviewedPlan) -> Iterator[tuple[str, str | Resource]]:
    """The goals that are written: all, or those alone that somebody set, where the proposals are left out."""
    proposed = {f"goal-{line.code}" for line in plan.draft.proposed_goals()} if plan.goals_left_out else set()
    yield from ((name, goal) for name, goal in goals_of(plan.draft, _subject(plan)) if name not in proposed)


def _subject(plan: ReviewedPlan) -> Resource:
    return {"reference": f"Patient/{plan.patient.patient_id}"}
