"""Rules that were added, removed, or changed: in what they mean, or only in their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from plugin.library.rules import Rule, Template
from plugin.library.vocabulary import Vocabulary

Change = Literal["added", "removed", "meaning", "wording"]
# Of a rule and of a finding, what people read but no draft depends on.
WORDS = frozenset(
    {
        "title",
        "reason",
        "text",
        "label",
        "grounds",
        "regulatory_status",
        "general",
        "group",
        "unit",
        "flags",
        "category",
    }
)
CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Changed:
    """One rule, named condition or finding that differs. kind: what it is; what: the parts that differ, old and new."""

    kind: Literal["rule", "definition", "finding"]
    id: str
    change: Change
    what: tuple[tuple[str, str, str], ...]
    where: str


def changed_rules(old: Template, new: Template, same: frozenset[str]) -> Iterator[Changed]:
    """Every rule that differs, in the order of the new version. same: ids whose conditions mean the same."""
    before, after = {rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}
    for rule_id, rule in after.items():
        if rule_id not in before:
            yield Changed(
                "rule",
                rule_id,
                "added",
                (("title", "", rule.title if hasattr(rule, "title") else rule.text),),
                _place(new, rule_id),
            )
            continue
        parts = tuple(_differing(before[rule_id], rule))
        if parts:
            meant = [name for name, _, _ in parts if name not in WORDS and not (name == CONDITION and rule_id in same)]
            yield Changed("rule", rule_id, "meaning" if meant else "wording", parts, _place(new, rule_id))
    for rule_id in before:
        if rule_id not in after:
            yield Changed("rule", rule_id, "removed", (), _place(old, rule_id))


def changed_findings(old: Vocabulary, new: Vocabulary) -> Iterator[Changed]:
    """Every finding that differs, in the order of the new version."""
    yield from _changed_of("finding", dict(old.items()), dict(new.items()))


def changed_definitions(old: Template, new: Template) -> Iterator[Changed]:
    """Every named condition that differs, as its author wrote it."""
    yield from _changed_of("definition", old.named, new.named)


def _changed_of(
    kind: Literal["definition", "finding"], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Changed]:
    for name, each in new.items():
        if name not in old:
            yield Changed(kind, name, "added", (), "")
            continue
        parts = tuple(_differing(old[name], each))
        if parts:
            meant = any(part not in WORDS | {"description"} for part, _, _ in parts)
            yield Changed(kind, name, "meaning" if meant else "wording", parts, "")
    yield from (Changed(kind, name, "removed", (), "") for name in old if name not in new)


def _differing(old: Rule, new: Rule) -> Iterator[tuple[str, str, str]]:
    """The parts in which two of one id differ; a rule of another kind differs in its kind."""
    if type(old) is not type(new):
        yield "kind", type(old).__name__, type(new).__name__
        return
    for each in fields(new):
        before, after = getattr(old, each.name), getattr(new, each.name)
        if each.compare and _shown(before) != _shown(after):
            yield each.name, _shown(before), _shown(after)


def _shown(value: Any) -> str:
    """A part of a rule as a reviewer reads it: conditions as they were written, sets in order."""
    if hasattr(value, "expression") and hasattr(value, "text"):
        return str(value.text)
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return str(value)


def _place(template: Template, rule_id: str) -> str:
    file, line = template.places[rule_id]
    return f"{file}:{line}"
