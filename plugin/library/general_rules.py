"""Which rules hold for everybody, and which for something about the patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plugin.library.expressions import names_in
from plugin.library.rules import ItemRule


def told_apart(rules: list[ItemRule]) -> Iterator[ItemRule]:
    """The rules; general are those that hold where nothing is known but what every rule of their kind asks."""
    asked = {rule.id: names_in(rule.condition.expression) for rule in rules}
    shared = {
        kind: frozenset.intersection(*(asked[rule.id] for rule in rules if rule.kind == kind))
        for kind in {rule.kind for rule in rules}
    }
    for rule in rules:
        known = {name: True if name in shared[rule.kind] else None for name in asked[rule.id]}
        holds = asked[rule.id] <= shared[rule.kind] or rule.condition.decide(known, {}) is True
        yield replace(rule, general=not rule.accompanies and holds)
