"""Lines that a clinician has taken into the plan while facts that they depend on are not known."""

from __future__ import annotations

from collections.abc import Callable

from plugin.delivery.clashes import TAKEN
from plugin.delivery.lines import Line
from plugin.drafting.model import CategoryLine, Draft
from plugin.library.vocabulary import Vocabulary
from plugin.storage.reviews import Choice

MOST_NAMED = 3  # findings that a warning names; the line itself names all
IF_THEY_HOLD = "If its conditions hold"  # leads in the reason of a line whose conditions nobody knows to hold


def is_on_condition(line: CategoryLine, choice: Choice | None) -> bool:
    """Whether a line was taken into the plan, by this choice, while facts that it depends on are not known."""
    return line.disposition == "conditional" and choice in TAKEN


def taken_on_condition(draft: Draft, choice: Callable[[Line], Choice | None]) -> tuple[CategoryLine, ...]:
    """The conditional lines that were accepted or changed, in the order of the draft.

    choice: the decision that counts for a line, None where there is none.
    """
    return tuple(line for line in draft.standing("conditional") if is_on_condition(line, choice(line)))


def waits_for(line: CategoryLine, vocabulary: Vocabulary) -> str:
    """What a conditional line waits for: `waits for One, Another and 3 more`."""
    first, more = awaited(line)
    labels = ", ".join(vocabulary[code].label for code in first) or "what is not known yet"
    return f"waits for {labels}{f' and {more} more' if more else ''}"


def awaited(line: CategoryLine) -> tuple[tuple[str, ...], int]:
    """The findings to name of those that a line waits for, and how many more it waits for."""
    return line.missing[:MOST_NAMED], len(line.missing[MOST_NAMED:])
