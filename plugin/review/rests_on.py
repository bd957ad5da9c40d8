"""What a line rests on, as the page tells it: what decides here first, then what it shares with others or presumes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.common_ground import CommonGround
from plugin.drafting.model import CategoryLine, Fact
from plugin.review.fact_view import FactView
from plugin.review.words import plain

MOST_DECIDING = 5
MOST_PRESUMED = 2  # of those that are named before the fold is opened
NOTHING_THERE = ("false", "0")


@dataclass(frozen=True, slots=True)
class RestsOn:
    """The facts behind one line.

    decides: what is on record, or concluded, and tells this line from others, with its value.
    recorded: what else is on record. presumed, concluded: what is known no better, of this line alone.
    as_for_most: whether the line also rests on all that most lines presume, and on all that is concluded for most.
    """

    decides: tuple[FactView, ...]
    recorded: tuple[Fact, ...]
    presumed: tuple[Fact, ...]
    concluded: tuple[Fact, ...]
    as_for_most: tuple[bool, bool]

    @property
    def summary(self) -> str:
        """What is folded away, in short: what this line alone presumes by name, the rest by number."""
        return " · ".join(self._counted())

    def _counted(self) -> Iterator[str]:
        if self.presumed:
            named = [f"{fact.label}: {plain(fact.value)}" for fact in self.presumed[:MOST_PRESUMED]]
            more = len(self.presumed) - len(named)
            yield f"Presumed: {', '.join(named)}{f' and {more} more' if more else ''}"
        elif any(self.as_for_most):
            yield "As for most lines"
        if self.concluded:
            yield f"{len(self.concluded)} more concluded from the chart"
        if self.recorded:
            yield f"{len(self.recorded)} more on record"


def rests_on(
    lines: Iterable[CategoryLine],
    ground: CommonGround,
    facts: Mapping[str, FactView],
    asked_by_all: frozenset[str] = frozenset(),
) -> Mapping[str, RestsOn]:
    """What each open line rests on, by its code; first what fewest of them share.

    asked_by_all: the findings that every rule of treatment asks about; they decide no line among others.
    """
    lines = tuple(line for line in lines if line.disposition != "not-offered")
    shared_by = Counter(fact.code for line in lines for fact in line.facts)
    return {line.code: _of(line, ground, facts, shared_by, asked_by_all) for line in lines}


def _of(
    line: CategoryLine,
    ground: CommonGround,
    facts: Mapping[str, FactView],
    shared_by: Mapping[str, int],
    asked_by_all: frozenset[str],
) -> RestsOn:
    telling = sorted(
        (fact for fact in line.facts if _tells(fact)), key=lambda fact: (fact.value == "false", shared_by[fact.code])
    )
    own = [fact for fact in telling if fact.code not in asked_by_all]
    decides = (own or telling)[:MOST_DECIDING]
    said = {fact.code for fact in decides}
    presumed_as_most, presumed = ground.presumed_by(line)
    concluded_as_most, concluded = ground.derived_by(line)
    return RestsOn(
        tuple(facts[fact.code] for fact in decides),
        tuple(fact for fact in line.facts if fact.state == "known" and fact.code not in said),
        presumed,
        tuple(fact for fact in concluded if fact.code not in said),
        (presumed_as_most, concluded_as_most),
    )


def _tells(fact: Fact) -> bool:
    """Whether a fact says something of the patient: it is on record, or concluded to be there."""
    if fact.state == "derived":
        return fact.value not in NOTHING_THERE
    return fact.state == "known"
