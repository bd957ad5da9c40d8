"""The supportive care that a template holds and a draft does not list, each with the facts that keep it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugin.drafting.facts import Facts, merged
from plugin.drafting.model import Draft, Fact
from plugin.library.content import system_url
from plugin.library.rules import Activity, ItemRule, Template

CARE = "supportive-care"


@dataclass(frozen=True, slots=True)
class NotDrafted:
    """An item of care that is not listed.

    facts: those by which none of its rules holds. missing: codes of the findings that a rule of it waits for.
    beside: labels of the treatments that it belongs with, and that are not open.
    """

    activity: Activity
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]
    beside: tuple[str, ...]


def not_drafted(draft: Draft, template: Template) -> tuple[NotDrafted, ...]:
    """The care that is not listed, in the order of the template; none where no plan is drafted at all."""
    return () if draft.no_plan else tuple(_left_out(draft, template))


def _left_out(draft: Draft, template: Template) -> Iterator[NotDrafted]:
    facts = Facts(draft.findings, template.vocabulary)
    listed = {line.code for line in draft.supportive_care}
    rules: dict[str, list[ItemRule]] = {}
    for rule in template.item_rules:
        if rule.kind == CARE:
            rules.setdefault(rule.code, []).append(rule)
    for code, activity in template.activities.items():
        if activity.system != system_url(CARE) or code in listed:
            continue
        asked = [rule for rule in rules.get(code, ()) if facts.truth(rule.condition) is not True]
        beside = [rule for rule in rules.get(code, ()) if rule.accompanies and facts.truth(rule.condition) is True]
        yield NotDrafted(
            activity,
            merged(*(facts.reasons(rule.condition) for rule in asked)),
            tuple(dict.fromkeys(code for rule in asked for code in facts.missing(rule.condition))),
            tuple(dict.fromkeys(template.label(code) for rule in beside for code in sorted(rule.accompanies))),
        )
