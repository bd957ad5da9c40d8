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


OUT_OF_REACH = Reach(False, frozenset())


@dataclass(frozen=True, slots=True)
class Open:
    """An open line, with the drugs that it may still name, the drugs of each of its parts, and all of these."""

    line: CategoryLine
    names: frozenset[str]
    parts: tuple[frozenset[str], ...]
    drugs: frozenset[str]


def with_combinations(lines: tuple[CategoryLine, ...], facts: Facts, template: Template) -> tuple[CategoryLine, ...]:
    """The lines, each with the other open lines that it does not go together with."""
    open_ = [_open(line, template) for line in lines if line.disposition != "not-offered"]
    found: dict[str, list[NotBeside]] = {}
    for rule in template.combinations:
        if facts.truth(rule.condition) is False:
            continue
        reaching = [(each, reaches) for each in open_ if (reaches := _reaches(rule, each))]
        for each, own in reaching:
            beside = found.setdefault(each.line.code, [])
            beside.extend(_within(rule, each, own))
            for other, others in reaching:
                if other is not each:
                    beside.extend(_between(rule, other.line, own, others))
    return tuple(replace(line, not_beside=tuple(told)) if (told := found.get(line.code)) else line for line in lines)


def _open(line: CategoryLine, template: Template) -> Open:
    names = frozenset(agent.name for agent in line.agents if agent.listed and agent.disposition != "not-offered")
    parts = tuple(frozenset(part.agents) for part in template.parts.get(line.code, ()))
    return Open(line, names, parts, names.union(*parts))


def _reaches(rule: Combination, each: Open) -> tuple[Reach, ...]:
    """How far the line belongs to either side; nothing where it belongs to none."""
    if all(side.agents.isdisjoint(each.drugs) and each.line.code not in side.categories for side in rule.sides):
        return ()
    reaches = tuple(_reach(side, each) for side in rule.sides)
    return reaches if any(reach.whole or reach.agents for reach in reaches) else ()


def _reach(side: Side, each: Open) -> Reach:
    whole = each.line.code in side.categories or any(side.agents >= part for part in each.parts)
    agents = side.agents & each.names
    return Reach(whole, agents) if whole or agents else OUT_OF_REACH


def _between(
    rule: Combination, other: CategoryLine, own: tuple[Reach, ...], others: tuple[Reach, ...]
) -> Iterator[NotBeside]:
    for one, two in BOTH_WAYS:
        if own[one].whole and others[two].whole:
            yield _not_beside(rule, other.code, ())
            return
    for one, two in BOTH_WAYS:
        if own[one].agents and others[two].agents:
            agents = own[one].agents | others[two].agents
            if len(agents) > 1:
                yield _not_beside(rule, other.code, tuple(sorted(agents)))
                return


def _within(rule: Combination, each: Open, own: tuple[Reach, ...]) -> Iterator[NotBeside]:
    """Two drugs of one line, where they are no alternatives to each other."""
    for one in sorted(own[0].agents):
        for two in sorted(own[1].agents - own[0].agents):
            if not any({one, two} <= part for part in each.parts):
                yield _not_beside(rule, each.line.code, (one, two))


def _not_beside(rule: Combination, code: str, agents: tuple[str, ...]) -> NotBeside:
    return NotBeside(code, rule.id, rule.title, rule.reason, rule.disposition, agents)
