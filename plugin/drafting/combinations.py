"""Which lines of one draft must not be given at the same time. Standing side by side as alternatives is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from plugin.drafting.facts import Facts
from plugin.drafting.model import CategoryLine, NotBeside
from plugin.library.rules import Combination, Side, Template

BOTH_WAYS = ((0, 1), (1, 0))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a line belongs to one side of a combination: as a whole, or with some of its drugs."""

    whole: bool
    agents: frozenset[str]


def with_combinations(lines: tuple[CategoryLine, ...], facts: Facts, template: Template) -> tuple[CategoryLine, ...]:
    """The lines, each with the other open lines that it does not go together with."""
    holding = [each for each in template.combinations if facts.truth(each.condition) is not False]
    open_ = [line for line in lines if line.disposition != "not-offered"]
    reaches = {
        (rule.id, line.code): tuple(_reach(side, line, template) for side in rule.sides)
        for rule in holding
        for line in open_
    }

    def not_beside(line: CategoryLine) -> Iterator[NotBeside]:
        for rule in holding:
            own = reaches[rule.id, line.code]
            if not any(reach.whole or reach.agents for reach in own):
                continue
            yield from _within(rule, line, own, template)
            for other in open_:
                if other.code != line.code:
                    yield from _between(rule, other, own, reaches[rule.id, other.code])

    return tuple(
        replace(line, not_beside=tuple(not_beside(line))) if line.disposition != "not-offered" else line
        for line in lines
    )


def _reach(side: Side, line: CategoryLine, template: Template) -> Reach:
    parts = template.parts.get(line.code, ())
    names = {agent.name for agent in line.agents if agent.listed and agent.disposition != "not-offered"}
    whole = line.code in side.categories or any(side.agents.issuperset(part.agents) for part in parts)
    return Reach(whole, side.agents & names)


def _between(
    rule: Combination, other: CategoryLine, own: tuple[Reach, ...], others: tuple[Reach, ...]
) -> Iterator[NotBeside]:
    if any(own[one].whole and others[two].whole for one, two in BOTH_WAYS):
        yield _not_beside(rule, other.code, ())
        return
    for one, two in BOTH_WAYS:
        agents = own[one].agents | others[two].agents
        if own[one].agents and others[two].agents and len(agents) > 1:
            yield _not_beside(rule, other.code, tuple(sorted(agents)))
            return


def _within(rule: Combination, line: CategoryLine, own: tuple[Reach, ...], template: Template) -> Iterator[NotBeside]:
    """Two drugs of one line, where they are no alternatives to each other."""
    parts = [frozenset(part.agents) for part in template.parts.get(line.code, ())]
    for one in sorted(own[0].agents):
        for two in sorted(own[1].agents - own[0].agents):
            if not any({one, two} <= part for part in parts):
                yield _not_beside(rule, line.code, (one, two))


def _not_beside(rule: Combination, code: str, agents: tuple[str, ...]) -> NotBeside:
    return NotBeside(code, rule.id, rule.title, rule.reason, rule.disposition, agents)
