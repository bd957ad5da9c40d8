"""Drugs, combinations and older statements in words: sentences for the outline and lists for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.model import AgentLine, CategoryLine, Draft, ItemLine
from plugin.library.rules import Template

HELD = {"not-offered": "Not named", "judgement": "For judgement only", "conditional": "Not named yet"}


@dataclass(frozen=True, slots=True)
class Together:
    """Another line of the draft, with every reason why it does not go together with this one."""

    label: str
    reasons: tuple[str, ...]
    judgement: bool


def drug_sentences(line: CategoryLine, draft: Draft, template: Template) -> Iterator[str]:
    """What an outline says of the drugs of an open line, and of what does not go together with it."""
    named = "; ".join(f"{agent.name} ({status_words(agent)})" for agent in line.named)
    if named:
        yield f"Drugs of the class: {named}."
    for agent in line.held_back:
        waits = ", ".join(template.vocabulary[code].label for code in agent.missing)
        yield f"{held_words(agent)}{f' Waits for {waits}.' if waits else ''}"
    labels = {each.code: each.label for each in draft.categories}
    apart = [each.label for each in together(line, labels) if not each.judgement]
    if apart:
        yield f"Not at the same time as: {'; '.join(apart)}."
    asked = [each.label for each in together(line, labels) if each.judgement]
    if asked:
        yield f"At the same time only by the clinician's decision: {'; '.join(asked)}."


def older_sentences(line: CategoryLine | ItemLine) -> Iterator[str]:
    """What older texts say of the line, a sentence each."""
    for each in line.superseded:
        yield f"Older texts ({each.status.label.lower()}): {each.says} Now: {each.now}"


def status_words(agent: AgentLine) -> str:
    """How a drug stands with the regulator for this category: `approved`, `approved, new`, `approved; off-label`."""
    said = [f"{use.status.label.lower()}{', new' if use.new else ''}" for use in agent.uses if use.named] or [
        use.status.label.lower() for use in agent.uses
    ]
    return "; ".join(dict.fromkeys(said))


def held_words(agent: AgentLine) -> str:
    """Why a drug is held back, as in `Not named: ribociclib — QTc by Fridericia of 450 ms or more`."""
    title = agent.gate.title if agent.gate else ""
    return f"{HELD.get(agent.disposition, '')}: {agent.name} — {title}."


def together(line: CategoryLine, labels: Mapping[str, str]) -> tuple[Together, ...]:
    """What does not go together with the line, each other line once; where it holds for some drugs, they are named."""
    found: dict[str, list[str]] = {}
    strict: set[str] = set()
    for each in line.not_with:
        where = "within this line" if each.code == line.code else labels.get(each.code, each.code)
        label = f"{where} ({', '.join(each.agents)})" if each.agents else where
        found.setdefault(label, []).append(f"{each.title}: {each.reason}")
        if each.disposition == "not-offered":
            strict.add(label)
    return tuple(Together(label, tuple(reasons), label not in strict) for label, reasons in found.items())
