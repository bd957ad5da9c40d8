"""The facts of one patient as conditions see them, and the reasons they give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plugin.drafting.model import Fact
from plugin.findings.model import Finding, Findings, State
from plugin.library.expressions import Truth, deciding
from plugin.library.rules import Condition
from plugin.library.vocabulary import Value, Vocabulary

# Where one of several facts would decide alone, name the one we are surest of.
COST: dict[State, int] = {"known": 0, "derived": 1, "presumed": 100, "unknown": 0, "conflicting": 0}


@dataclass(frozen=True, slots=True)
class Judged:
    """What the facts make of a condition.

    truth: True, False, or None where the facts do not decide it.
    reasons: the decided facts that make it so; missing: the findings it waits for. Both in vocabulary order.
    """

    truth: Truth
    reasons: tuple[Fact, ...]
    missing: tuple[str, ...]


class Facts:
    """Answers conditions for one patient; remembers nothing between patients."""

    def __init__(self, findings: Findings, vocabulary: Vocabulary) -> None:
        self.findings = findings
        self.vocabulary = vocabulary
        self._by_variable = {vocabulary[code].variable: code for code in vocabulary}
        self._place = {variable: place for place, variable in enumerate(self._by_variable)}
        self._judged: dict[str, Judged] = {}
        self.environment: dict[str, Value | None] = {
            variable: _decided(findings[code], vocabulary[code].undecided)
            for variable, code in self._by_variable.items()
        }

    def judge(self, condition: Condition) -> Judged:
        """The condition's truth with its reasons; worked out once per condition."""
        known = self._judged.get(condition.text)
        if known is None:
            known = self._judged[condition.text] = self._judge(condition)
        return known

    def truth(self, condition: Condition) -> Truth:
        """True, False, or None where the facts do not decide it."""
        return self.judge(condition).truth

    def reasons(self, condition: Condition) -> tuple[Fact, ...]:
        """The decided facts that make the condition what it is, in the order of the vocabulary."""
        return self.judge(condition).reasons

    def missing(self, condition: Condition) -> tuple[str, ...]:
        """The findings that a condition waits for, in the order of the vocabulary; empty when it is decided."""
        return self.judge(condition).missing

    def _judge(self, condition: Condition) -> Judged:
        truth, names = deciding(condition.expression, self.environment, self._cost)
        ordered = sorted(names, key=self._place.__getitem__)
        decided = [self._by_variable[name] for name in ordered if self.environment[name] is not None]
        undecided = [self._by_variable[name] for name in ordered if self.environment[name] is None]
        return Judged(truth, tuple(map(self.fact, decided)), tuple(undecided) if truth is None else ())

    def fact(self, code: str) -> Fact:
        """The finding as a line cites it."""
        finding = self.findings[code]
        label = self.vocabulary[code].label
        return Fact(code, label, written_value(finding.value), finding.state, finding.evidence)

    def _cost(self, variable: str) -> int:
        return COST[self.findings[self._by_variable[variable]].state]


def written_value(value: Value | None) -> str:
    """A value as the JSON contract writes it: `true`, `2`, `positive`; `unknown` for None."""
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)


def references(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The results behind some facts, each once, in the order of the facts."""
    return tuple(dict.fromkeys(reference for fact in facts for reference in fact.evidence))


def merged(*groups: Iterable[Fact]) -> tuple[Fact, ...]:
    """All facts of some groups, each once, in order."""
    return tuple(dict.fromkeys(fact for group in groups for fact in group))


def _decided(finding: Finding, undecided: frozenset[str]) -> Value | None:
    return None if finding.value in undecided else finding.value
