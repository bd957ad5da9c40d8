"""What a fact is worth: which lines would change their list if it were known, value by value.

Exact for the dispositions of categories, and cheap: only conditions that the facts of today leave open are asked again,
and only for the facts that they ask about. `tests/drafting/test_worth.py` holds it against drafting anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from plugin.drafting.facts import Facts
from plugin.drafting.followers import Followers
from plugin.drafting.model import CategoryLine, Consequence, moved_by
from plugin.drafting.possible import possible_values
from plugin.drafting.scale import RANK, Scale
from plugin.library.expressions import Seen, Truth
from plugin.library.rules import Condition, Template


def consequences(facts: Facts, template: Template, lines: Iterable[CategoryLine]) -> dict[str, tuple[Consequence, ...]]:
    """For each fact that is not settled and would move a line: what each of its values would move."""
    today = {line.code: RANK[line.disposition] for line in lines}
    scale = Scale(facts, template, today)
    open_to = _still_open(facts, scale.conditions.values())
    followers = Followers(facts, open_to)
    found: dict[str, tuple[Consequence, ...]] = {}
    for code, variable, _ in facts.by_variable():
        if (
            variable not in followers.leading
            or facts.is_settled(code)
            or _is_counted(facts, code)
            or facts.can_be_nothing_else(code)
        ):
            continue
        told = tuple(_consequences_of(code, scale, followers, open_to))
        if any(consequence.moved for consequence in told):
            found[code] = told
    return {code: told for code, told in found.items() if not _is_asked_by_another(code, found, followers, open_to)}


def _is_asked_by_another(
    code: str, found: Mapping[str, tuple[Consequence, ...]], followers: Followers, open_to: Mapping[str, object]
) -> bool:
    """Whether a fact moves lines only by way of another one that is asked: of a number and its limit, the limit."""
    variable = followers.facts.vocabulary[code].variable
    if variable in open_to:
        return False
    moved = moved_by(found[code])
    return any(
        moved <= moved_by(told) for other, told in found.items() if other != code and followers.follows(other, variable)
    )


def _is_counted(facts: Facts, code: str) -> bool:
    """Whether the lines of treatment on record tell a fact: a word against them is for `findings.history` to weigh."""
    reading = facts.vocabulary[code].reading
    return reading is not None and reading.kind == "treatment" and facts.findings[code].state == "derived"


def _still_open(facts: Facts, conditions: Iterable[Condition]) -> dict[str, tuple[Condition, ...]]:
    """Those conditions whose answer facts that are not settled could change, by these facts."""
    unsettled = {variable for code, variable, _ in facts.by_variable() if not facts.is_settled(code)}
    settled = {**facts.environment, **dict.fromkeys(unsettled)}
    open_to: dict[str, list[Condition]] = {}
    foreseen: Seen = {}
    for condition in conditions:
        names = condition.names & unsettled
        if names and condition.foresee(settled, foreseen) is None:
            for name in names:
                open_to.setdefault(name, []).append(condition)
    return {name: tuple(conditions) for name, conditions in open_to.items()}


def _consequences_of(
    code: str, scale: Scale, followers: Followers, open_to: Mapping[str, tuple[Condition, ...]]
) -> Iterator[Consequence]:
    definition = scale.facts.vocabulary[code]
    for words, value in possible_values(definition, open_to.get(definition.variable, ())):
        world = followers.world(code, value)
        answered: Seen = {}
        answers: dict[str, Truth] = {}
        for name in world.states:
            for condition in open_to.get(name, ()):
                if condition.text not in answers:
                    answers[condition.text] = condition.decide(world.environment, answered)
        yield Consequence(words, scale.moved(answers, world))
