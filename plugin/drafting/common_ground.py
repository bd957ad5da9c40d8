"""What most open lines of a draft rest on alike: said once above them, so that each line says what is its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plugin.drafting.model import CategoryLine, Draft, Fact

SHARE = 0.5  # of the open lines


@dataclass(frozen=True, slots=True)
class CommonGround:
    """Presumed and worked out facts on which at least half of the open lines rest; what is evident is left out."""

    presumes: tuple[Fact, ...]
    derives: tuple[Fact, ...]

    def presumed_by(self, line: CategoryLine) -> tuple[bool, tuple[Fact, ...]]:
        """Whether the line presumes all that is common, and what it presumes beside it."""
        return _beside(line.presumes, self.presumes)

    def derived_by(self, line: CategoryLine) -> tuple[bool, tuple[Fact, ...]]:
        """Whether the line rests on all common facts that were worked out, and on which it rests beside them."""
        return _beside(line.derives, self.derives)


NOTHING_COMMON = CommonGround((), ())


def common_ground(draft: Draft) -> CommonGround:
    """The ground that most open lines of the draft share; a single line shares nothing."""
    lines = [line for line in draft.categories if line.disposition != "not-offered"]
    return CommonGround(_common(lines, lambda line: line.presumes), _common(lines, lambda line: line.derives))


def _common(lines: Sequence[CategoryLine], facts: Callable[[CategoryLine], tuple[Fact, ...]]) -> tuple[Fact, ...]:
    counted = Counter((fact.code, fact.value) for line in lines for fact in facts(line))
    enough = max(2, len(lines) * SHARE)
    met = {(fact.code, fact.value): fact for line in lines for fact in facts(line) if not fact.evident}
    return tuple(fact for key, fact in met.items() if counted[key] >= enough)


def _beside(facts: tuple[Fact, ...], common: tuple[Fact, ...]) -> tuple[bool, tuple[Fact, ...]]:
    facts = tuple(fact for fact in facts if not fact.evident)
    shared = {(fact.code, fact.value) for fact in common}
    own = {(fact.code, fact.value) for fact in facts}
    if not shared or not shared <= own:
        return False, facts
    return True, tuple(fact for fact in facts if (fact.code, fact.value) not in shared)
