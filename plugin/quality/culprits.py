"""What cases that fail have in common: one gate said wrongly fails two dozen of them, and is to be named once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plugin.quality.running import Outcome


@dataclass(frozen=True, slots=True)
class Culprit:
    """A rule or gate behind failures. by: how many cases got something by it or are about it; at: its file and line."""

    id: str
    at: str
    by: int


def culprits(failed: Iterable[Outcome]) -> tuple[Culprit, ...]:
    """The rules and gates behind more than one failed case, those behind most of them first.

    A case stands behind a rule where it is about it, or where what it did not get stands where it stands by it.
    """
    counts: dict[str, int] = {}
    at: dict[str, str] = {}
    for outcome in failed:
        differences = [each for miss in outcome.misses for each in miss.differences]
        at |= {each.by: each.at for each in differences if each.at}
        for rule_id in {*(each.by for each in differences), outcome.case.rule} - {""}:
            counts[rule_id] = counts.get(rule_id, 0) + 1
    found = [Culprit(rule_id, at.get(rule_id, ""), count) for rule_id, count in counts.items() if count > 1]
    return tuple(sorted(found, key=lambda each: (-each.by, each.id)))
