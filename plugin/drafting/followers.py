"""The facts as they would be if one of them were known: what follows from it, and what is no longer presumed then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from plugin.drafting.facts import COST, Facts
from plugin.findings.model import State
from plugin.library.expressions import Decide, Environment, compiled, evaluate, names_in
from plugin.library.vocabulary import Derivation, FindingDefinition, Value, Vocabulary


@dataclass(frozen=True, slots=True)
class World:
    """The facts of today with one of them settled. `states`: of the variables whose value or state is not today's."""

    environment: Environment
    states: Mapping[str, State]
    facts: Facts

    def state(self, variable: str) -> State:
        """How surely a fact is known in this world."""
        return self.states[variable] if variable in self.states else self.facts.state(variable)

    def cost(self, variable: str) -> int:
        """How much a reason prefers other facts, as in drafting."""
        return COST[self.state(variable)]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A derivation, ready to be asked many times."""

    derivation: Derivation
    names: frozenset[str]
    decide: Decide


class Followers:
    """Knows, for one patient, which facts follow from which others, and are not told by the chart themselves.

    asked: the variables that conditions which are still open ask about.
    leading: these, and those from which one of them would follow. A fact that only keeps another from being presumed is
        not among them: the other one is what there is to ask.
    """

    def __init__(self, facts: Facts, asked: Iterable[str]) -> None:
        self.facts = facts
        self._rules = _rules_of(facts.vocabulary)
        self.leading = set(asked)
        self._by_source: dict[str, list[FindingDefinition]] = {}
        conclusive = {definition.variable: definition for definition in _conclusive(facts.vocabulary)}
        seen, waiting = set(self.leading), sorted(self.leading)
        while waiting:
            follower = waiting.pop()
            if follower not in conclusive:
                continue
            definition = conclusive[follower]
            behind = self._behind(definition)
            if follower in self.leading:
                self.leading |= behind
            for name in sorted(behind | self._against(definition)):
                self._by_source.setdefault(name, []).append(definition)
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)

    def follows(self, code: str, variable: str) -> bool:
        """Whether a finding may follow from the fact of a variable."""
        return any(variable in rule.names for rule in self._rules[code])

    def world(self, code: str, value: Value) -> World:
        """The facts if a clinician stated this value."""
        definition = self.facts.vocabulary[code]
        variable = definition.variable
        environment = {**self.facts.environment, variable: value}
        states: dict[str, State] = {variable: "known"}
        if _is_denied(definition, value, environment):
            environment[variable], states[variable] = None, "conflicting"
        waiting = [variable]
        while waiting:
            for follower in self._by_source.get(waiting.pop(), ()):
                name = follower.variable
                if name == variable:
                    continue
                concluded, state = self._conclude(follower, environment, states)
                if concluded != environment[name] or state != states.get(name, self.facts.state(name)):
                    environment[name], states[name] = concluded, state
                    waiting.append(name)
        return World(environment, states, self.facts)

    def _behind(self, definition: FindingDefinition) -> frozenset[str]:
        """The variables from which a fact would follow of which the chart says nothing by itself."""
        finding = self.facts.findings[definition.code]
        rules = self._rules[definition.code]
        open_ = finding.state in ("unknown", "presumed")
        if not open_ and all(finding.note != rule.derivation.reason for rule in rules):
            return frozenset()
        return frozenset[str]().union(*(rule.names for rule in rules))

    def _against(self, definition: FindingDefinition) -> frozenset[str]:
        """The variables that would keep a fact from being presumed."""
        if self.facts.findings[definition.code].state != "presumed" or definition.presumption is None:
            return frozenset()
        return frozenset[str]().union(*map(names_in, definition.presumption.unless))

    def _conclude(
        self, definition: FindingDefinition, environment: Environment, states: Mapping[str, State]
    ) -> tuple[Value | None, State]:
        for rule in self._rules[definition.code]:
            if rule.decide(environment, {}) is True:
                known = (name for name in rule.names if environment[name] is not None)
                presumed = any(states.get(name, self.facts.state(name)) == "presumed" for name in known)
                return rule.derivation.value, "presumed" if presumed else "derived"
        presumption = definition.presumption
        if presumption is None or self.facts.findings[definition.code].state != "presumed":
            return None, "unknown"
        cancelled = any(evaluate(condition, environment) is True for condition in presumption.unless)
        return (None, "unknown") if cancelled else (presumption.value, "presumed")


def _is_denied(definition: FindingDefinition, value: Value, environment: Environment) -> bool:
    """Whether a value cannot be, other facts being what they are: stating it would only make a conflict."""
    return any(denial.value == value and evaluate(denial.when, environment) is True for denial in definition.denials)


@lru_cache(maxsize=8)
def _rules_of(vocabulary: Vocabulary) -> dict[str, tuple[_Rule, ...]]:
    return {
        code: tuple(_Rule(each, names_in(each.when), compiled(each.when)) for each in definition.derivations)
        for code, definition in vocabulary.items()
    }


@lru_cache(maxsize=8)
def _conclusive(vocabulary: Vocabulary) -> tuple[FindingDefinition, ...]:
    """The findings that may follow from others, or be presumed unless others speak against it."""
    found = vocabulary.values()
    return tuple(each for each in found if each.derivations or (each.presumption and each.presumption.unless))
