"""Drugs, combinations and older statements in words: sentences for the outline and lists for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.model import AgentLine, CategoryLine, Draft, ItemLine
from plugin.library.rules import Template
from plugin.library.vocabulary import Vocabulary

HELD = {"not-offered": "not named", "judgement": "for judgement only", "conditional": "not named yet"}


@dataclass(frozen=True, slots=True)
class Together:
    """Another line of the draft, with every reason why it does not go together with this one."""

    label: str
    reasons: tuple[str, ...]
    judgement: bool


def drug_sentences(line: CategoryLine, draft: Draft, template: Template) -> Iterator[str]:
    """What an outline says of the drugs of an open line, and of what does not go together with it."""
    named = grouped({agent.name: status_words(agent) for agent in line.named})
    if named:
        yield f"Drugs of the class: {'; '.join(f'{names} ({status})' for status, names in named.items())}."
    held = grouped({agent.name: held_words(agent, template.vocabulary) for agent in line.held_back})
    for reason, names in held.items():
        yield f"{names}: {reason}."
    labels = {each.code: each.label for each in draft.categories}
    apart = [each.label for each in together(line, labels) if not each.judgement]
    if apart:
        yield f"Not together with the lines: {'; '.join(apart)}."
    asked = [each.label for each in together(line, labels) if each.judgement]
    if asked:
        yield f"Together only by the clinician's decision, with the lines: {'; '.join(asked)}."


def older_sentences(line: CategoryLine | ItemLine) -> Iterator[str]:
    """What has changed since older texts on the line were written, a sentence each."""
    for each in line.superseded:
        yield f"Older texts ({each.status.label.lower()}): “{each.says}” Now: {each.now}"


def status_words(agent: AgentLine) -> str:
    """How a drug stands with the regulator for this category: `approved`, `approved, new`, `approved; off-label`."""
    said = [f"{use.status.label.lower()}{', new' if use.new else ''}" for use in agent.uses if use.named] or [
        use.status.label.lower() for use in agent.uses
    ]
    return "; ".join(dict.fromkeys(said))


def held_words(agent: AgentLine, vocabulary: Vocabulary) -> str:
    """Why a drug is held back: `not named, one fact`, `not named yet, waits for another`."""
    waits = f"waits for {', '.join(vocabulary[code].label for code in agent.missing)}" if agent.missing else ""
    title = agent.gate.title if agent.gate and agent.disposition != "conditional" else ""
    return ", ".join(filter(None, (HELD.get(agent.disposition, ""), title, waits)))


def grouped(said: Mapping[str, str]) -> dict[str, str]:
    """What is said of several names, with the names that it is said of."""
    names: dict[str, list[str]] = {}
    for name, words in said.items():
        names.setdefault(words, []).append(name)
    return {words: ", ".join(each) for words, each in names.items()}


def together(line: CategoryLine, labels: Mapping[str, str]) -> tuple[Together, ...]:
    """What does not go together with the line, each other line once; where it holds for some drugs, they are named."""
    found: dict[str, list[str]] = {}
    strict: set[str] = set()
    for each in line.not_beside:
        where = "within this line" if each.code == line.code else labels.get(each.code, each.code)
        label = f"{where} ({', '.join(each.agents)})" if each.agents else where
        found.setdefault(label, []).append(f"{each.title}: {each.reason}")
        if each.disposition == "not-offered":
            strict.add(label)
    return tuple(Together(label, tuple(reasons), label not in strict) for label, reasons in found.items())
