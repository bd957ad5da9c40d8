"""Due tests, supportive care and alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from plugin.drafting.facts import Facts, merged, references
from plugin.drafting.model import Alert, CategoryLine, ItemLine
from plugin.findings.dates import day_of, last_day, spoken
from plugin.findings.model import Finding, Problem
from plugin.library.rules import ItemKind, ItemRule, Template
from plugin.library.vocabulary import FindingDefinition

STALE: Literal["stale"] = "stale"
# A test that must be done before treatment starts is due once the treatment may start at all.
STARTABLE = frozenset({"offered", "judgement"})


def item_lines(
    kind: ItemKind, facts: Facts, template: Template, categories: Iterable[CategoryLine]
) -> tuple[ItemLine, ...]:
    """The items of one kind whose rules hold, one line per item, in template order."""
    startable = {line.code for line in categories if line.disposition in STARTABLE}
    holding: dict[str, list[tuple[ItemRule, tuple[str, ...]]]] = {}
    for rule in template.item_rules:
        if rule.kind != kind or facts.truth(rule.condition) is not True:
            continue
        beside = tuple(sorted(rule.accompanies & startable))
        if beside or not rule.accompanies:
            holding.setdefault(rule.code, []).append((rule, beside))
    return tuple(_line(kind, rules, facts, template) for rules in holding.values())


def _line(kind: ItemKind, rules: list[tuple[ItemRule, tuple[str, ...]]], facts: Facts, template: Template) -> ItemLine:
    lead = rules[0][0]
    activity = template.activities[lead.code]
    reasons = merged(*(facts.reasons(rule.condition) for rule, _ in rules))
    citations = dict.fromkeys(citation for rule, _ in rules for citation in rule.grounds.citations)
    return ItemLine(
        kind=kind,
        code=lead.code,
        label=activity.label,
        description=activity.description,
        topic=activity.topic,
        rule=lead.id,
        rules=tuple(rule.id for rule, _ in rules),
        why=" ".join(dict.fromkeys(rule.reason for rule, _ in rules)),
        facts=reasons,
        because=references(reasons),
        opens=(),
        accompanies=tuple(dict.fromkeys(code for _, beside in rules for code in beside)),
        sources=tuple(citations),
        unsourced=all(rule.grounds.unsourced for rule, _ in rules),
        evidence_kind=lead.grounds.kind,
        confidence=lead.grounds.confidence,
    )


def wanted_test(code: str, template: Template) -> ItemLine:
    """A test that no testing rule made due, but that a conditional line waits for."""
    activity = template.activities.get(code)
    return ItemLine(
        kind="assessment",
        code=code,
        label=activity.label if activity else code,
        description=activity.description if activity else "",
        topic=activity.topic if activity else "",
        rule="",
        rules=(),
        why="A line of this plan waits for it.",
        facts=(),
        because=(),
        opens=(),
        accompanies=(),
        sources=(),
        unsourced=False,
    )


def alerts(facts: Facts, template: Template) -> tuple[Alert, ...]:
    """What must be seen first: rules that hold, results that disagree or are too old, unread values, gaps."""
    found = (*_by_rule(facts, template), *_conflicts(facts), *_too_old(facts), *_problems(facts.findings.problems))
    return tuple(dict.fromkeys(found))


def _by_rule(facts: Facts, template: Template) -> Iterator[Alert]:
    for rule in template.alert_rules:
        if facts.truth(rule.condition) is True:
            yield Alert(rule.code, rule.text, rule.level, references(facts.reasons(rule.condition)))


def _conflicts(facts: Facts) -> Iterator[Alert]:
    for code, finding in facts.findings.items():
        if finding.state == "conflicting" or finding.disputed:
            label = facts.vocabulary[code].label
            text = f"{label}: {finding.note or 'results disagree'}"
            seen = finding.evidence or tuple(result.reference for result in finding.results if not result.set_aside)
            yield Alert("conflict", text, "warning", (*seen, *finding.disputed))


def _too_old(facts: Facts) -> Iterator[Alert]:
    """One alert for all facts that a test would settle and that only rest on results which are too old."""
    old = {code: found for code, found in facts.findings.items() if _is_too_old(found, facts.vocabulary[code])}
    if not old:
        return
    said = [f"{facts.vocabulary[code].label} ({_newest_stale(finding)})" for code, finding in old.items()]
    seen = dict.fromkeys(
        one.reference for finding in old.values() for one in finding.results if one.aside_kind == STALE
    )
    text = f"Too old to count, to be repeated or confirmed: {', '.join(dict.fromkeys(said))}"
    yield Alert(STALE, text, "info", tuple(seen))


def _is_too_old(finding: Finding, definition: FindingDefinition) -> bool:
    open_ = finding.state in ("unknown", "presumed") and bool(definition.settled_by)
    return open_ and any(result.aside_kind == STALE for result in finding.results)


def _newest_stale(finding: Finding) -> str:
    days = [day_of(result.date) for result in finding.results if result.aside_kind == STALE]
    newest = max(filter(None, days), key=last_day, default="")
    return spoken(newest) if newest else "no date"


def _problems(problems: Iterable[Problem]) -> Iterator[Alert]:
    for problem in problems:
        because = (problem.reference,) if problem.reference else ()
        if problem.kind == "gap":
            yield Alert("incomplete", problem.text, "critical", because)
        else:
            yield Alert("unread", problem.text, "warning", because)
