"""The signs that cannot wait, as the page that the patient takes home names them: of what is in the plan, or given.

A sign that concerns every patient stands on every page. One that belongs to a treatment stands there when such a
treatment was accepted or changed, when the facts say that it is given, or when they leave that open. The others are not
forgotten: the clinician sees them before printing, and can put each of them on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plugin.delivery.plan import ReviewedPlan
from plugin.drafting.facts import Facts
from plugin.drafting.fitting import fitted
from plugin.library.languages import text_in
from plugin.library.rules import Mark

FORM, URGENT = "for-the-patient", "urgent"
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that cannot wait. fits: whether it belongs on the page of this plan."""

    key: str
    text: str
    fits: bool


@dataclass(frozen=True, slots=True)
class UrgentSigns:
    """What cannot wait, in one language: what to do, what else to know of it, and the signs in the template's order."""

    heading: str
    notes: tuple[str, ...]
    signs: tuple[Sign, ...]


NONE = UrgentSigns("", (), ())


def urgent_signs(plan: ReviewedPlan, language: str) -> UrgentSigns:
    """The signs of the patient's form for this plan; none where the template has no such form."""
    form = plan.template.questionnaires.get(FORM, {})
    group = next((item for item in form.get("item", ()) if item["linkId"] == URGENT), None)
    if group is None:
        return NONE
    fitting = frozenset(_fitting(plan, group))
    items = group.get("item", ())
    notes = [item for item in items if item["type"] == "display" and item["linkId"] in fitting]
    marked = plan.template.page_marks.get(form["id"], {})
    signs = [item for item in items if item["type"] != "display" and item["linkId"] in fitting | marked.keys()]
    return UrgentSigns(
        text_in(group, "text", language),
        tuple(text_in(item, "text", language) for item in notes),
        tuple(
            Sign(f"sign.{each['linkId']}", text_in(each, "text", language), each["linkId"] in fitting) for each in signs
        ),
    )


def _fitting(plan: ReviewedPlan, group: Item) -> Iterator[str]:
    """The linkIds of the items that belong on the page: as its own marks say, else as those of the form do."""
    form, draft = plan.template.questionnaires[FORM], plan.draft
    marks = plan.template.page_marks.get(form["id"], {})
    asked = [item for item in fitted(form, draft, plan.template)["item"] if item["linkId"] == URGENT]
    in_form = {item["linkId"] for each in asked for item in each.get("item", ())}
    facts = Facts(draft.findings, plan.template.vocabulary)
    taken = frozenset(line.code for line in plan.taken())
    for item in group.get("item", ()):
        mark = marks.get(item["linkId"])
        if _belongs(mark, facts, taken) if mark else item["linkId"] in in_form:
            yield item["linkId"]


def _belongs(mark: Mark, facts: Facts, taken: frozenset[str]) -> bool:
    if mark.beside & taken:
        return True
    return mark.condition is not None and facts.truth(mark.condition) is not False
