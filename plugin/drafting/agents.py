"""Which drugs a line may name: gates hold single drugs back, and a line moves when a part of it has none left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from plugin.drafting.facts import Facts, merged
from plugin.drafting.model import AgentLine, CategoryLine, GateOutcome
from plugin.drafting.standing import ORDER, beside, gated, outcome_of
from plugin.library.drugs import Drug, Part
from plugin.library.rules import Gate, Template

Told: TypeAlias = tuple[Gate, GateOutcome]


def name_agents(lines: Iterable[CategoryLine], facts: Facts, template: Template) -> tuple[CategoryLine, ...]:
    """The lines with their drugs, each named or held back; a line without a drug for one of its parts has moved."""
    standing = {line.code: line for line in lines}
    told: dict[str, GateOutcome] = {}

    def tell(gate: Gate) -> GateOutcome:
        if gate.id not in told:
            outcome = _outcome(facts, gate)
            told[gate.id] = beside(gate, outcome, standing) if gate.companions else outcome
        return told[gate.id]

    used = _used(template)
    return tuple(_with_agents(line, tell, template, used.get(line.code, [])) for line in standing.values())


def _used(template: Template) -> dict[str, list[str]]:
    """By category, the drugs that are used for it, in the order of the template."""
    used: dict[str, list[str]] = {}
    for name, drug in template.drugs.items():
        for code in frozenset[str]().union(*(use.categories for use in drug.uses)):
            used.setdefault(code, []).append(name)
    return used


def _outcome(facts: Facts, gate: Gate) -> GateOutcome:
    outcome = outcome_of(facts, gate)
    presumed = tuple(fact.code for fact in outcome.facts if fact.state == "presumed")
    if outcome.truth is False and gate.presumption_waits and presumed:
        return replace(outcome, truth=None, disposition="conditional", missing=presumed)
    return outcome


def _with_agents(
    line: CategoryLine, tell: Callable[[Gate], GateOutcome], template: Template, used: Iterable[str]
) -> CategoryLine:
    """used: the drugs that some use of theirs puts into this category."""
    listed = template.activities[line.code].agents
    if line.disposition == "not-offered":
        return replace(line, agents=tuple(_closed(name, line.code, template) for name in listed))
    parts = template.parts.get(line.code, ())
    names = dict.fromkeys((*listed, *(name for part in parts for name in part.agents), *used))
    told = {name: _told(name, line.code, tell, template) for name in names}
    agents = [_agent(template.drugs[name], line.code, name in listed, told[name]) for name in names]
    line = replace(line, agents=tuple(agent for agent in agents if agent.listed or _never_named(agent)))
    lacking = [outcome for part in parts for outcome in _lacking(part, told)]
    # A line that still waits does not yet stand for judgement on account of a drug.
    moving = [each for each in lacking if line.disposition != "conditional" or each.disposition != "judgement"]
    return gated(line, moving) if moving else line


def _told(name: str, code: str, tell: Callable[[Gate], GateOutcome], template: Template) -> list[Told]:
    return [
        (gate, tell(gate))
        for gate in template.agent_gates
        if name in gate.agents and (not gate.targets or code in gate.targets)
    ]


def _agent(drug: Drug, code: str, listed: bool, told: list[Told]) -> AgentLine:
    outcomes = [outcome for _, outcome in told]
    strictest = _strictest(outcomes)
    facts = merged(*(outcome.facts for outcome in outcomes))
    return AgentLine(
        name=drug.name,
        group=drug.classes[0].label,
        listed=listed,
        disposition=strictest.disposition if strictest else "offered",
        gate=strictest,
        presumes=tuple(fact for fact in facts if fact.state == "presumed"),
        missing=strictest.missing if strictest else (),
        waits_for=(),
        uses=drug.uses_in(code),
    )


def _strictest(outcomes: Iterable[GateOutcome]) -> GateOutcome | None:
    """The strictest of the gates that speak, with all that a drug waits for unless it is ruled out; None of none."""
    speaking = [outcome for outcome in outcomes if outcome.disposition != "offered"]
    if not speaking:
        return None
    first = min(speaking, key=lambda outcome: ORDER.index(outcome.disposition))
    if first.disposition == "not-offered":
        return first
    return replace(first, missing=_missing(speaking))


def _missing(outcomes: Iterable[GateOutcome]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for outcome in outcomes for code in outcome.missing))


def _never_named(agent: AgentLine) -> bool:
    """Held back whoever the patient is: shown all the same, since older texts name it."""
    return agent.gate is not None and not any(use.named for use in agent.uses)


def _closed(name: str, code: str, template: Template) -> AgentLine:
    drug = template.drugs[name]
    return AgentLine(name, drug.classes[0].label, True, "not-offered", None, (), (), (), drug.uses_in(code))


def _lacking(part: Part, told: Mapping[str, list[Told]]) -> Iterator[GateOutcome]:
    """What the line must follow where every drug of a part is held back: the mildest of what holds them.

    A gate that lets a drug wait by itself does not hold the line while it is undecided.
    """
    held = []
    for name in part.agents:
        mine = _strictest(each for gate, each in told[name] if each.truth is not None or not gate.waits_alone)
        if mine is None:
            return
        held.append(mine)
    mildest = max(held, key=lambda outcome: ORDER.index(outcome.disposition))
    yield replace(mildest, missing=_missing(each for each in held if each.disposition == mildest.disposition))
