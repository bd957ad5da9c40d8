"""The rules of a template by what they are looked up by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from plugin.library.expressions import Expression
from plugin.library.rules import AlertRule, CategoryRule, Gate, GoalRule, ItemKind, ItemRule, Rule, Template


@dataclass(frozen=True, slots=True)
class Index:
    """The rules of categories, items, alerts and goals by code, and all of them by id.

    stops: the gates that end a plan. own: gates that ask for no companion; paired: those that do. by_agent: the gates
    of each drug. definitions: what each named condition stands for.
    """

    rules: Mapping[str, list[CategoryRule]]
    items: Mapping[tuple[ItemKind, str], list[ItemRule]]
    alerts: Mapping[str, list[AlertRule]]
    goals: Mapping[str, list[GoalRule]]
    by_id: Mapping[str, Rule]
    stops: list[Gate]
    own: list[Gate]
    paired: list[Gate]
    by_agent: Mapping[str, list[Gate]]
    definitions: Mapping[str, Expression]


def index_of(template: Template) -> Index:
    """The rules of a template, looked up; the same object for the same template."""
    return _made(Same(template))


class Same:
    """A template as a key: equal only to itself, since it holds what cannot be hashed."""

    def __init__(self, template: Template) -> None:
        self.template = template

    def __hash__(self) -> int:
        return id(self.template)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.template is self.template


@lru_cache(maxsize=4)
def _made(same: Same) -> Index:
    template = same.template
    rules, items = defaultdict(list), defaultdict(list)
    alerts, goals, by_agent = defaultdict(list), defaultdict(list), defaultdict(list)
    for rule in template.category_rules:
        rules[rule.code].append(rule)
    for item in template.item_rules:
        items[item.kind, item.code].append(item)
    for alert in template.alert_rules:
        alerts[alert.code].append(alert)
    for goal in template.goal_rules:
        goals[goal.code].append(goal)
    for gate in template.agent_gates:
        for name in gate.agents:
            by_agent[name].append(gate)
    going_on = [gate for gate in template.gates if gate.disposition != "no-plan"]
    return Index(
        rules=dict(rules),
        items=dict(items),
        alerts=dict(alerts),
        goals=dict(goals),
        by_id={rule.id: rule for rule in template.rules},
        stops=[gate for gate in template.gates if gate.disposition == "no-plan"],
        own=[gate for gate in going_on if not gate.companions],
        paired=[gate for gate in going_on if gate.companions],
        by_agent=dict(by_agent),
        definitions={name: each.condition.expression for name, each in template.named.items()},
    )
