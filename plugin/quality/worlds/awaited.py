"""Which tests a draft lists because something waits for them, over an algebra, as `plugin.drafting` does for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic

from plugin.drafting.model import Disposition
from plugin.library.expressions import Conjunction, Disjunction, Existence, Expression, Literally, Negation
from plugin.library.rules import Condition, Gate
from plugin.quality.worlds.algebra import Element
from plugin.quality.worlds.policy import Policy


class Awaited(Generic[Element]):
    """Follows what lines and drugs wait for to the tests that would settle it; each answer is worked out once."""

    def __init__(self, policy: Policy[Element]) -> None:
        self.policy = policy
        self.algebra = policy.algebra
        self.vocabulary = policy.template.vocabulary
        self._index = policy.index
        self._waits: dict[int, Mapping[str, Element]] = {}
        self._alone: dict[str, Mapping[str, Element]] = {}
        self._standing: dict[str, Mapping[str, Element]] = {}
        self._needed: Mapping[str, Element] | None = None
        self._weighed: Mapping[str, Element] | None = None

    def tests(self) -> tuple[str, ...]:
        """The tests that may be listed: those of rules, and those that settle a fact that conditions ask about."""
        template = self.policy.template
        by_rule = (rule.code for rule in template.item_rules if rule.kind == "assessment")
        asked = template.conditioned_on()
        settling = (test for code in self.vocabulary if code in asked for test in self.vocabulary[code].settled_by)
        return tuple(dict.fromkeys((*by_rule, *settling)))

    def listed(self, test: str) -> Element:
        """Where a test is listed: by a rule of its own, or since something waits for it and for no test that is due."""
        algebra = self.algebra
        found = [self._due(test)]
        waiting = ((self.needed(), algebra.everybody), (self.weighed(), algebra.other(self._ruled_out(test))))
        for definition in self.vocabulary.values():
            if test not in definition.settled_by:
                continue
            others = algebra.some(map(self._due, definition.settled_by))
            for missing, here in waiting:
                if definition.variable in missing:
                    found.append(algebra.each((missing[definition.variable], algebra.other(others), here)))
        return algebra.some(found)

    def needed(self) -> Mapping[str, Element]:
        """By variable, where a conditional line, or a drug of a line that is offered, waits for a fact."""
        if self._needed is None:
            self._needed = self._joined(each for code in self.policy.categories for each in self._of_line(code))
        return self._needed

    def weighed(self) -> Mapping[str, Element]:
        """The same of drugs of a line for judgement."""
        if self._weighed is None:
            categories = self.policy.categories
            self._weighed = self._joined(each for code in categories for each in self._of_drugs(code, "judgement"))
        return self._weighed

    def _ruled_out(self, test: str) -> Element:
        """Where every rule on a test is false; nowhere for a test without rules."""
        rules = [rule for rule in self.policy.template.item_rules if rule.code == test]
        truths = (self.policy.truth(rule.condition).no for rule in rules)
        return self.algebra.each(truths) if rules else self.algebra.other(self.algebra.everybody)

    def _due(self, test: str) -> Element:
        return self.policy.listed("assessment", test)

    def _of_line(self, code: str) -> Iterator[Mapping[str, Element]]:
        policy = self.policy
        conditional = policy.ranks.where(policy.line(code), "conditional")
        for missing in (self._of_standing(code), *self._of_parts(code)):
            yield self._where(conditional, missing)
        yield from self._of_drugs(code, "offered")

    def _of_drugs(self, code: str, standing: Disposition) -> Iterator[Mapping[str, Element]]:
        """What the drugs of a line wait for where it stands so."""
        policy = self.policy
        here = policy.ranks.where(policy.line(code), standing)
        for name in policy.template.activities[code].agents:
            going = self.algebra.each((here, self.algebra.other(policy.agent(name, code).closed)))
            for gate in policy.agent_gates(name, code):
                yield self._where(going, self._of_drug(gate))

    def _of_parts(self, code: str) -> Iterator[Mapping[str, Element]]:
        """What a line waits for since every drug of a part of it waits."""
        policy = self.policy
        for part in policy.template.parts.get(code, ()):
            gates = {name: policy.agent_gates(name, code) for name in part.agents}
            held = {
                name: policy.ranks.strictest(policy.holding(gate, wait_alone=False) for gate in several)
                for name, several in gates.items()
            }
            waiting = policy.ranks.where(policy.ranks.mildest(held.values()), "conditional")
            for name, rank in held.items():
                here = self.algebra.each((waiting, policy.ranks.where(rank, "conditional")))
                for gate in gates[name]:
                    alone = policy.told(gate) if gate.waits_alone else self.algebra.everybody
                    yield self._where(self.algebra.each((here, alone)), self._of_drug(gate))

    def _of_drug(self, gate: Gate) -> Mapping[str, Element]:
        """What a gate on drugs waits for; of several presumed facts it may wait for, every one."""
        found = [self._of_condition(gate.condition), *self._of_companions(gate, standing=True)]
        if gate.presumption_waits:
            truth, sure = self.policy.truth(gate.condition), self.policy.surely(gate.condition)
            resting = self.algebra.each((truth.no, self.algebra.other(sure.no)))
            presumed = {name: self.policy.world.presumed(name) for name in sorted(gate.condition.names)}
            found.append(self._where(resting, presumed))
        return self._joined(found)

    def _of_standing(self, code: str) -> Mapping[str, Element]:
        """What a line waits for by its rules and gates."""
        if code not in self._standing:
            open_ = self.algebra.other(self.policy.alone(code).closed)
            paired = [gate for gate in self._index.paired if code in gate.targets]
            found = [
                each
                for gate in paired
                for each in (self._of_condition(gate.condition), *self._of_companions(gate, standing=False))
            ]
            self._standing[code] = self._joined((self._of_alone(code), self._where(open_, self._joined(found))))
        return self._standing[code]

    def _of_alone(self, code: str) -> Mapping[str, Element]:
        """The same by its rules and the gates that ask for no companion."""
        if code not in self._alone:
            algebra, rules = self.algebra, self._index.rules[code]
            truths = [self.policy.truth(rule.condition) for rule in rules]
            nothing_holds = algebra.other(algebra.some(truth.yes for truth in truths))
            open_ = algebra.other(algebra.each(truth.no for truth in truths))
            gates = [gate for gate in self._index.own if code in gate.targets]
            opening = self._joined(self._of_condition(rule.condition) for rule in rules)
            holding = self._joined(self._of_condition(gate.condition) for gate in gates)
            self._alone[code] = self._joined((self._where(nothing_holds, opening), self._where(open_, holding)))
        return self._alone[code]

    def _of_companions(self, gate: Gate, *, standing: bool) -> Iterator[Mapping[str, Element]]:
        """What the companions of a gate that holds wait for, where none of them stands better than conditional."""
        policy = self.policy
        codes = [code for code in gate.companions if code in self._index.rules]
        if not codes:
            return
        stand = policy.standing if standing else policy.alone
        waiting = policy.ranks.where(policy.ranks.mildest(map(stand, codes)), "conditional")
        here = self.algebra.each((waiting, policy.truth(gate.condition).yes))
        for code in codes:
            yield self._where(here, self._of_standing(code) if standing else self._of_alone(code))

    def _of_condition(self, condition: Condition) -> Mapping[str, Element]:
        return self._of(self.policy.expression(condition))

    def _of(self, expression: Expression) -> Mapping[str, Element]:
        """By variable, where an expression is undecided on account of a fact."""
        if id(expression) not in self._waits:
            self._waits[id(expression)] = self._worked_out(expression)
        return self._waits[id(expression)]

    def _worked_out(self, expression: Expression) -> Mapping[str, Element]:
        match expression:
            case Conjunction(operands) | Disjunction(operands):
                return self._where(self._undecided(expression), self._joined(map(self._of, operands)))
            case Negation(operand):
                return self._of(operand)
            case Literally() | Existence():
                return {}
        return {expression.name: self._undecided(expression)}

    def _undecided(self, expression: Expression) -> Element:
        truth = self.policy.truths.of(expression)
        return self.algebra.other(self.algebra.some((truth.yes, truth.no)))

    def _where(self, here: Element, missing: Mapping[str, Element]) -> Mapping[str, Element]:
        return {name: self.algebra.each((here, where)) for name, where in missing.items()}

    def _joined(self, several: Iterable[Mapping[str, Element]]) -> Mapping[str, Element]:
        found: dict[str, list[Element]] = {}
        for missing in several:
            for name, where in missing.items():
                found.setdefault(name, []).append(where)
        return {name: self.algebra.some(parts) for name, parts in found.items()}
