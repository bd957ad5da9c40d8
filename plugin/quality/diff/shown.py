"""Parts of a template in words, for those who compare two versions of them; never as the program holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from plugin.library.drugs import Term
from plugin.library.expressions import JOINED, Comparison, Existence, Literally, Membership, Name, Negation, written
from plugin.library.rules import Condition
from plugin.library.sources import Citation

EXPRESSIONS = (*JOINED, Comparison, Existence, Literally, Membership, Name, Negation)
# Of these, one word stands for the whole.
SHORT = {Citation: "id", Term: "label", Condition: "text"}


def shown(value: Any) -> str:
    """A part as a reviewer reads it: conditions as they were written, sets in order, yes and no; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if type(value) in SHORT:
        return str(getattr(value, SHORT[type(value)]))
    if isinstance(value, EXPRESSIONS):
        return written(value)
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(shown, value)))
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {shown(each)}" for key, each in value.items())
    if isinstance(value, tuple | list):
        joint = ", " if all(isinstance(each, str | int | float) or type(each) in SHORT for each in value) else "; "
        return joint.join(map(shown, value))
    if is_dataclass(value):
        return ", ".join(_parts(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def field_in_words(name: str) -> str:
    """`accompanies_care` -> `accompanies care`."""
    return name.replace("_", " ")


def differing(old: Any, new: Any, leave_out: frozenset[str] = frozenset()) -> Iterator[tuple[str, str, str]]:
    """The fields, by their own names, in which two differ, old and new in words; of two kinds, their kinds."""
    if type(old) is not type(new):
        yield "kind", field_in_words(type(old).__name__), field_in_words(type(new).__name__)
        return
    for each in fields(new):
        if not each.compare or each.name in leave_out:
            continue
        before, after = getattr(old, each.name), getattr(new, each.name)
        if before != after and (said := (shown(before), shown(after)))[0] != said[1]:
            yield each.name, *said


def _parts(value: Any) -> Iterator[str]:
    for each in fields(value):
        found = getattr(value, each.name)
        if each.compare and (text := shown(found)) and found not in (False, 0):
            yield f"{field_in_words(each.name)}: {text}"
