"""The policy of drafting over an algebra: where lines stand, which drugs they name, which items and alerts are listed.

It says what `plugin.drafting` does for one patient, for all patients of a world at once. `tests/quality/test_policy.py`
holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic

from plugin.library.rules import CategoryRule, Condition, Gate, ItemKind, Template
from plugin.quality.proof.algebra import Element
from plugin.quality.proof.ranks import Rank, Ranks
from plugin.quality.proof.truths import Truth3, Truths, World


class Policy(Generic[Element]):
    """Answers for one template in one world; each answer is worked out once, and only when it is asked for."""

    def __init__(self, template: Template, world: World[Element]) -> None:
        self.template = template
        self.algebra = world.algebra
        self.ranks = Ranks(world.algebra)
        self.truths = Truths(world)
        self.sure = Truths(world, sure=True)
        self._rules: dict[str, list[CategoryRule]] = {}
        for rule in template.category_rules:
            self._rules.setdefault(rule.code, []).append(rule)
        gates = [gate for gate in template.gates if gate.disposition != "no-plan"]
        self._own = [gate for gate in gates if not gate.companions]
        self._paired = [gate for gate in gates if gate.companions]
        self._alone: dict[str, Rank[Element]] = {}
        self._standing: dict[str, Rank[Element]] = {}
        self._final: dict[str, Rank[Element]] = {}
        self._stopped: Element | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that any rule opens, in the order of the template."""
        return tuple(self._rules)

    def truth(self, condition: Condition) -> Truth3[Element]:
        """Where a condition is true, and where it is false."""
        return self.truths.of(condition.expression)

    def stopped(self) -> Element:
        """Where a gate ends the plan, so that nothing is drafted but alerts."""
        if self._stopped is None:
            stops = [gate for gate in self.template.gates if gate.disposition == "no-plan"]
            self._stopped = self.algebra.some(self.truth(gate.condition).yes for gate in stops)
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
            paired = [gate for gate in self._paired if code in gate.targets]
            beside = [self._beside(gate, self._gate(gate), self.alone) for gate in paired]
            self._standing[code] = self.ranks.strictest((self.alone(code), *beside))
        return self._standing[code]

    def alone(self, code: str) -> Rank[Element]:
        """Where a category stands by its rules and the gates that ask for no companion."""
        if code not in self._alone:
            gates = (self._gate(gate) for gate in self._own if code in gate.targets)
            self._alone[code] = self.ranks.strictest((self._opening(code), *gates))
        return self._alone[code]

    def agent(self, name: str, code: str) -> Rank[Element]:
        """Where a drug stands on the line of a category: offered where the line names it."""
        held = self.ranks.strictest(self._holding(gate, wait_alone=True) for gate in self._agent_gates(name, code))
        return self.ranks.strictest((held, self.ranks.only(self.line(code).closed, self.ranks.shut)))

    def listed(self, kind: ItemKind, code: str) -> Element:
        """Where a test or an item of care is listed by a rule of its own."""
        algebra = self.algebra
        rules = [rule for rule in self.template.item_rules if rule.kind == kind and rule.code == code]
        holding = [
            algebra.each((self.truth(rule.condition).yes, self._beside_any(rule.accompanies)))
            if rule.accompanies
            else self.truth(rule.condition).yes
            for rule in rules
        ]
        return algebra.each((algebra.some(holding), algebra.other(self.stopped())))

    def alerted(self, code: str) -> Element:
        """Where an alert of this code is shown by a rule."""
        rules = [rule for rule in self.template.alert_rules if rule.code == code]
        return self.algebra.some(self.truth(rule.condition).yes for rule in rules)

    def _beside_any(self, codes: Iterable[str]) -> Element:
        known = [code for code in sorted(codes) if code in self._rules]
        return self.algebra.some(self.startable(code) for code in known)

    def startable(self, code: str) -> Element:
        """Where a category is offered or stands for judgement."""
        line = self.line(code)
        return self.algebra.some((self.ranks.where(line, "offered"), self.ranks.where(line, "judgement")))

    def _opening(self, code: str) -> Rank[Element]:
        """Rules that hold open a category, as strictly as the strictest of them says; else it waits, or is closed."""
        algebra = self.algebra
        rules = [(rule, self.truth(rule.condition)) for rule in self._rules[code]]
        holding = algebra.some(truth.yes for _, truth in rules)
        to_judge = algebra.some(truth.yes for rule, truth in rules if rule.disposition == "judgement")
        closed = algebra.each(truth.no for _, truth in rules)
        return Rank(closed, algebra.some((closed, to_judge)), algebra.some((to_judge, algebra.other(holding))))

    def _gate(self, gate: Gate, *, presumption_waits: bool = False) -> Rank[Element]:
        algebra = self.algebra
        truth, sure = self.truth(gate.condition), self.sure.of(gate.condition.expression)
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
        companions = [standing(code) for code in gate.companions if code in self._rules]
        followed = ranks.mildest((ranks.to_judge, *companions))
        yes = self.truth(gate.condition).yes
        return ranks.strictest((ranks.only(yes, followed), ranks.only(algebra.other(yes), rank)))

    def _agent_gates(self, name: str, code: str) -> list[Gate]:
        gates = self.template.agent_gates
        return [gate for gate in gates if name in gate.agents and (not gate.targets or code in gate.targets)]

    def _holding(self, gate: Gate, *, wait_alone: bool) -> Rank[Element]:
        """What a gate says of its drugs. wait_alone: count also where it lets them wait without their line."""
        rank = self._gate(gate, presumption_waits=gate.presumption_waits)
        if gate.companions:
            rank = self._beside(gate, rank, self.standing)
        if wait_alone or not gate.waits_alone:
            return rank
        return self.ranks.only(self._told(gate), rank)

    def _told(self, gate: Gate) -> Element:
        """Where a gate that lets its drugs wait by themselves is decided, and not on a presumption it waits for."""
        algebra = self.algebra
        truth = self.truth(gate.condition)
        no = self.sure.of(gate.condition.expression).no if gate.presumption_waits else truth.no
        return algebra.some((truth.yes, no))

    def _lacking(self, code: str, agents: Iterable[str]) -> Rank[Element]:
        """What the line follows where every drug of a part is held back: the mildest of what holds them."""
        held = [[self._holding(gate, wait_alone=False) for gate in self._agent_gates(name, code)] for name in agents]
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
