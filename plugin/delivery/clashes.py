"""Lines that a clinician has taken into the plan although they must not be given at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from plugin.delivery.lines import Line
from plugin.drafting.model import CategoryLine, Draft, NotBeside
from plugin.storage.reviews import Choice

TAKEN: frozenset[Choice | None] = frozenset({"accept", "change"})


@dataclass(frozen=True, slots=True)
class Clash:
    """Two lines of the plan, with every reason why they do not go together: of the lines first, then of their drugs."""

    first: CategoryLine
    second: CategoryLine
    reasons: tuple[NotBeside, ...]

    @property
    def sentence(self) -> str:
        """The warning in words, for the page and for the saved plan.

        What holds for the lines as they stand leads; no drug may have been chosen yet.
        """
        drugs = [reason for reason in self.reasons if reason not in self.leading]
        said = f"{self.first.label} and {self.second.label} are both in the plan. {_told(self.leading)}"
        return f"{said} Of their drugs: {_told(drugs)}" if drugs else said

    @property
    def leading(self) -> tuple[NotBeside, ...]:
        """The reasons that hold for the lines as they stand; where there are none, those for some of their drugs."""
        return tuple(reason for reason in self.reasons if not reason.agents) or self.reasons


def _told(reasons: Sequence[NotBeside]) -> str:
    """What is asked of the reader, the drugs where it holds for these alone, and why."""
    agents = dict.fromkeys(name for reason in reasons for name in reason.agents)
    where = f" ({', '.join(agents)})" if agents else ""
    if all(reason.disposition == "judgement" for reason in reasons):
        asked = "At the same time only by the clinician's decision"
    else:
        asked = "Not at the same time"
    why = " ".join(f"{reason.title}: {reason.reason}" for reason in reasons)
    return f"{asked}{where}. {why}"


def clashes(draft: Draft, choice: Callable[[Line], Choice | None]) -> tuple[Clash, ...]:
    """The pairs of lines that were both accepted, each pair once, in the order of the draft.

    choice: the decision that counts for a line, None where there is none.
    """
    taken = [line for line in draft.categories if line.disposition != "not-offered" and choice(line) in TAKEN]
    return tuple(_pairs(taken))


def _pairs(taken: list[CategoryLine]) -> Iterator[Clash]:
    for place, first in enumerate(taken):
        for second in taken[place + 1 :]:
            found = (each for each in first.not_beside if each.code == second.code)
            reasons = tuple(sorted(found, key=lambda each: bool(each.agents)))
            if reasons:
                yield Clash(first, second, reasons)
