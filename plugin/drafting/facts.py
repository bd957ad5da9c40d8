"""The facts of one patient as conditions see them, and the reasons they give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plugin.drafting.model import Fact
from plugin.findings.model import Finding, Findings, State
from plugin.library.expressions import Decision, Seen, Truth, deciding, evaluate, names_in
from plugin.library.rules import Condition
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary

# Where one of several facts would decide alone, name the one we are surest of.
COST: dict[State, int] = {"known": 0, "derived": 1, "presumed": 100, "unknown": 0, "conflicting": 0}


class Facts:
    """Answers conditions for one patient; remembers nothing between patients."""

    def __init__(self, findings: Findings, vocabulary: Vocabulary) -> None:
        self.findings = findings
        self.vocabulary = vocabulary
        self._by_variable = {definition.variable: code for code, definition in vocabulary.items()}
        self._place = {variable: place for place, variable in enumerate(self._by_variable)}
        self._truths: dict[str, Truth] = {}
        self._answers: Seen = {}
        self._deciding: dict[str, list[str]] = {}
        self._reasons: dict[str, tuple[Fact, ...]] = {}
        self._facts: dict[str, Fact] = {}
        self._seen: dict[int, Decision] = {}
        self.environment: dict[str, Value | None] = {
            definition.variable: _decided(findings[code], definition.undecided)
            for code, definition in vocabulary.items()
        }

    def truth(self, condition: Condition) -> Truth:
        """True, False, or None where the facts do not decide it; worked out once per condition."""
        try:
            return self._truths[condition.text]
        except KeyError:
            truth = self._truths[condition.text] = condition.decide(self.environment, self._answers)
            return truth

    def reasons(self, condition: Condition) -> tuple[Fact, ...]:
        """The decided facts that make the condition what it is, in the order of the vocabulary."""
        try:
            return self._reasons[condition.text]
        except KeyError:
            reasons = tuple(self.fact(code) for code in self._behind(condition) if self._known(code))
            self._reasons[condition.text] = reasons
            return reasons

    def missing(self, condition: Condition) -> tuple[str, ...]:
        """The findings that a condition waits for, in the order of the vocabulary; empty when it is decided."""
        if self.truth(condition) is not None:
            return ()
        return self.without_value(condition)

    def without_value(self, condition: Condition) -> tuple[str, ...]:
        """The findings without a value among those that decide a condition or keep it open."""
        return tuple(code for code in self._behind(condition) if not self._known(code))

    def not_on_record(self, condition: Condition) -> tuple[Fact, ...]:
        """The findings without a value that make a decided condition what it is: it asks whether they are on record."""
        if self.truth(condition) is None:
            return ()
        return tuple(map(self.fact, self.without_value(condition)))

    def is_disputed(self, condition: Condition) -> bool:
        """Whether facts without a value are among those that decide a condition, each for results that disagree."""
        states = {self.findings[code].state for code in self.without_value(condition)}
        return states == {"conflicting"}

    def _behind(self, condition: Condition) -> list[str]:
        """The findings that decide a condition or keep it open; worked out only for lines that say so."""
        if condition.text not in self._deciding:
            _, names = deciding(condition.expression, self.environment, self._cost, self._seen)
            ordered = sorted(names, key=self._place.__getitem__)
            self._deciding[condition.text] = [self._by_variable[name] for name in ordered]
        return self._deciding[condition.text]

    def _known(self, code: str) -> bool:
        return self.environment[self.vocabulary[code].variable] is not None

    def fact(self, code: str) -> Fact:
        """The finding as a line cites it."""
        if code not in self._facts:
            finding, label = self.findings[code], self.vocabulary[code].label
            evident = finding.value is False and self.can_be_nothing_else(code)
            self._facts[code] = Fact(
                code, label, written_value(finding.value), finding.state, finding.evidence, evident
            )
        return self._facts[code]

    def is_settled(self, code: str) -> bool:
        """Whether the chart reports a fact, or a clinician states it, and conditions can use its value."""
        return self.findings[code].state == "known" and self._known(code)

    def can_be_nothing_else(self, code: str) -> bool:
        """Whether a fact was concluded, and nobody need be asked.

        Each of its other values is ruled out by what is sure, or it is absent by nothing but who the patient is.
        """
        finding, definition = self.findings[code], self.vocabulary[code]
        if finding.state != "derived" or definition.type not in ("boolean", "code"):
            return False
        if finding.value is False and set(finding.evidence) == {self.findings.patient.reference}:
            return True
        every = (True, False) if definition.type == "boolean" else definition.values
        return all(value == finding.value or self._is_denied(definition, value) for value in every)

    def _is_denied(self, definition: FindingDefinition, value: Value) -> bool:
        return any(
            each.value == value
            and evaluate(each.when, self.environment) is True
            and all(self.state(name) in ("known", "derived") for name in names_in(each.when))
            for each in definition.denials
        )

    def by_variable(self) -> Iterator[tuple[str, str, Value | None]]:
        """Every fact: its code, its variable, and its value for conditions."""
        return ((code, variable, self.environment[variable]) for variable, code in self._by_variable.items())

    def state(self, variable: str) -> State:
        """How surely the fact of a variable is known."""
        return self.findings[self._by_variable[variable]].state

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
