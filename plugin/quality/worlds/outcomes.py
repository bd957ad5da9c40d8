"""All that one rule may move in a draft, over an algebra, so that two versions of it can be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plugin.library.rules import CategoryRule, Gate, GoalRule, Rule, Template
from plugin.quality.worlds.algebra import Algebra, Element
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.ranks import Rank


def touched(rule: Rule, policy: Policy[Element]) -> tuple[str, ...]:
    """The categories whose lines a rule may move."""
    match rule:
        case CategoryRule(code=code):
            return (code,)
        case Gate(targets=targets, disposition=disposition):
            everywhere = disposition == "no-plan" or not targets
            return tuple(code for code in policy.categories if everywhere or code in targets)
    return ()


def ranks(rule: Rule, code: str, policy: Policy[Element]) -> list[Rank[Element]]:
    """Where a line stands, and where the drugs stand on it that the rule may hold back by itself."""
    return [policy.line(code), *(policy.agent(name, code) for name in _agents(policy.template, rule, code))]


def outcomes(rule: Rule, policy: Policy[Element]) -> Iterator[Element]:
    """Where each thing is so in a draft that the rule may move: lines, drugs, goals, and which rules are heard."""
    for code in touched(rule, policy):
        for rank in ranks(rule, code, policy):
            yield from rank.steps
    if isinstance(rule, GoalRule):
        yield from (policy.proposed(rule.code), policy.asked(rule.code))
    yield from (policy.heard(each.id) for each in _of_one_line(rule, policy.template))


def differ(one: Iterable[Element], other: Iterable[Element], algebra: Algebra[Element]) -> Element:
    """Where any of the first is not as its counterpart among the second."""
    pairs = [(first, second) for first, second in zip(one, other, strict=True) if first is not second]
    return algebra.some(
        algebra.some((algebra.each((first, algebra.other(second))), algebra.each((second, algebra.other(first)))))
        for first, second in pairs
    )


def _agents(template: Template, rule: Rule, code: str) -> Iterable[str]:
    """The drugs that a gate may hold back by itself and that the line shows: what it names, and what no line names."""
    if not isinstance(rule, Gate):
        return ()
    named = template.activities[code].agents
    return [name for name in sorted(rule.agents) if name in named or _never_named(template, name, code)]


def _never_named(template: Template, name: str, code: str) -> bool:
    uses = template.drugs[name].uses_in(code)
    return bool(uses) and not any(use.named for use in uses)


def _of_one_line(rule: Rule, template: Template) -> list[Rule]:
    """The rules that speak for the same line or goal, of which one may silence another; else the rule alone."""
    match rule:
        case CategoryRule(code=code):
            return [each for each in template.category_rules if each.code == code]
        case GoalRule(code=code):
            return [each for each in template.goal_rules if each.code == code]
    return [rule]
