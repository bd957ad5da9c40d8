"""Weighs categories: the policy of `standing` and `agents` without their reasons, as ranks of which the lowest wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from plugin.drafting.facts import Facts
from plugin.drafting.followers import World
from plugin.drafting.model import Disposition
from plugin.drafting.standing import ORDER
from plugin.library.drugs import Part
from plugin.library.expressions import Truth, deciding
from plugin.library.rules import Condition, Gate, Template

RANK: dict[str, int] = {disposition: rank for rank, disposition in enumerate(ORDER)}
CLOSED, JUDGEMENT, CONDITIONAL, OFFERED = range(len(ORDER))
Ranks = Mapping[str, int]


class Scale:
    """Where the categories of one patient would stand if some conditions had other answers."""

    def __init__(self, facts: Facts, template: Template, today: Ranks) -> None:
        self.facts = facts
        self.today = today
        self.rules: dict[str, list[tuple[str, int]]] = {}
        self.asking: dict[str, set[str]] = {}
        self.conditions: dict[str, Condition] = {}
        self.truths: dict[str, Truth] = {}
        for rule in template.category_rules:
            self.rules.setdefault(rule.code, []).append((rule.condition.text, RANK[rule.disposition]))
            self._asks(rule.condition, [rule.code])
        self.gates: dict[str, list[Gate]] = {}
        self.own: dict[str, list[str]] = {code: [] for code in self.rules}
        self.paired: list[Gate] = []
        self.beside: dict[str, list[Gate]] = {code: [] for code in self.rules}
        for gate in template.gates:
            if gate.disposition != "no-plan":
                self._add(gate)
        self.held: dict[str, list[list[list[Gate]]]] = {code: [] for code in self.rules}
        self.held_beside: dict[str, set[str]] = {}
        for code in self.rules:
            for part in template.parts.get(code, ()):
                self._add_part(code, part, template.agent_gates)
        self.ranks = self._weighed(self.gates, self.truths, None)
        self.resting = frozenset(text for text in self.gates if self._rests(text))
        self.alone = {code: self._alone(code, self.truths, self.ranks) for code in self.rules}
        self.standing = {code: self._accompanied(code, self.alone, self.truths, self.ranks) for code in self.rules}

    def _add(self, gate: Gate) -> None:
        targets = gate.targets & self.rules.keys()
        self._gates(gate, targets)
        if gate.companions:
            self.paired.append(gate)
            for code in targets:
                self.beside[code].append(gate)
            return
        for code in targets:
            self.own[code].append(gate.id)

    def _asks(self, condition: Condition, codes: Iterable[str]) -> None:
        self.asking.setdefault(condition.text, set()).update(codes)
        self.conditions[condition.text] = condition
        self.truths[condition.text] = self.facts.truth(condition)

    def _gates(self, gate: Gate, codes: Iterable[str]) -> None:
        self._asks(gate.condition, codes)
        known = self.gates.setdefault(gate.condition.text, [])
        if gate not in known:
            known.append(gate)

    def _add_part(self, code: str, part: Part, agent_gates: Iterable[Gate]) -> None:
        """The gates of each drug of a part; a part with a drug that no gate holds back never moves its line."""
        here = [gate for gate in agent_gates if not gate.targets or code in gate.targets]
        held = [[gate for gate in here if name in gate.agents] for name in part.agents]
        if not all(held):
            return
        self.held[code].append(held)
        for gate in dict.fromkeys(gate for gates in held for gate in gates):
            self._gates(gate, {code})
            for companion in gate.companions:
                self.held_beside.setdefault(companion, set()).add(code)

    def moved(self, answers: Mapping[str, Truth], world: World) -> tuple[tuple[Disposition, tuple[str, ...]], ...]:
        """The categories that stand elsewhere in a world, where these conditions have these answers."""
        today, resting = self.truths, self.resting
        new = {text: truth for text, truth in answers.items() if truth is not today[text] or text in resting}
        if not new:
            return ()
        truths = today | new
        ranks = self.ranks | self._weighed(self.gates.keys() & new.keys(), truths, world)
        touched = set[str]().union(*(self.asking[text] for text in new))
        alone = self.alone | {code: self._alone(code, truths, ranks) for code in touched}
        for gate in self.paired:
            if any(code in alone and alone[code] != self.alone[code] for code in gate.companions):
                touched |= gate.targets & self.rules.keys()
        standing = self.standing | {code: self._accompanied(code, alone, truths, ranks) for code in touched}
        for companion, codes in self.held_beside.items():
            if standing.get(companion) != self.standing.get(companion):
                touched |= codes
        found: dict[int, list[str]] = {}
        for code in self.rules:
            if code in touched:
                rank = self._with_drugs(code, standing, truths, ranks)
                if rank != self.today[code]:
                    found.setdefault(rank, []).append(code)
        return tuple((ORDER[rank], tuple(codes)) for rank, codes in sorted(found.items(), reverse=True))

    def _rests(self, text: str) -> bool:
        """Whether knowing what is presumed could change what a gate says, though its condition keeps its answer."""
        return any(
            gate.presumption_waits or (self.ranks[gate.id] == JUDGEMENT and gate.disposition == "not-offered")
            for gate in self.gates[text]
        )

    def _alone(self, code: str, truths: Mapping[str, Truth], ranks: Ranks) -> int:
        rank = self._opened(code, truths)
        if rank == CLOSED:
            return rank
        for gate in self.own[code]:
            if ranks[gate] < rank:
                rank = ranks[gate]
        return rank

    def _opened(self, code: str, truths: Mapping[str, Truth]) -> int:
        holding, waits = len(ORDER), False
        for text, rank in self.rules[code]:
            truth = truths[text]
            if truth is None:
                waits = True
            elif truth and rank < holding:
                holding = rank
        if holding < len(ORDER):
            return holding
        return CONDITIONAL if waits else CLOSED

    def _accompanied(self, code: str, alone: Ranks, truths: Mapping[str, Truth], ranks: Ranks) -> int:
        if alone[code] == CLOSED:
            return CLOSED
        beside = [self._beside(gate, alone, truths, ranks) for gate in self.beside[code]]
        return min([alone[code], *beside])

    def _beside(self, gate: Gate, standing: Ranks, truths: Mapping[str, Truth], ranks: Ranks) -> int:
        if truths[gate.condition.text] is not True:
            return ranks[gate.id]
        return max([JUDGEMENT, *(standing[code] for code in gate.companions if code in standing)])

    def _with_drugs(self, code: str, standing: Ranks, truths: Mapping[str, Truth], ranks: Ranks) -> int:
        rank = standing[code]
        if rank == CLOSED:
            return rank
        return min([rank, *(self._lacking(code, standing, truths, ranks))])

    def _lacking(self, code: str, standing: Ranks, truths: Mapping[str, Truth], ranks: Ranks) -> Iterator[int]:
        """What the line must follow for each part of which every drug is held back: the mildest of what holds them."""
        for part in self.held[code]:
            mildest = max(min(self._holds(gate, standing, truths, ranks) for gate in gates) for gates in part)
            # A line that still waits does not yet stand for judgement on account of a drug.
            if standing[code] != CONDITIONAL or mildest != JUDGEMENT:
                yield mildest

    def _holds(self, gate: Gate, standing: Ranks, truths: Mapping[str, Truth], ranks: Ranks) -> int:
        rank = self._beside(gate, standing, truths, ranks) if gate.companions else ranks[gate.id]
        waits = rank == CONDITIONAL and truths[gate.condition.text] is not True
        return OFFERED if waits and gate.waits_alone else rank

    def _weighed(self, texts: Iterable[str], truths: Mapping[str, Truth], world: World | None) -> dict[str, int]:
        return {gate.id: self._weigh(gate, truths[text], world) for text in texts for gate in self.gates[text]}

    def _weigh(self, gate: Gate, truth: Truth, world: World | None) -> int:
        if truth is None:
            return CONDITIONAL
        if truth is False:
            return CONDITIONAL if gate.presumption_waits and self._presumes(gate, world) else OFFERED
        if gate.disposition != "not-offered" or gate.presumption_stands or not self._presumes(gate, world):
            return RANK[gate.disposition]
        return JUDGEMENT

    def _presumes(self, gate: Gate, world: World | None) -> bool:
        if world is None:
            return any(fact.state == "presumed" for fact in self.facts.reasons(gate.condition))
        _, names = deciding(gate.condition.expression, world.environment, world.cost)
        return any(world.state(name) == "presumed" for name in names)
