"""What a fact is worth: which lines would change their list if it were known, value by value.

Exact for the dispositions of categories, and cheap: only conditions that the facts of today leave open are asked again,
and only for the facts that they ask about. `tests/drafting/test_worth.py` holds it against drafting anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from plugin.drafting.facts import Facts
from plugin.drafting.followers import Followers, World
from plugin.drafting.model import CategoryLine, Consequence, Disposition
from plugin.drafting.possible import possible_values
from plugin.drafting.standing import ORDER
from plugin.library.expressions import Truth, deciding
from plugin.library.rules import CategoryRule, Condition, Gate, Template

RANK: dict[str, int] = {disposition: rank for rank, disposition in enumerate(ORDER)}
CLOSED, JUDGEMENT, CONDITIONAL, OFFERED = range(len(ORDER))


def consequences(facts: Facts, template: Template, lines: Iterable[CategoryLine]) -> dict[str, tuple[Consequence, ...]]:
    """For each fact that is not settled and would move a line: what each of its values would move."""
    today = {line.code: RANK[line.disposition] for line in lines}
    scale = _Scale(facts, template, today)
    open_to = _still_open(facts, template)
    followers = Followers(facts, open_to)
    found: dict[str, tuple[Consequence, ...]] = {}
    for code, variable, _ in facts.by_variable():
        if variable not in followers.leading or facts.is_settled(code):
            continue
        told = tuple(_consequences_of(code, scale, followers, open_to))
        if any(consequence.moved for consequence in told):
            found[code] = told
    return found


def _still_open(facts: Facts, template: Template) -> dict[str, tuple[Condition, ...]]:
    """The conditions of rules and gates whose answer facts that are not settled could change, by these facts."""
    unsettled = {variable for code, variable, _ in facts.by_variable() if not facts.is_settled(code)}
    settled = {**facts.environment, **dict.fromkeys(unsettled)}
    judged: tuple[CategoryRule | Gate, ...]
    judged = (*template.category_rules, *(gate for gate in template.gates if gate.disposition != "no-plan"))
    open_to: dict[str, list[Condition]] = {}
    for condition in {rule.condition.text: rule.condition for rule in judged}.values():
        names = condition.names & unsettled
        if names and condition.foresee(settled) is None:
            for name in names:
                open_to.setdefault(name, []).append(condition)
    return {name: tuple(conditions) for name, conditions in open_to.items()}


def _consequences_of(
    code: str, scale: _Scale, followers: Followers, open_to: Mapping[str, tuple[Condition, ...]]
) -> Iterator[Consequence]:
    definition = scale.facts.vocabulary[code]
    for words, value in possible_values(definition, open_to.get(definition.variable, ())):
        world = followers.world(code, value)
        asked = {condition.text: condition for name in world.changed for condition in open_to.get(name, ())}
        answers = {text: condition.decide(world.environment) for text, condition in asked.items()}
        yield Consequence(words, scale.moved(answers, world))


class _Scale:
    """Weighs categories: the same policy as `standing`, without reasons, as ranks of which the lowest wins."""

    def __init__(self, facts: Facts, template: Template, today: Mapping[str, int]) -> None:
        self.facts = facts
        self.today = today
        self.rules: dict[str, list[CategoryRule]] = {}
        self.asking: dict[str, set[str]] = {}
        for rule in template.category_rules:
            self.rules.setdefault(rule.code, []).append(rule)
            self.asking.setdefault(rule.condition.text, set()).add(rule.code)
        self.gates: dict[str, list[Gate]] = {}
        self.own: dict[str, list[str]] = {code: [] for code in self.rules}
        self.paired: list[Gate] = []
        for gate in template.gates:
            if gate.disposition != "no-plan":
                self._add(gate)
        texts = self.asking.keys() | self.gates.keys()
        self.truths = {text: facts.truth_of(text) for text in texts}
        self.ranks = self._weighed(self.gates, self.truths, None)
        self.alone = {code: self._alone(code, self.truths, self.ranks) for code in self.rules}

    def _add(self, gate: Gate) -> None:
        targets = gate.targets & self.rules.keys()
        self.asking.setdefault(gate.condition.text, set()).update(targets)
        self.gates.setdefault(gate.condition.text, []).append(gate)
        if gate.companions:
            self.paired.append(gate)
            return
        for code in targets:
            self.own[code].append(gate.id)

    def moved(self, answers: Mapping[str, Truth], world: World) -> tuple[tuple[Disposition, tuple[str, ...]], ...]:
        """The categories that stand elsewhere in a world, where these conditions have these answers."""
        new = {text: truth for text, truth in answers.items() if truth is not self.truths[text] or self._rests(text)}
        if not new:
            return ()
        truths = self.truths | new
        ranks = self.ranks | self._weighed(self.gates.keys() & new.keys(), truths, world)
        touched = {code for text in new for code in self.asking[text]}
        alone = self.alone | {code: self._alone(code, truths, ranks) for code in touched}
        for gate in self.paired:
            if any(code in alone and alone[code] != self.alone[code] for code in gate.companions):
                touched |= gate.targets & self.rules.keys()
        found: dict[int, list[str]] = {}
        for code in self.rules:
            if code in touched:
                rank = self._accompanied(code, alone, truths, ranks)
                if rank != self.today[code]:
                    found.setdefault(rank, []).append(code)
        return tuple((ORDER[rank], tuple(codes)) for rank, codes in sorted(found.items(), reverse=True))

    def _rests(self, text: str) -> bool:
        """Whether a condition closes something that only a presumption keeps open: knowing it would close it."""
        return any(
            self.ranks[gate.id] == JUDGEMENT and gate.disposition == "not-offered" for gate in self.gates.get(text, ())
        )

    def _alone(self, code: str, truths: Mapping[str, Truth], ranks: Mapping[str, int]) -> int:
        rank = self._opened(code, truths)
        return min([rank, *(ranks[gate] for gate in self.own[code])]) if rank != CLOSED else rank

    def _opened(self, code: str, truths: Mapping[str, Truth]) -> int:
        answers = [(rule, truths[rule.condition.text]) for rule in self.rules[code]]
        holding = [RANK[rule.disposition] for rule, truth in answers if truth is True]
        if holding:
            return min(holding)
        return CONDITIONAL if any(truth is None for _, truth in answers) else CLOSED

    def _accompanied(
        self, code: str, alone: Mapping[str, int], truths: Mapping[str, Truth], ranks: Mapping[str, int]
    ) -> int:
        if alone[code] == CLOSED:
            return CLOSED
        beside = [self._beside(gate, alone, truths, ranks) for gate in self.paired if code in gate.targets]
        return min([alone[code], *beside])

    def _beside(
        self, gate: Gate, alone: Mapping[str, int], truths: Mapping[str, Truth], ranks: Mapping[str, int]
    ) -> int:
        if truths[gate.condition.text] is not True:
            return ranks[gate.id]
        return max([JUDGEMENT, *(alone[code] for code in gate.companions if code in alone)])

    def _weighed(self, texts: Iterable[str], truths: Mapping[str, Truth], world: World | None) -> dict[str, int]:
        return {gate.id: self._weigh(gate, truths[text], world) for text in texts for gate in self.gates[text]}

    def _weigh(self, gate: Gate, truth: Truth, world: World | None) -> int:
        if truth is not True:
            return CONDITIONAL if truth is None else OFFERED
        if gate.disposition != "not-offered" or gate.presumption_stands or not self._presumes(gate, world):
            return RANK[gate.disposition]
        return JUDGEMENT

    def _presumes(self, gate: Gate, world: World | None) -> bool:
        if world is None:
            return any(fact.state == "presumed" for fact in self.facts.reasons(gate.condition))
        _, names = deciding(gate.condition.expression, world.environment, world.cost)
        return any(world.state(name) == "presumed" for name in names)
