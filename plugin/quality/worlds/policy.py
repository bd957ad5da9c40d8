"""The policy of drafting over an algebra: where lines stand, which drugs they name, which items and alerts are listed.

It says what `plugin.drafting` does for one patient, for all patients of a world at once. `tests/quality/test_policy.py`
holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Generic

from plugin.library.expressions import Expression
from plugin.library.rules import (
    AlertRule,
    CategoryRule,
    Combination,
    Condition,
    Gate,
    GoalRule,
    ItemKind,
    ItemRule,
    Template,
)
from plugin.quality.worlds.algebra import Element
from plugin.quality.worlds.index import index_of
from plugin.quality.worlds.ranks import Rank, Ranks
from plugin.quality.worlds.together import said
from plugin.quality.worlds.truths import Truth3, Truths, World

NOTHING: Mapping[int, Expression] = MappingProxyType({})


class Policy(Generic[Element]):
    """Answers for one template in one world; each answer is worked out once, and only when it is asked for.

    instead: other expressions in the place of some conditions, by the identity of the condition.
    truths, sure: of a policy in the same world, where one is there already.
    """

    def __init__(
        self,
        template: Template,
        world: World[Element],
        *,
        instead: Mapping[int, Expression] = NOTHING,
        truths: Truths[Element] | None = None,
        sure: Truths[Element] | None = None,
    ) -> None:
        self.template = template
        self.world = world
        self.algebra = world.algebra
        self.ranks = Ranks(world.algebra)
        self.truths = truths or Truths(world)
        self.sure = sure or Truths(world, sure=True)
        self._instead = instead
        self.index = index_of(template)
        self._moved: dict[tuple[str, bool], Rank[Element]] = {}
        self._alone: dict[str, Rank[Element]] = {}
        self._standing: dict[str, Rank[Element]] = {}
        self._final: dict[str, Rank[Element]] = {}
        self._agents: dict[tuple[str, str], Rank[Element]] = {}
        self._stopped: Element | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that any rule opens, in the order of the template."""
        return tuple(self.index.rules)

    def truth(self, condition: Condition) -> Truth3[Element]:
        """Where a condition is true, and where it is false."""
        return self.truths.of(self.expression(condition))

    def expression(self, condition: Condition) -> Expression:
        """What stands in the place of a condition: its own expression, unless another was given for it."""
        return self._instead.get(id(condition), condition.expression)

    def is_open_somewhere(self, condition: Condition) -> bool:
        """Whether a condition is undecided for anybody; of formulas, whether that is not excluded yet."""
        return self._undecided(self.truth(condition)) != self.algebra.nobody

    def surely(self, condition: Condition) -> Truth3[Element]:
        """Where a condition is true, and where it is false, by what is more than presumed."""
        return self.sure.of(self.expression(condition))

    def changed(self, instead: Mapping[int, Expression], codes: Iterable[str]) -> Policy[Element]:
        """The policy with other expressions in the place of some conditions.

        codes: the categories whose rules or gates these are; what does not depend on them is not worked out again.
        """
        other = Policy(self.template, self.world, instead=instead, truths=self.truths, sure=self.sure)
        alone = set(codes)
        other._moved = {
            key: rank for key, rank in self._moved.items() if id(self.index.by_id[key[0]].condition) not in instead
        }
        other._alone = {code: rank for code, rank in self._alone.items() if code not in alone}
        touched = alone | self._beside_them(alone)
        other._standing = {code: rank for code, rank in self._standing.items() if code not in touched}
        other._final = {code: rank for code, rank in self._final.items() if code not in touched}
        return other

    def _beside_them(self, codes: set[str]) -> set[str]:
        """The categories whose gates look at where some others stand."""
        paired = [gate for gate in self.index.paired if codes.intersection(gate.companions)]
        drugs = [gate for gate in self.template.agent_gates if codes.intersection(gate.companions)]
        touched = {code for gate in paired for code in gate.targets}
        return touched | ({code for gate in drugs for code in gate.targets or self.index.rules})

    def stopped(self) -> Element:
        """Where a gate ends the plan, so that nothing is drafted but alerts."""
        if self._stopped is None:
            self._stopped = self.algebra.some(self.truth(gate.condition).yes for gate in self.index.stops)
        return self._stopped

    def line(self, code: str) -> Rank[Element]:
        """Where the line of a category stands in the draft."""
        if code not in self._final:
            stop = self.ranks.only(self.stopped(), self.ranks.shut)
            parts = self.template.parts.get(code, ())
            lacking = [self._lacking(code, part.agents) for part in parts]
            self._final[code] = self.ranks.strictest((self.standing(code), *lacking, stop))
        return self._final[code]

    def standing(self, code: str) -> Rank[Element]:
        """Where a category stands by its rules and its gates, before its drugs are looked at."""
        if code not in self._standing:
            paired = [gate for gate in self.index.paired if code in gate.targets]
            beside = [self._beside(gate, self._gate(gate), self.alone) for gate in paired]
            self._standing[code] = self.ranks.strictest((self.alone(code), *beside))
        return self._standing[code]

    def alone(self, code: str) -> Rank[Element]:
        """Where a category stands by its rules and the gates that ask for no companion."""
        if code not in self._alone:
            gates = (self._gate(gate) for gate in self.index.own if code in gate.targets)
            self._alone[code] = self.ranks.strictest((self._opening(code), *gates))
        return self._alone[code]

    def agent(self, name: str, code: str) -> Rank[Element]:
        """Where a drug stands on the line of a category: offered where the line names it."""
        if (name, code) not in self._agents:
            held = self.ranks.strictest(self.holding(gate, wait_alone=True) for gate in self.agent_gates(name, code))
            closed = self.ranks.only(self.line(code).closed, self.ranks.shut)
            self._agents[name, code] = self.ranks.strictest((held, closed))
        return self._agents[name, code]

    def listed(self, kind: ItemKind, code: str) -> Element:
        """Where a test or an item of care is listed by a rule of its own."""
        return self.algebra.some(self.heard(rule.id) for rule in self.index.items.get((kind, code), ()))

    def proposed(self, code: str) -> Element:
        """Where a goal is proposed."""
        holding = self.algebra.some(self.truth(rule.condition).yes for rule in self._goal_rules(code))
        return self.algebra.each((holding, self.algebra.other(self.stopped())))

    def asked(self, code: str) -> Element:
        """Where a goal is one to ask about, because nobody knows whether it fits."""
        algebra = self.algebra
        truths = [self.truth(rule.condition) for rule in self._goal_rules(code)]
        holding = algebra.some(truth.yes for truth in truths)
        open_ = algebra.some(map(self._undecided, truths))
        return algebra.each((open_, algebra.other(holding), algebra.other(self.stopped())))

    def _goal_rules(self, code: str) -> list[GoalRule]:
        return self.index.goals.get(code, [])

    def alerted(self, code: str) -> Element:
        """Where an alert of this code is shown by a rule."""
        return self.algebra.some(self.heard(rule.id) for rule in self.index.alerts.get(code, ()))

    def heard(self, rule_id: str) -> Element:
        """Where a rule speaks in the draft: of a line, an item, a goal, an alert or a combination; nowhere for a gate.

        Where no rule of a line or a goal holds, those speak that are undecided.
        """
        algebra = self.algebra
        going_on = algebra.other(self.stopped())
        match rule := self.index.by_id.get(rule_id):
            case CategoryRule(code=code):
                return algebra.each((self._loudest(rule, self.index.rules[code]), going_on))
            case GoalRule(code=code):
                return algebra.each((self._loudest(rule, self._goal_rules(code)), going_on))
            case ItemRule(accompanies=beside):
                holds = self.truth(rule.condition).yes
                return algebra.each((holds, self._beside_any(beside) if beside else algebra.everybody, going_on))
            case AlertRule():
                return self.truth(rule.condition).yes
            case Combination():
                return said(rule, self)
        return algebra.nobody

    def suspected(self, rule_id: str) -> Element:
        """Where the facts of a rule are asked first, since the chart makes one suspect that it holds."""
        rule = self.index.by_id.get(rule_id)
        if not isinstance(rule, CategoryRule) or rule.suspected is None:
            return self.algebra.nobody
        holds = self.truth(rule.condition).yes
        return self.algebra.each((self.truth(rule.suspected).yes, self.algebra.other(holds)))

    def leads(self, rule: CategoryRule) -> Element:
        """Where the line of a category is explained by this rule, as the first of the strictest that hold."""
        algebra, rules = self.algebra, self.index.rules[rule.code]
        stricter = [each for each in rules if each.disposition == "judgement" != rule.disposition]
        before = [each for each in rules[: rules.index(rule)] if each.disposition == rule.disposition]
        ahead = algebra.some(self.truth(each.condition).yes for each in (*stricter, *before))
        return algebra.each((self.truth(rule.condition).yes, algebra.other(ahead)))

    def _loudest(self, rule: CategoryRule | GoalRule, rules: Iterable[CategoryRule | GoalRule]) -> Element:
        algebra, truth = self.algebra, self.truth(rule.condition)
        holding = algebra.some(self.truth(each.condition).yes for each in rules)
        return algebra.some((truth.yes, algebra.each((self._undecided(truth), algebra.other(holding)))))

    def _beside_any(self, codes: Iterable[str]) -> Element:
        known = [code for code in sorted(codes) if code in self.index.rules]
        return self.algebra.some(self.startable(code) for code in known)

    def startable(self, code: str) -> Element:
        """Where a category is offered or stands for judgement."""
        line = self.line(code)
        return self.algebra.some((self.ranks.where(line, "offered"), self.ranks.where(line, "judgement")))

    def _opening(self, code: str) -> Rank[Element]:
        """Rules that hold open a category, as strictly as the strictest of them says; else it waits, or is closed."""
        algebra = self.algebra
        rules = [(rule, self.truth(rule.condition)) for rule in self.index.rules[code]]
        holding = algebra.some(truth.yes for _, truth in rules)
        to_judge = algebra.some(truth.yes for rule, truth in rules if rule.disposition == "judgement")
        closed = algebra.each(truth.no for _, truth in rules)
        return Rank(closed, algebra.some((closed, to_judge)), algebra.some((to_judge, algebra.other(holding))))

    def _gate(self, gate: Gate, *, presumption_waits: bool = False) -> Rank[Element]:
        key = (gate.id, presumption_waits)
        if key not in self._moved:
            self._moved[key] = self._moves(gate, presumption_waits)
        return self._moved[key]

    def _moves(self, gate: Gate, presumption_waits: bool) -> Rank[Element]:
        algebra = self.algebra
        truth, sure = self.truth(gate.condition), self.surely(gate.condition)
        waiting = self._undecided(truth)
        if presumption_waits:
            waiting = algebra.some((waiting, algebra.each((truth.no, algebra.other(sure.no)))))
        moved = algebra.some((truth.yes, waiting))
        match gate.disposition:
            case "not-offered":
                closed = truth.yes if gate.presumption_stands else sure.yes
                return Rank(closed, truth.yes, moved)
            case "judgement":
                return Rank(algebra.nobody, truth.yes, moved)
        return Rank(algebra.nobody, algebra.nobody, moved)

    def _undecided(self, truth: Truth3[Element]) -> Element:
        return self.algebra.other(self.algebra.some((truth.yes, truth.no)))

    def _beside(self, gate: Gate, rank: Rank[Element], standing: Callable[[str], Rank[Element]]) -> Rank[Element]:
        """What a gate says that asks for a companion, by where the companions stand."""
        ranks, algebra = self.ranks, self.algebra
        companions = [standing(code) for code in gate.companions if code in self.index.rules]
        followed = ranks.mildest((ranks.to_judge, *companions))
        yes = self.truth(gate.condition).yes
        return ranks.strictest((ranks.only(yes, followed), ranks.only(algebra.other(yes), rank)))

    def agent_gates(self, name: str, code: str) -> list[Gate]:
        """The gates that may hold a drug back on the line of a category."""
        gates = self.index.by_agent.get(name, ())
        return [gate for gate in gates if not gate.targets or code in gate.targets]

    def holding(self, gate: Gate, *, wait_alone: bool) -> Rank[Element]:
        """What a gate says of its drugs. wait_alone: count also where it lets them wait without their line."""
        rank = self._gate(gate, presumption_waits=gate.presumption_waits)
        if gate.companions:
            rank = self._beside(gate, rank, self.standing)
        if wait_alone or not gate.waits_alone:
            return rank
        return self.ranks.only(self.told(gate), rank)

    def told(self, gate: Gate) -> Element:
        """Where a gate that lets its drugs wait by themselves is decided, and not on a presumption it waits for."""
        algebra = self.algebra
        truth = self.truth(gate.condition)
        no = self.surely(gate.condition).no if gate.presumption_waits else truth.no
        return algebra.some((truth.yes, no))

    def _lacking(self, code: str, agents: Iterable[str]) -> Rank[Element]:
        """What the line follows where every drug of a part is held back: the mildest of what holds them."""
        held = [[self.holding(gate, wait_alone=False) for gate in self.agent_gates(name, code)] for name in agents]
        if not all(held):
            return self.ranks.offered
        mildest = self.ranks.mildest(self.ranks.strictest(gates) for gates in held)
        # A line that still waits does not yet stand for judgement on account of a drug.
        standing = self.standing(code)
        algebra = self.algebra
        waits = algebra.each((standing.conditional, algebra.other(standing.judgement)))
        to_judge = algebra.each((mildest.judgement, algebra.other(mildest.closed)))
        moving = algebra.other(algebra.each((waits, to_judge)))
        return self.ranks.only(moving, mildest)
