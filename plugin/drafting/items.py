"""Due tests, supportive care and alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from plugin.drafting.facts import Facts, merged, references
from plugin.drafting.model import Alert, Brought, CategoryLine, ItemLine
from plugin.drafting.model import Fact as Reason
from plugin.drafting.results_of_tests import results_of
from plugin.findings.dates import day_of, last_day, spoken
from plugin.findings.index import reading_of
from plugin.findings.model import Finding, Problem
from plugin.findings.overruled import chart_results, rests_on_statement, stated_against
from plugin.library.content import system_url
from plugin.library.rules import AlertRule, ItemKind, ItemRule, Template
from plugin.library.vocabulary import FindingDefinition

STALE: Literal["stale"] = "stale"
# A test that must be done before treatment starts is due once the treatment may start at all.
STARTABLE = frozenset({"offered", "judgement"})
BESIDE = 2
# Facts that a test is named for; the rest is counted.
MOST_NAMED = 4
GRAVITY = ("critical", "warning", "info")


Holding = tuple[ItemRule, tuple[str, ...]]


def item_lines(
    kind: ItemKind, facts: Facts, template: Template, categories: Iterable[CategoryLine]
) -> tuple[ItemLine, ...]:
    """The items of one kind whose rules hold, one line per item, in template order."""
    return tuple(_line(kind, rules, facts, template) for rules in _holding(kind, facts, template, categories))


def care_lines(facts: Facts, template: Template, categories: Iterable[CategoryLine]) -> tuple[ItemLine, ...]:
    """Supportive care: what leads first; then by topic, and in each what this patient's facts ask for first."""
    places: dict[str, int] = {}
    for activity in template.activities.values():
        if activity.system == system_url("supportive-care"):
            places.setdefault(activity.topic, len(places))

    def place(rules: list[Holding]) -> tuple[int, int, int]:
        lead = rules[0][0]
        return int(not lead.leads), places[template.activities[lead.code].topic], min(_weight(lead), BESIDE)

    ordered = sorted(_holding("supportive-care", facts, template, categories), key=place)
    return tuple(_line("supportive-care", rules, facts, template) for rules in ordered)


def _holding(
    kind: ItemKind, facts: Facts, template: Template, categories: Iterable[CategoryLine]
) -> list[list[Holding]]:
    """The rules that hold, gathered by item: of each item those first that say most about this patient."""
    startable = {line.code for line in categories if line.disposition in STARTABLE}
    holding: dict[str, list[Holding]] = {}
    for rule in template.item_rules:
        if rule.kind != kind or facts.truth(rule.condition) is not True:
            continue
        beside = tuple(sorted(rule.accompanies & startable))
        if beside or not rule.accompanies:
            holding.setdefault(rule.code, []).append((rule, beside))
    return [sorted(rules, key=lambda each: _weight(each[0])) for rules in holding.values()]


def _weight(rule: ItemRule) -> int:
    """0 for a rule that leads, 1 for one on a fact of this patient, 2 for one beside a treatment, 3 for the rest."""
    if rule.leads:
        return 0
    if rule.general:
        return BESIDE + 1
    return BESIDE if rule.accompanies else 1


def _line(kind: ItemKind, rules: list[Holding], facts: Facts, template: Template) -> ItemLine:
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
        why=" ".join(dict.fromkeys(_said(rule, rule.reason, facts) for rule, _ in rules)),
        facts=reasons,
        because=references(reasons),
        opens=(),
        accompanies=tuple(dict.fromkeys(code for _, beside in rules for code in beside)),
        sources=tuple(citations),
        unsourced=all(rule.grounds.unsourced for rule, _ in rules),
        who=activity.who,
        asks=activity.asks,
        leads=lead.leads,
        for_everybody=all(rule.general for rule, _ in rules),
        notes=activity.notes,
        evidence_kind=lead.grounds.kind,
        confidence=lead.grounds.confidence,
        results=results_of(activity, facts.findings, facts.vocabulary),
    )


def wanted_test(code: str, missing: Iterable[str], facts: Facts, template: Template) -> ItemLine:
    """A test that no testing rule made due, but that a line, or a drug on it, waits for: for these missing facts."""
    labels = [template.vocabulary[each].label for each in missing]
    more = f" and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
    activity = template.activities.get(code)
    return ItemLine(
        kind="assessment",
        code=code,
        label=activity.label if activity else code,
        description=activity.description if activity else "",
        topic=activity.topic if activity else "",
        rule="",
        rules=(),
        why=f"Not settled yet: {', '.join(labels[:MOST_NAMED])}{more}.",
        facts=(),
        because=(),
        opens=(),
        accompanies=(),
        sources=(),
        unsourced=False,
        notes=activity.notes if activity else (),
        results=results_of(activity, facts.findings, facts.vocabulary),
    )


def brought_by(line: CategoryLine, items: Iterable[ItemLine]) -> tuple[Brought, ...]:
    """The items that belong with a category: listed on its account, or the answer to one of its effects."""
    if line.disposition not in STARTABLE:
        return ()
    answers = {code for effect in line.effects for code in effect.care}
    return tuple(
        Brought(item.kind, item.code, item.label)
        for item in items
        if line.code in item.accompanies or item.code in answers
    )


def alerts(facts: Facts, template: Template) -> tuple[Alert, ...]:
    """What must be seen first, the gravest on top: rules, results that disagree or are too old, unread values, gaps."""
    found = (*_by_rule(facts, template), *_conflicts(facts), *_too_old(facts), *_problems(facts.findings.problems))
    return tuple(sorted(dict.fromkeys(found), key=lambda alert: GRAVITY.index(alert.level)))


def _by_rule(facts: Facts, template: Template) -> Iterator[Alert]:
    for rule in template.alert_rules:
        if facts.truth(rule.condition) is not True:
            continue
        reasons, grounds = facts.reasons(rule.condition), rule.grounds
        if stated := _stated_not_sampled(reasons, facts):
            yield from (_against_results(code, facts, rule) for code in stated)
        else:
            because = references(reasons)
            text = _said(rule, rule.text, facts)
            asked = tuple(code for code, variable, _ in facts.by_variable() if variable in rule.condition.names)
            asks = facts.without_value(rule.condition)
            yield Alert(
                rule.code, text, rule.level, because, rule.id, grounds.citations, grounds.unsourced, asks, asked
            )


def _said(rule: ItemRule | AlertRule, text: str, facts: Facts) -> str:
    """The words of a rule: its own, or those for results that disagree where nothing else keeps a fact of it open."""
    return rule.disputed if rule.disputed and facts.is_disputed(rule.condition) else text


def _stated_not_sampled(reasons: Iterable[Reason], facts: Facts) -> tuple[str, ...]:
    """The findings of which a rule compares samples, but whose value a clinician stated: its words would be untrue."""
    read = (reading_of(facts.vocabulary[reason.code]) for reason in reasons)
    compared = dict.fromkeys(reading.of for reading in read if reading.kind == "ever")
    return tuple(code for code in compared if rests_on_statement(facts.findings[code]))


def _against_results(code: str, facts: Facts, rule: AlertRule) -> Alert:
    """Who stated what against which results; the sources of the rule do not speak of statements."""
    finding = facts.findings[code]
    seen = (*finding.evidence, *(result.reference for result in chart_results(finding)))
    said = stated_against(finding, facts.vocabulary[code])
    return Alert("conflict", said, rule.level, tuple(dict.fromkeys(seen)), rule.id, open_facts=(code,))


def _conflicts(facts: Facts) -> Iterator[Alert]:
    for code, finding in facts.findings.items():
        if finding.state == "conflicting" or finding.disputed:
            label = facts.vocabulary[code].label
            text = f"{label}: {finding.note or 'results disagree'}"
            seen = finding.evidence or tuple(result.reference for result in finding.results if not result.set_aside)
            yield Alert("conflict", text, "warning", (*seen, *finding.disputed), open_facts=(code,))


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
    yield Alert(STALE, text, "info", tuple(seen), open_facts=tuple(old))


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
