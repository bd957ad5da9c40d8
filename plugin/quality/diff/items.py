"""Tests, care, goals and alerts that the new version lists for other charts than the old one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from plugin.library.rules import AlertRule, GoalRule, ItemRule, Template
from plugin.quality.diff.regions import Region, Regions
from plugin.quality.proof.examples import CounterExample, examples
from plugin.quality.proof.formulas import Formula
from plugin.quality.proof.policy import Policy
from plugin.quality.proof.solving import OutOfPatience


@dataclass(frozen=True, slots=True)
class Listing:
    """An item that is listed for more charts, or for fewer. kind: of its CodeSystem; now: whether it is listed now."""

    kind: str
    code: str
    now: bool
    region: Region | None
    example: CounterExample | None


class Items:
    """Compares what two policies list over the same charts."""

    def __init__(self, old: Policy[Formula], new: Policy[Formula], regions: Regions, changed: Iterable[str]) -> None:
        self.old = old
        self.new = new
        self.regions = regions
        self._changed = frozenset(changed)

    def listings(self) -> Iterator[Listing]:
        """Every item that is listed for other charts."""
        algebra, solving = self.new.algebra, self.regions.solving
        plain = tuple(self.regions.charts.plain())
        for kind, code in dict.fromkeys((*_items(self.old.template), *_items(self.new.template))):
            before, after = _listed(self.old, kind)(code), _listed(self.new, kind)(code)
            for now in (True, False):
                here, there = (after, before) if now else (before, after)
                moved = algebra.each((here, algebra.other(there)))
                if solving.somebody(moved, *plain):
                    example = next(examples(moved, self.regions.charts, solving), None)
                    yield Listing(kind, code, now, self._region(kind, code, moved), example)

    def _region(self, kind: str, code: str, moved: Formula) -> Region | None:
        names: set[str] = set()
        for template in (self.old.template, self.new.template):
            for rule in template.rules:
                if rule.id in self._changed and _is_of(rule, kind, code):
                    names |= rule.condition.names
        try:
            return self.regions.region(self.new.algebra.everybody, moved, sorted(names))
        except OutOfPatience:
            return None


def _items(template: Template) -> Iterator[tuple[str, str]]:
    yield from ((rule.kind, rule.code) for rule in template.item_rules)
    yield from (("alert", rule.code) for rule in template.alert_rules)
    yield from (("goal", rule.code) for rule in template.goal_rules)


def _is_of(rule: object, kind: str, code: str) -> bool:
    match rule:
        case ItemRule():
            return (rule.kind, rule.code) == (kind, code)
        case AlertRule():
            return (kind, rule.code) == ("alert", code)
        case GoalRule():
            return (kind, rule.code) == ("goal", code)
    return False


def _listed(policy: Policy[Formula], kind: str) -> Callable[[str], Formula]:
    match kind:
        case "alert":
            return policy.alerted
        case "goal":
            return policy.proposed
        case "assessment":
            return partial(policy.listed, "assessment")
    return partial(policy.listed, "supportive-care")
