"""Which values of a fact are worth asking about: each of a few, and of numbers one between any two limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plugin.findings.words import value_in_words
from plugin.library.expressions import Comparison, Membership
from plugin.library.rules import Condition
from plugin.library.vocabulary import FindingDefinition, Value


def possible_values(definition: FindingDefinition, asked: Iterable[Condition]) -> Iterator[tuple[str, Value]]:
    """The values of a fact that the conditions tell apart, each with how people say it: `yes`, `2 or more`."""
    if definition.type == "boolean":
        yield from (("yes", True), ("no", False))
    elif definition.type == "code":
        yield from ((value, value) for value in definition.values if value not in definition.undecided)
    elif limits := sorted(limits_in(definition, (leaf for condition in asked for leaf in condition.numbers))):
        yield from _ranges(limits, definition)


def limits_in(definition: FindingDefinition, compared: Iterable[Comparison | Membership]) -> set[float]:
    """Where an answer about a number may change: from each limit on, values count otherwise than below it."""
    step = 1 if definition.type == "integer" else 0.01
    limits: set[float] = set()
    for leaf in compared:
        if leaf.name != definition.variable:
            continue
        if isinstance(leaf, Comparison):
            limits.update(_of_comparison(leaf.operator, float(leaf.value), step))
        else:
            limits.update(limit for value in leaf.values for limit in _of_comparison("=", float(value), step))
    return limits


def _of_comparison(symbol: str, value: float, step: float) -> tuple[float, ...]:
    if symbol in ("<", ">="):
        return (value,)
    return (value + step,) if symbol in (">", "<=") else (value, value + step)


def _ranges(limits: list[float], definition: FindingDefinition) -> Iterator[tuple[str, Value]]:
    whole = definition.type == "integer"
    first = limits[0] - 1
    if first >= 0:
        yield f"below {_written(limits[0], definition)}", int(first) if whole else first
    for lower, upper in zip(limits, [*limits[1:], None], strict=True):
        value: Value = int(lower) if whole else lower
        if upper is None:
            yield f"{_written(lower, definition)} or more", value
        elif whole and upper - lower == 1:
            yield _written(lower, definition), value
        else:
            yield f"{_written(lower, definition)} to below {_written(upper, definition)}", value


def _written(number: float, definition: FindingDefinition) -> str:
    shown = int(number) if float(number).is_integer() else round(number, 2)
    return value_in_words(shown, definition.unit)
