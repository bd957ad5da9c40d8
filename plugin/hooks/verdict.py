"""What the plan has to say against a drug that is about to be ordered; most often nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plugin.drafting.facts import Facts
from plugin.drafting.model import CategoryLine, Disposition, Draft, GateOutcome, ItemLine
from plugin.drafting.standing import ORDER, outcome_of
from plugin.hooks.ordered import Ordered
from plugin.library.rules import Gate, Template


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say about one order.

    topic: code of CodeSystem card-topic. lines: those of the plan that the drug belongs to and that stand best.
    gates: the safety rules that speak against it. missing: findings that it waits for. tests: those that are due first.
    """

    topic: str
    ordered: Ordered
    lines: tuple[CategoryLine, ...]
    gates: tuple[GateOutcome, ...] = ()
    missing: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A line that the drug belongs to, and where the drug stands on it: never better than the line."""

    line: CategoryLine
    standing: Disposition
    gates: tuple[GateOutcome, ...]
    missing: tuple[str, ...]
    waits_for: tuple[str, ...]


class Judge:
    """Judges the orders of one patient by the draft of the plan."""

    def __init__(self, draft: Draft, facts: Facts, template: Template) -> None:
        self._draft = draft
        self._facts = facts
        self._template = template

    def verdict(self, ordered: Ordered) -> Verdict | None:
        """What speaks against an order; None where nothing does.

        The drug counts where it stands best: a drug of two lines is closed only when a safety rule closes it on both.
        Of a product of several drugs, the one that stands worst is told.
        """
        if not ordered.together:
            return self._of(ordered, ordered.drugs)
        found = [verdict for name in ordered.drugs if (verdict := self._of(ordered, (name,)))]
        return min(found, key=lambda verdict: TOPICS.index(verdict.topic), default=None)

    def _of(self, ordered: Ordered, names: tuple[str, ...]) -> Verdict | None:
        places = [self._place(line, name) for name in names for line in self._lines(name)]
        if not places:
            return None
        best = max((place.standing for place in places), key=ORDER.index)
        standing = [place for place in places if place.standing == best]
        lines = tuple({place.line.code: place.line for place in standing}.values())
        if best == "not-offered":
            closed = all(place.gates for place in standing)
            return Verdict("order-closed", ordered, lines, _often(standing)) if closed else None
        if best == "conditional":
            missing = tuple(dict.fromkeys(code for place in standing for code in place.missing))
            tests = tuple(dict.fromkeys(code for place in standing for code in place.waits_for))
            return Verdict("order-waits", ordered, lines, missing=missing, tests=tests)
        if best == "judgement" and all(place.gates for place in standing):
            return Verdict("order-judgement", ordered, lines, _often(standing), tests=self._first(lines))
        tests = self._first(lines)
        return Verdict("order-prerequisite", ordered, lines, tests=tests) if tests else None

    def _lines(self, name: str) -> Iterator[CategoryLine]:
        used = frozenset[str]().union(*(use.categories for use in self._template.drugs[name].uses))
        for line in self._draft.categories:
            if line.code in used or name in self._template.activities[line.code].agents:
                yield line

    def _place(self, line: CategoryLine, name: str) -> Place:
        if line.disposition == "not-offered":
            return Place(line, "not-offered", tuple(self._closing(line.code, name)), (), ())
        agent = next((agent for agent in line.agents if agent.name == name), None)
        if agent is None or ORDER.index(line.disposition) <= ORDER.index(agent.disposition):
            speaking = tuple(gate for gate in line.gates if gate.truth and gate.disposition == line.disposition)
            return Place(line, line.disposition, speaking, line.missing, line.waits_for)
        gates = (agent.gate,) if agent.gate and agent.gate.truth else ()
        return Place(line, agent.disposition, gates, agent.missing, agent.waits_for)

    def _closing(self, code: str, name: str) -> Iterator[GateOutcome]:
        """The safety rules that close the line, or hold the drug back on it; a line that no rule opens shows none."""
        for gate in (*self._template.gates, *self._template.agent_gates):
            if gate.companions or gate.disposition != "not-offered" or not _speaks_of(gate, code, name):
                continue
            outcome = outcome_of(self._facts, gate)
            if outcome.disposition == "not-offered":
                yield outcome

    def _first(self, lines: tuple[CategoryLine, ...]) -> tuple[str, ...]:
        """The tests that are due before any of these lines may start, whichever is meant."""
        codes = {line.code for line in lines}
        due: Iterable[ItemLine] = self._draft.assessments
        return tuple(item.code for item in due if codes <= set(item.accompanies))


TOPICS = ("order-closed", "order-waits", "order-judgement", "order-prerequisite")


def _speaks_of(gate: Gate, code: str, name: str) -> bool:
    if gate.agents:
        return name in gate.agents and (not gate.targets or code in gate.targets)
    return code in gate.targets


def _often(places: Iterable[Place]) -> tuple[GateOutcome, ...]:
    """The gates of several lines, each once, those that speak on most lines first."""
    counts: dict[str, int] = {}
    outcomes: dict[str, GateOutcome] = {}
    for gate in (gate for place in places for gate in place.gates):
        counts[gate.id] = counts.get(gate.id, 0) + 1
        outcomes[gate.id] = gate
    return tuple(sorted(outcomes.values(), key=lambda gate: -counts[gate.id]))
