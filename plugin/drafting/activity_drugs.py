"""What a CarePlan.activity says of single drugs, of what does not go together with it, and of older statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from plugin.drafting.model import AgentLine, CategoryLine, ItemLine, NotBeside
from plugin.library.content import extension_url, system_url
from plugin.library.rules import Superseded

Element = dict[str, Any]


def drug_extensions(line: CategoryLine, accepted: Collection[str]) -> Iterator[Element]:
    """The drugs of a line with their status, the statuses once more for the line, and what does not go with it.

    accepted: codes of the lines that a clinician accepted as well as this one.
    """
    statuses = dict.fromkeys(use.status.code for agent in line.named for use in agent.uses if use.named)
    for code in statuses:
        yield _field(
            extension_url("activity-regulatory-code"), "valueCodeableConcept", _concept("regulatory-status", code)
        )
    for agent in line.agents:
        yield _complex("activity-agent", _agent(agent))
    for each in line.not_beside:
        yield _complex("activity-not-beside", _not_beside(each, accepted))


def superseded_extensions(line: CategoryLine | ItemLine) -> Iterator[Element]:
    """What older texts say of the line, and what holds now."""
    for each in line.superseded:
        yield _complex("activity-superseded", _superseded(each))


def _not_beside(each: NotBeside, accepted: Collection[str]) -> list[Element]:
    parts = [
        _field("category", "valueCodeableConcept", _concept("treatment-category", each.code)),
        _field("rule", "valueString", each.rule),
        _field("reason", "valueString", f"{each.title}: {each.reason}"),
        _field("disposition", "valueCode", each.disposition),
        *(_field("agent", "valueString", name) for name in each.agents),
    ]
    if each.code in accepted:
        parts.append(_field("both-accepted", "valueBoolean", True))
    return parts


def _agent(agent: AgentLine) -> list[Element]:
    statuses = dict.fromkeys(use.status.code for use in agent.uses)
    parts = [
        _field("name", "valueString", agent.name),
        _field("disposition", "valueCode", agent.disposition),
        *(_field("status", "valueCodeableConcept", _concept("regulatory-status", code)) for code in statuses),
    ]
    if agent.gate is not None:
        parts.append(_field("rule", "valueString", agent.gate.id))
        reason = f"{agent.gate.title}: {agent.gate.reason}"
        parts.append(_field("reason", "valueString", reason))
    parts += [_field("waits-for", "valueString", code) for code in agent.missing]
    if any(use.new for use in agent.uses):
        parts.append(_field("new", "valueBoolean", True))
    return parts


def _superseded(each: Superseded) -> list[Element]:
    parts = [
        _field("id", "valueString", each.id),
        _field("says", "valueString", each.says),
        _field("status", "valueCodeableConcept", _concept("superseded-status", each.status.code)),
        _field("now", "valueString", each.now),
        _field("severity", "valueCodeableConcept", _concept("severity", each.severity.code)),
    ]
    for source in each.citations:
        artifact = {"type": "citation", "label": source.id, "citation": source.citation}
        artifact |= {"url": source.url} if source.url else {}
        parts.append(_field("source", "valueRelatedArtifact", artifact))
    return parts


def _concept(system: str, code: str) -> Element:
    return {"coding": [{"system": system_url(system), "code": code}]}


def _field(name: str, key: str, value: Any) -> Element:
    return {"url": name, key: value}


def _complex(name: str, parts: list[Element]) -> Element:
    return {"url": extension_url(name), "extension": parts}
