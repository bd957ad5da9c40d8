"""What the strategy says of the whole: the order of its parts, and at which hooks it may speak by itself, of whom.

A hook is said as FHIR has it: an action with a `trigger` (`named-event`, the name of a CDS Hooks hook) and a
condition. A page that a clinician opens can say that everything is open; a card that nobody asked for must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from plugin.library.conditions import Compiler
from plugin.library.elements import condition_text
from plugin.library.rules import Condition
from plugin.library.yaml_file import Document


def occasions_of(strategies: Iterable[Document], compiler: Compiler) -> dict[str, Condition]:
    """From the name of each hook that the strategy names to its condition; faults go to the compiler's list."""
    found: dict[str, Condition] = {}
    for strategy in strategies:
        for index, action in enumerate(strategy.data.get("action", [])):
            if "trigger" not in action:
                continue
            where = ("action", index, "condition", 0, "expression", "expression")
            condition = compiler.condition(condition_text(action), strategy, where)
            if condition is not None:
                found.update((each["name"], condition) for each in action["trigger"])
    return found


def place_in(strategies: list[Document]) -> Callable[[Document], int]:
    """Where a part stands in the strategy; parts that it does not name come last."""
    parts = [action.get("definitionCanonical", "") for each in strategies for action in each.data.get("action", [])]
    places = {part.split("|")[0]: place for place, part in enumerate(parts)}
    return lambda document: places.get(document.data["url"], len(places))
