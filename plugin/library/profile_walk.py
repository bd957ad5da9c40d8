"""The way from a resource to the elements that a profile speaks about: choices of types, lists, slices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from plugin.library.profile_store import Definition, ElementRule, Step

Node: TypeAlias = tuple[Any, str]  # an element and the path that messages name
REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?$")


def referenced_type(reference: str) -> str | None:
    """`Patient` of `Patient/1`, relative, absolute or versioned; None where the text does not name a type."""
    found = REFERENCE.search(reference)
    return found.group(1) if found else None


def nodes(root: Node, way: Sequence[Step], definition: Definition) -> Iterator[Node]:
    """Every element that the way leads to, slices followed."""
    if not way:
        yield root
        return
    for node in _children(root, way[0]):
        if _in_slice(node[0], way[0], definition):
            yield from nodes(node, way[1:], definition)


def _children(parent: Node, step: Step) -> Iterator[Node]:
    element, path = parent
    if not isinstance(element, dict):
        return
    for name in names(element, step):
        value = element[name]
        if isinstance(value, list):
            yield from ((member, f"{path}.{name}[{index}]") for index, member in enumerate(value))
        else:
            yield value, f"{path}.{name}"


def names(element: dict[str, Any], step: Step) -> list[str]:
    """The JSON names under which the step's element stands: several candidates where it is a choice of types."""
    if not step.name.endswith("[x]"):
        return [step.name] if step.name in element else []
    if step.slice:
        return [step.slice] if step.slice in element else []
    stem = step.name.removesuffix("[x]")
    return [name for name in element if name.startswith(stem) and name[len(stem) :][:1].isupper()]


def _in_slice(value: Any, step: Step, definition: Definition) -> bool:
    """Whether a member belongs to the slice that the step names; true where it names none."""
    if not step.slice or step.name.endswith("[x]"):
        return True
    own = definition.rules.get(step.id)
    if own and step.name == "extension" and (profiles := own.body.get("type", [{}])[0].get("profile")):
        return isinstance(value, dict) and value.get("url") in profiles
    sliced = definition.rules.get(step.id.removesuffix(f":{step.slice}"))
    discriminators = sliced.body.get("slicing", {}).get("discriminator", []) if sliced else []
    for discriminator in discriminators or [{"path": "url"}]:
        told_by = (
            own if discriminator["path"] == "$this" else definition.rules.get(f"{step.id}.{discriminator['path']}")
        )
        told = value if discriminator["path"] == "$this" else (value or {}).get(discriminator["path"])
        if told_by is None or not fits(told, told_by):
            return False
    return True


def fits(value: Any, rule: ElementRule) -> bool:
    """Whether a value agrees with the fixed or pattern value of a rule; true where the rule has none."""
    fixed, pattern = rule.valued("fixed"), rule.valued("pattern")
    return (fixed is None or value == fixed) and (pattern is None or _covers(value, pattern))


def _covers(value: Any, pattern: Any) -> bool:
    """FHIR's pattern: everything in it is found in the value, lists in any order."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(_covers(value.get(name), part) for name, part in pattern.items())
    if isinstance(pattern, list):
        members = value if isinstance(value, list) else []
        return all(any(_covers(member, part) for member in members) for part in pattern)
    return bool(value == pattern)
