"""What all cases expect together: for each thing that a draft may hold, which cases want it and which do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from plugin.drafting.model import Disposition
from plugin.quality.cases import ABSENT, LISTS, NOT_BESIDE, SILENT, SPEAKS, SUSPECTED, UNSUSPECTED, Case
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.together import not_beside

EXACTLY = "_exactly"
# A test may be due without its rule, because a line waits for it: that it is there says nothing of the rule.
ASSESSMENTS = "assessments"
# What a case that names a rule here denies of it.
OPPOSITES = {SILENT: SPEAKS, UNSUSPECTED: SUSPECTED}
STANDS: Mapping[str, Disposition] = {
    "offered": "offered",
    "conditional": "conditional",
    "judgement": "judgement",
    "not_offered": "not-offered",
}
HELD: Mapping[str, tuple[Disposition, ...]] = {
    "agents_named": ("offered",),
    "agents_withheld": ("not-offered", "judgement", "conditional"),
    "agents_waiting": ("conditional",),
    "agents_judgement": ("judgement",),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """Somewhere in a draft: a list and a code that may stand in it.

    beside: on the line of this code, the drug that it may name or the line that does not go together with it.
    """

    list: str
    code: str
    beside: str = ""


@dataclass(slots=True)
class Wanted:
    """The cases, one bit each, that want something at a spot, and those that want it not there."""

    there: int = 0
    not_there: int = 0


@dataclass(slots=True)
class Expectations:
    """By spot, which cases want what. Every code that a list may hold is a spot where a case names all of a list."""

    wanted: dict[Spot, Wanted] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Iterable[Case], policy: Policy[int]) -> Expectations:
        """What these cases expect; the first case has bit 0, as in the world of the policy."""
        found = cls()
        codes = _codes(policy)
        for place, case in enumerate(cases):
            found._add(case, 1 << place, codes)
        return found

    def _add(self, case: Case, bit: int, codes: Mapping[str, tuple[str, ...]]) -> None:
        for name, expected in case.expect.items():
            shown = name.removesuffix(EXACTLY)
            if name in (SPEAKS, SUSPECTED):
                for rule in expected:
                    self._at(Spot(name, rule)).there |= bit
            elif name in OPPOSITES:
                for rule in expected:
                    self._at(Spot(OPPOSITES[name], rule)).not_there |= bit
            elif name == ABSENT:
                for kind in LISTS:
                    for code in expected:
                        self._at(Spot(kind, code)).not_there |= bit
            elif shown in codes:
                for code in expected if shown != ASSESSMENTS else ():
                    self._at(Spot(shown, code)).there |= bit
                for code in codes[shown] if name != shown else ():
                    if code not in expected:
                        self._at(Spot(shown, code)).not_there |= bit
        for name, by_line in case.of_lines.items():
            for code, named in by_line.items():
                for each in named:
                    self._at(Spot(name, code, each)).there |= bit

    def _at(self, spot: Spot) -> Wanted:
        return self.wanted.setdefault(spot, Wanted())

    def disappointed(self, spot: Spot, policy: Policy[int]) -> int:
        """The cases that a policy disappoints at a spot."""
        wanted = self.wanted.get(spot)
        if wanted is None:
            return 0
        held = standing(spot, policy)
        return wanted.there & ~held | wanted.not_there & held


def standing(spot: Spot, policy: Policy[int]) -> int:
    """The cases in whose draft something stands at a spot."""
    if spot.list == SPEAKS:
        return policy.heard(spot.code)
    if spot.list == SUSPECTED:
        return policy.suspected(spot.code)
    if spot.list == NOT_BESIDE:
        return not_beside(spot.code, spot.beside, policy)
    if spot.beside:
        line, agent = policy.line(spot.code), policy.agent(spot.beside, spot.code)
        held = policy.algebra.some(policy.ranks.where(agent, each) for each in HELD[spot.list])
        return held & ~line.closed if spot.list == "agents_named" else held
    if spot.list in STANDS:
        if spot.code not in policy.categories:
            return 0
        return policy.ranks.where(policy.line(spot.code), STANDS[spot.list])
    listed: Mapping[str, Callable[[str], int]] = {
        ASSESSMENTS: partial(policy.listed, "assessment"),
        "supportive_care": partial(policy.listed, "supportive-care"),
        "alerts": policy.alerted,
        "goals": policy.proposed,
        "goals_to_ask": policy.asked,
    }
    return listed[spot.list](spot.code)


def _codes(policy: Policy[int]) -> Mapping[str, tuple[str, ...]]:
    """By list, every code that it may hold."""
    template = policy.template
    tests = dict.fromkeys(rule.code for rule in template.item_rules if rule.kind == "assessment")
    care = dict.fromkeys(rule.code for rule in template.item_rules if rule.kind == "supportive-care")
    goals = tuple(dict.fromkeys(rule.code for rule in template.goal_rules))
    return {
        **dict.fromkeys(STANDS, policy.categories),
        ASSESSMENTS: tuple(tests),
        "supportive_care": tuple(care),
        "alerts": tuple(dict.fromkeys(rule.code for rule in template.alert_rules)),
        "goals": goals,
        "goals_to_ask": goals,
    }
