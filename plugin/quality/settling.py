"""Cases that need no draft of their own: the policy over all their patients at once gives them what they expect.

What it cannot tell, or denies, is drafted for: so a case fails only by its draft, and a draft explains it.
"""

from __future__ import annotations

from functools import cache

from plugin.library.rules import Gate
from plugin.quality.cases import ABSENT, SILENT, SPEAKS, SUSPECTED, UNSUSPECTED, Case
from plugin.quality.polarity.expectations import EXACTLY, STANDS, Spot, standing
from plugin.quality.worlds.index import index_of
from plugin.quality.worlds.policy import Policy

NAMED = "agents_named"


def settled(cases: tuple[Case, ...], policy: Policy[int]) -> frozenset[int]:
    """The places of the cases that surely get all that they expect. policy: over their patients, in the same order."""
    settling = _Settling(policy)
    return frozenset(place for place, case in enumerate(cases) if settling.gets(case, 1 << place))


class _Settling:
    """Looks up what the policy gives; each spot is worked out once."""

    def __init__(self, policy: Policy[int]) -> None:
        self.policy = policy
        self._standing = cache(lambda spot: standing(spot, policy))
        template = policy.template
        # The lists that rules alone fill: tests are due as well that a line waits for, alerts come of results, too.
        self._codes = {
            "supportive_care": {rule.code for rule in template.item_rules if rule.kind == "supportive-care"},
            "goals": {rule.code for rule in template.goal_rules},
            "goals_to_ask": {rule.code for rule in template.goal_rules},
            **{name: set(policy.categories) for name in STANDS},
        }

    def gets(self, case: Case, bit: int) -> bool:
        """Whether a case surely gets all that it expects."""
        if any(name != NAMED for name in case.of_lines):
            return False
        named = case.of_lines.get(NAMED, {})
        drugs = (Spot(NAMED, code, agent) for code, agents in named.items() for agent in agents)
        return all(self._is_so(spot, bit) for spot in drugs) and all(
            self._comes(name, expected, bit) for name, expected in case.expect.items()
        )

    def _comes(self, name: str, expected: tuple[str, ...], bit: int) -> bool:
        if name in (SPEAKS, SILENT):
            return all(self._is_heard(rule, bit) is (name == SPEAKS) for rule in expected)
        if name in (SUSPECTED, UNSUSPECTED):
            return all(self._is_so(Spot(SUSPECTED, rule), bit) is (name == SUSPECTED) for rule in expected)
        if name == ABSENT:
            return all(self._is_absent(code, bit) for code in expected)
        shown = name.removesuffix(EXACTLY)
        if not all(self._is_so(Spot(shown, code), bit) for code in expected):
            return False
        if shown == name:
            return True
        if shown not in self._codes:
            return False
        return not any(self._is_so(Spot(shown, code), bit) for code in self._codes[shown].difference(expected))

    def _is_heard(self, rule_id: str, bit: int) -> bool | None:
        """Whether a rule is heard; None of a gate, which only the draft tells."""
        if isinstance(index_of(self.policy.template).by_id.get(rule_id), Gate | None):
            return None
        return self._is_so(Spot(SPEAKS, rule_id), bit)

    def _is_absent(self, code: str, bit: int) -> bool:
        """Whether a code surely stands nowhere: one that nothing but rules can bring."""
        lists = [name for name, codes in self._codes.items() if code in codes]
        return bool(lists) and not any(self._is_so(Spot(name, code), bit) for name in lists)

    def _is_so(self, spot: Spot, bit: int) -> bool:
        return bool(self._standing(spot) & bit)
