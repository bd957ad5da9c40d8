"""Tests, care, goals and alerts that the new version lists for other charts than the old one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from plugin.library.rules import AlertRule, GoalRule, ItemRule
from plugin.quality.diff.regions import Region, Regions
from plugin.quality.proof.examples import CounterExample, examples
from plugin.quality.worlds.awaited import Awaited
from plugin.quality.worlds.formulas import Formula
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.solving import OutOfPatience


@dataclass(frozen=True, slots=True)
class Listing:
    """An item that is listed for more charts, or for fewer. kind: of its CodeSystem; now: whether it is listed now.

    follows: none of its rules changed, so that it only follows what moved: a line that it stands beside or that waits
    for it, or a test that would settle the same; then nobody is named.
    """

    kind: str
    code: str
    now: bool
    follows: bool
    region: Region | None
    example: CounterExample | None


class Items:
    """Compares what two policies list over the same charts."""

    def __init__(self, old: Policy[Formula], new: Policy[Formula], regions: Regions, changed: Iterable[str]) -> None:
        self.old = old
        self.new = new
        self.regions = regions
        self._changed = frozenset(changed)
        self._awaited = Awaited(old), Awaited(new)
        self.odd: list[str] = []
        self.undecided: list[str] = []

    def listings(self) -> Iterator[Listing]:
        """Every item that is listed for other charts.

        Codes of those that are so only for charts with facts that disagree or are in doubt go to `odd`, of those that
        the solver cannot tell in its time to `undecided`.
        """
        before, after = self._awaited
        for kind, code in dict.fromkeys((*_items(before), *_items(after))):
            try:
                yield from self._of(kind, code)
            except OutOfPatience:
                self.undecided.append(code)

    def _of(self, kind: str, code: str) -> Iterator[Listing]:
        algebra, solving = self.new.algebra, self.regions.solving
        before, after = (_listed(each, kind)(code) for each in self._awaited)
        if before is after:
            return
        plain = tuple(self.regions.charts.plain())
        for now in (True, False):
            here, there = (after, before) if now else (before, after)
            moved = algebra.each((here, algebra.other(there)))
            if not solving.somebody(moved, *plain):
                self.odd += [code] if solving.somebody(moved) else []
                continue
            names = self._names(kind, code)
            if names is None:
                yield Listing(kind, code, now, True, None, None)
                continue
            example = next(examples(moved, self.regions.charts, solving), None)
            yield Listing(kind, code, now, False, self._region(moved, names), example)

    def _names(self, kind: str, code: str) -> frozenset[str] | None:
        """The facts that the changed rules of an item ask about; None where none of its rules changed."""
        rules = (rule for policy in (self.old, self.new) for rule in policy.template.rules)
        changed = [rule for rule in rules if rule.id in self._changed and _is_of(rule, kind, code)]
        return frozenset[str]().union(*(rule.condition.names for rule in changed)) if changed else None

    def _region(self, moved: Formula, names: frozenset[str]) -> Region | None:
        try:
            return self.regions.region(self.new.algebra.everybody, moved, sorted(names))
        except OutOfPatience:
            return None


def _items(awaited: Awaited[Formula]) -> Iterator[tuple[str, str]]:
    template = awaited.policy.template
    yield from ((rule.kind, rule.code) for rule in template.item_rules)
    yield from (("assessment", code) for code in awaited.tests())
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


def _listed(awaited: Awaited[Formula], kind: str) -> Callable[[str], Formula]:
    policy = awaited.policy
    match kind:
        case "alert":
            return policy.alerted
        case "goal":
            return policy.proposed
        case "assessment":
            return awaited.listed
    return partial(policy.listed, "supportive-care")
