"""Mutation testing of a template: with any one comparison turned around or left out, some case must fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain

from plugin.library.expressions import Expression, inline, written
from plugin.library.grammar import parse
from plugin.library.rules import AlertRule, Combination, Condition, GoalRule, ItemRule, NamedCondition, Rule
from plugin.quality.cases import NOT_BESIDE, SPEAKS, SUSPECTED, Case
from plugin.quality.polarity.expectations import Expectations, Spot
from plugin.quality.polarity.flips import Flip, flips, omissions, put, stands_in
from plugin.quality.polarity.idle import is_idle_name, is_idle_rule, is_idle_suspicion
from plugin.quality.worlds.index import index_of
from plugin.quality.worlds.outcomes import touched
from plugin.quality.worlds.policy import Policy

FEW = 200
ITEM_LISTS = {"assessment": "assessments", "supportive-care": "supportive_care"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One comparison turned around, or one part left out. owner: id of the rule, or name of the named condition.

    part: it as written. left_out: whether it is left out, not turned around.
    noticed: whether a case fails by it. idle: it cannot be noticed, since it changes no draft of any chart.
    """

    owner: str
    part: str
    left_out: bool
    noticed: bool
    idle: bool = False


class Polarity:
    """Turns comparisons around in the world of the cases, and asks whether any case notices."""

    def __init__(self, cases: tuple[Case, ...], policy: Policy[int]) -> None:
        self.policy = policy
        self.template = policy.template
        self.definitions = index_of(self.template).definitions
        self.expectations = Expectations.of(cases, policy)
        self._before = {spot: self.expectations.disappointed(spot, policy) for spot in self.expectations.wanted}
        self._spots: dict[str, list[Spot]] = {}
        for spot in self.expectations.wanted:
            self._spots.setdefault(spot.code, []).append(spot)

    def mutants(self) -> Iterator[Mutant]:
        """Every comparison of every rule and of every named condition turned around, and every part left out.

        Whether one that nobody notices can matter at all is asked only where they are few: a template whose cases are
        yet to be written would keep its author waiting for what will be noticed then.
        """
        changed = list(self._changed())
        missed = Counter(left_out for _, _, left_out, _, noticed in changed if not noticed)
        for owner, said, left_out, is_idle, noticed in changed:
            idle = not noticed and missed[left_out] <= FEW and is_idle()
            yield Mutant(owner, said, left_out, noticed, idle)

    def _changed(self) -> Iterator[tuple[str, str, bool, Callable[[], bool], bool]]:
        """Owner and part of each, whether it is left out, how to ask if it can matter, and whether a case fails."""
        for rule in self.template.rules:
            for flip, left_out in _every(rule.condition):
                expression = inline(flip.expression, self.definitions)
                is_idle = partial(is_idle_rule, rule, expression, self.template)
                yield rule.id, written(flip.part), left_out, is_idle, self._is_noticed(rule, expression)
        for rule in self.template.category_rules:
            if rule.suspected is None:
                continue
            for flip, left_out in _every(rule.suspected):
                expression = inline(flip.expression, self.definitions)
                is_idle = partial(is_idle_suspicion, rule, expression, self.template)
                said = f"{written(flip.part)}, which raises the suspicion,"
                yield rule.id, said, left_out, is_idle, self._is_noticed_suspicion(rule, rule.suspected, expression)
        for named in self.template.named.values():
            for flip, left_out in _every(named.condition):
                expression = inline(flip.expression, self.definitions)
                is_idle = partial(is_idle_name, named, expression, self.template)
                noticed = self._is_noticed_by_name(named, expression)
                yield named.name, written(flip.part), left_out, is_idle, noticed

    def _is_noticed(self, rule: Rule, expression: Expression) -> bool:
        codes = touched(rule, self.policy)
        policy = self.policy.changed({id(rule.condition): expression}, codes)
        return any(self._disappoints(spot, policy) for spot in self._spots_of(rule, codes))

    def _is_noticed_suspicion(self, rule: Rule, suspected: Condition, expression: Expression) -> bool:
        policy = self.policy.changed({id(suspected): expression}, ())
        spots = (spot for spot in self._spots.get(rule.id, ()) if spot.list == SUSPECTED)
        return any(self._disappoints(spot, policy) for spot in spots)

    def _disappoints(self, spot: Spot, policy: Policy[int]) -> bool:
        return bool(self.expectations.disappointed(spot, policy) & ~self._before[spot])

    def _is_noticed_by_name(self, named: NamedCondition, expression: Expression) -> bool:
        """Looks first where the rules speak that use the name, since most changes are noticed there."""
        using = self._using[named.name]
        instead = {id(rule.condition): put(rule.condition.expression, named, expression) for rule in using}
        instead |= {id(each): put(each.expression, named, expression) for each in self._suspicions}
        codes = {rule.id: touched(rule, self.policy) for rule in using}
        policy = self.policy.changed(instead, chain.from_iterable(codes.values()))
        near = dict.fromkeys(spot for rule in using for spot in self._spots_of(rule, codes[rule.id]))
        far = (spot for spot in self._before if spot not in near)
        return any(self._disappoints(spot, policy) for spot in chain(near, far))

    @property
    def _suspicions(self) -> Iterator[Condition]:
        return (rule.suspected for rule in self.template.category_rules if rule.suspected)

    @cached_property
    def _using(self) -> dict[str, list[Rule]]:
        """By named condition, the rules in whose conditions it stands."""
        return {
            name: [rule for rule in self.template.rules if stands_in(named, rule.condition.expression)]
            for name, named in self.template.named.items()
        }

    def _spots_of(self, rule: Rule, codes: tuple[str, ...]) -> Iterator[Spot]:
        yield from (spot for spot in self._spots.get(rule.id, ()) if spot.list == SPEAKS)
        match rule:
            case ItemRule(kind=kind, code=code):
                yield from (spot for spot in self._spots.get(code, ()) if spot.list == ITEM_LISTS[kind])
            case AlertRule(code=code):
                yield from (spot for spot in self._spots.get(code, ()) if spot.list == "alerts")
            case GoalRule(code=code):
                yield from (spot for spot in self._spots.get(code, ()) if spot.list.startswith("goals"))
            case Combination():
                yield from (spot for spot in self.expectations.wanted if spot.list == NOT_BESIDE)
        for code in codes:
            yield from self._spots.get(code, ())
        if codes:
            yield from self._beside

    @cached_property
    def _beside(self) -> list[Spot]:
        """The items that stand beside treatment, and so move with it."""
        codes = {(ITEM_LISTS[rule.kind], rule.code) for rule in self.template.item_rules if rule.accompanies}
        return [spot for spot in self._before if (spot.list, spot.code) in codes]


def _every(condition: Condition) -> Iterator[tuple[Flip, bool]]:
    """Every change of a condition as its author wrote it, and whether it leaves something out."""
    expression = parse(condition.text)
    yield from ((flip, False) for flip in flips(expression))
    yield from ((flip, True) for flip in omissions(expression))
