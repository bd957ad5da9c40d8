"""What was added, removed or changed among rules, facts, items and drugs: in what it means, or only in its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plugin.library.drugs import Drug
from plugin.library.rules import Rule, Template
from plugin.library.vocabulary import FindingDefinition, Vocabulary
from plugin.quality.diff.notices import notices_of
from plugin.quality.diff.shown import differing, field_in_words, shown

# `questions`: what is asked first, `notices`: what is said where results disagree, or that something cannot wait; lists
# stay as they are.
Change = Literal["added", "removed", "meaning", "questions", "notices", "wording"]
Kind = Literal[
    "rule", "definition", "finding", "item", "drug", "category part", "older statement", "question of a form"
]
What = tuple[str, str, str]
# Of a rule, a finding and an item, what people read but no list of a draft depends on.
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
        "description",
        "topic",
        "monitors",
        "not_with",
        "notes",
        "who",
        "asks",
        "asked_of",
    }
)
CONDITION, SUSPECTED, DISPUTED = "condition", "suspected", "disputed"
# Of a finding, how it is read from a chart: told of in words of its own, by `plugin.quality.diff.readings`.
READ = frozenset({"reading", "value_sets", "stated_days", "holds_since"})
CANONICAL = frozenset({"url"})


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that differs. kind: what it is; title: what people call it; what: the parts that differ, old and new.

    where: file and line of a rule; empty for everything else.
    """

    kind: Kind
    id: str
    change: Change
    what: tuple[What, ...]
    where: str
    title: str = ""


def changed_rules(
    old: Template, new: Template, same: frozenset[str], suspected_alike: frozenset[str] = frozenset()
) -> Iterator[Changed]:
    """Every rule that differs, in the order of the new version.

    same: ids whose conditions mean the same. suspected_alike: ids of which a suspicion is raised by the same.
    """
    alike = {CONDITION: same, SUSPECTED: suspected_alike}
    before, after = {rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}
    for rule_id, rule in after.items():
        if rule_id not in before:
            yield Changed("rule", rule_id, "added", (), _place(new, rule_id), _title(rule))
            continue
        parts = tuple(differing(before[rule_id], rule))
        if parts:
            meant = {name for name, *_ in parts if name not in WORDS and rule_id not in alike.get(name, ())}
            yield Changed("rule", rule_id, _change(meant), _told(parts), _place(new, rule_id), _title(rule))
    for rule_id, rule in before.items():
        if rule_id not in after:
            yield Changed("rule", rule_id, "removed", (), _place(old, rule_id), _title(rule))


def _change(meant: set[str]) -> Change:
    """What it is that these parts of a rule change, whose meaning differs."""
    if not meant:
        return "wording"
    if meant <= {SUSPECTED, DISPUTED}:
        return "questions" if SUSPECTED in meant else "notices"
    return "meaning"


def changed_others(old: Template, new: Template, same: frozenset[str]) -> Iterator[Changed]:
    """Everything but rules, in the order of the new version: facts, named conditions, items, drugs, what texts say.

    same: the named conditions that mean the same in both.
    """
    yield from changed_findings(old.vocabulary, new.vocabulary)
    yield from _changed_of("definition", old.named, new.named, lambda name: name, lambda one, _: one.name in same)
    yield from _changed_of("item", old.activities, new.activities, new.label)
    yield from _changed_of("drug", old.drugs, new.drugs, lambda name: name, _means_the_same)
    for code in dict.fromkeys((*new.parts, *old.parts)):
        one, two = shown(old.parts.get(code, ())), shown(new.parts.get(code, ()))
        if one != two:
            yield Changed("category part", code, "meaning", (("parts", one, two),), "", new.label(code))
    before, after = ({each.id: each for each in template.superseded} for template in (old, new))
    yield from _changed_of("older statement", before, after, lambda name: name, lambda *_: True)
    yield from changed_notices(old, new)


def changed_notices(old: Template, new: Template) -> Iterator[Changed]:
    """The questions and answers of forms that mark something else as what cannot wait, or as a sign."""
    before, after = notices_of(old), notices_of(new)
    for place in dict.fromkeys((*after, *before)):
        (text, one), (_, two) = before.get(place, ("", {})), after.get(place, ("", {}))
        differ = [name for name in dict.fromkeys((*two, *one)) if one.get(name) != two.get(name)]
        what = tuple((name, one.get(name, ""), two.get(name, "")) for name in differ)
        if what:
            yield Changed("question of a form", place, "notices", what, "", after.get(place, (text, {}))[0])


def changed_findings(old: Vocabulary, new: Vocabulary) -> Iterator[Changed]:
    """Every finding that differs otherwise than in how it is read, in the order of the new version."""
    either = {code: each.label for code, each in (*old.items(), *new.items())}
    yield from _changed_of("finding", dict(old.items()), dict(new.items()), either.__getitem__)


def _changed_of(
    kind: Kind,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    title: Callable[[str], str],
    same: Callable[[Any, Any], bool] | None = None,
) -> Iterator[Changed]:
    """same: whether two that differ mean the same; where none is given, what differs in anything but words does not."""
    for name, each in new.items():
        if name not in old:
            yield Changed(kind, name, "added", (), "", title(name))
            continue
        parts = tuple(differing(old[name], each, _left_out(each)))
        if parts:
            worded = same(old[name], each) if same else WORDS.issuperset(part for part, *_ in parts)
            yield Changed(kind, name, "wording" if worded else "meaning", _told(parts), "", title(name))
    yield from (Changed(kind, name, "removed", (), "", title(name)) for name in old if name not in new)


def _left_out(each: Any) -> frozenset[str]:
    return READ if isinstance(each, FindingDefinition) else CANONICAL


def _means_the_same(old: Drug, new: Drug) -> bool:
    """Whether two entries of a drug let lines name it, and keep it from others, in the same way."""
    one, two = ([(use.categories, use.status, use.named) for use in drug.uses] for drug in (old, new))
    return old.classes == new.classes and one == two


def _told(parts: tuple[What, ...]) -> tuple[What, ...]:
    return tuple((field_in_words(name), old, new) for name, old, new in parts)


def _title(rule: Rule) -> str:
    return rule.title if hasattr(rule, "title") else rule.text


def _place(template: Template, rule_id: str) -> str:
    file, line = template.places[rule_id]
    return f"{file}:{line}"
