"""Which drugs a line may name: gates hold single drugs back, and a line moves when a part of it has none left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from plugin.drafting.facts import Facts, merged
from plugin.drafting.model import AgentLine, CategoryLine, GateOutcome
from plugin.drafting.standing import ORDER, beside, gated, outcome_of
from plugin.library.rules import Gate, Part, Template


def name_agents(lines: Iterable[CategoryLine], facts: Facts, template: Template) -> tuple[CategoryLine, ...]:
    """The lines with their drugs, each named or held back; a line without a drug for one of its parts has moved."""
    standing = {line.code: line for line in lines}
    told: dict[str, GateOutcome] = {}

    def tell(gate: Gate) -> GateOutcome:
        if gate.id not in told:
            outcome = _outcome(facts, gate)
            told[gate.id] = beside(gate, outcome, standing) if gate.companions else outcome
        return told[gate.id]

    return tuple(_with_agents(line, tell, template) for line in standing.values())


def _outcome(facts: Facts, gate: Gate) -> GateOutcome:
    outcome = outcome_of(facts, gate)
    presumed = tuple(fact.code for fact in outcome.facts if fact.state == "presumed")
    if outcome.truth is False and gate.presumption_waits and presumed:
        return replace(outcome, truth=None, disposition="conditional", missing=presumed)
    return outcome


def _with_agents(line: CategoryLine, tell: Callable[[Gate], GateOutcome], template: Template) -> CategoryLine:
    listed = template.activities[line.code].agents
    if line.disposition == "not-offered":
        return replace(line, agents=tuple(_closed(name, line.code, template) for name in listed))
    parts = template.parts.get(line.code, ())
    used = (name for name, drug in template.drugs.items() if drug.uses_in(line.code))
    names = dict.fromkeys((*listed, *(name for part in parts for name in part.agents), *used))
    agents = {name: _agent(name, line.code, name in listed, tell, template) for name in names}
    line = replace(line, agents=tuple(agent for agent in agents.values() if agent.listed or _never_named(agent)))
    lacking = [outcome for part in parts for outcome in _lacking(part, agents)]
    # A line that still waits does not yet stand for judgement on account of a drug.
    moving = [each for each in lacking if line.disposition != "conditional" or each.disposition != "judgement"]
    return gated(line, moving) if moving else line


def _agent(name: str, code: str, listed: bool, tell: Callable[[Gate], GateOutcome], template: Template) -> AgentLine:
    outcomes = [
        tell(gate)
        for gate in template.agent_gates
        if name in gate.agents and (not gate.targets or code in gate.targets)
    ]
    strictest = min(outcomes, key=lambda outcome: ORDER.index(outcome.disposition), default=None)
    held = strictest is not None and strictest.disposition != "offered"
    drug = template.drugs[name]
    facts = merged(*(outcome.facts for outcome in outcomes))
    return AgentLine(
        name=name,
        group=drug.classes[0].label,
        listed=listed,
        disposition=strictest.disposition if strictest else "offered",
        gate=strictest if held else None,
        presumes=tuple(fact for fact in facts if fact.state == "presumed"),
        missing=tuple(dict.fromkeys(missing for outcome in outcomes for missing in outcome.missing)),
        waits_for=(),
        uses=drug.uses_in(code),
    )


def _never_named(agent: AgentLine) -> bool:
    """Held back whoever the patient is: shown all the same, since older texts name it."""
    return agent.gate is not None and not any(use.named for use in agent.uses)


def _closed(name: str, code: str, template: Template) -> AgentLine:
    drug = template.drugs[name]
    return AgentLine(name, drug.classes[0].label, True, "not-offered", None, (), (), (), drug.uses_in(code))


def _lacking(part: Part, agents: Mapping[str, AgentLine]) -> Iterable[GateOutcome]:
    """What the line must follow where every drug of a part is held back: the mildest of their gates."""
    of_part = [agents[name] for name in part.agents]
    mildest = max(of_part, key=lambda agent: ORDER.index(agent.disposition))
    if mildest.gate is None:
        return
    open_ = [agent for agent in of_part if agent.disposition == mildest.disposition]
    missing = tuple(dict.fromkeys(code for agent in open_ for code in agent.missing))
    yield replace(mildest.gate, missing=missing)
