"""The drugs of a line, what does not go together with it, and older statements, as the JSON contract prints them."""

from __future__ import annotations

from typing import Any

from plugin.drafting.model import AgentLine, CategoryLine, ItemLine, NotBeside
from plugin.library.drugs import DrugUse
from plugin.library.rules import Superseded


def agents_json(line: CategoryLine) -> dict[str, Any]:
    """The drugs that the line names, and those held back with the reason; both with their status for this category."""
    return {
        "named": [_drug(agent) for agent in line.named],
        "withheld": [_drug(agent) | _held(agent) for agent in line.held_back],
    }


def not_beside_json(line: CategoryLine) -> list[dict[str, Any]]:
    """The lines that must not be given at the same time, by code."""
    return [_not_beside(each) for each in line.not_beside]


def superseded_json(line: CategoryLine | ItemLine) -> list[dict[str, Any]]:
    """What older texts say of the line."""
    return [_superseded(each) for each in line.superseded]


def _drug(agent: AgentLine) -> dict[str, Any]:
    return {
        "name": agent.name,
        "class": agent.group,
        "status": [_use(use) for use in agent.uses],
        "presumes": [str(fact) for fact in agent.presumes],
    }


def _held(agent: AgentLine) -> dict[str, Any]:
    gate = agent.gate
    if gate is None:
        return {}
    return {
        "disposition": agent.disposition,
        "rule": gate.id,
        "title": gate.title,
        "why": gate.reason,
        "facts": [str(fact) for fact in gate.facts],
        "missing": list(agent.missing),
        "waits_for": list(agent.waits_for),
        "evidence": [source.id for source in gate.sources],
    }


def _use(use: DrugUse) -> dict[str, Any]:
    return {
        "code": use.status.code,
        "date": use.date,
        "use": use.text,
        "new": use.new,
        "evidence": [source.id for source in use.citations],
        "unsourced": use.unsourced,
    }


def _not_beside(each: NotBeside) -> dict[str, Any]:
    return {
        "code": each.code,
        "rule": each.rule,
        "title": each.title,
        "why": each.reason,
        "disposition": each.disposition,
        "agents": list(each.agents),
    }


def _superseded(each: Superseded) -> dict[str, Any]:
    return {
        "id": each.id,
        "says": each.says,
        "status": each.status.code,
        "now": each.now,
        "severity": each.severity.code,
        "evidence": [source.id for source in each.citations],
        "unsourced": each.unsourced,
    }
