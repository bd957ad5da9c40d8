"""The one way from findings to a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from plugin.drafting.agents import name_agents
from plugin.drafting.combinations import with_combinations
from plugin.drafting.facts import Facts
from plugin.drafting.goals import goal_lines, own_words
from plugin.drafting.items import STARTABLE, alerts, brought_by, care_lines, item_lines, wanted_test
from plugin.drafting.model import Alert, CategoryLine, Consequence, Draft, ItemLine, moved_by
from plugin.drafting.standing import category_lines
from plugin.drafting.superseded import with_superseded
from plugin.drafting.worth import consequences
from plugin.findings.model import Findings
from plugin.library.rules import CategoryRule, Gate, Template


def draft_plan(findings: Findings, template: Template, as_of: date) -> Draft:
    """The draft for one patient: pure, and the same for the same input on any machine.

    as_of: the day for which the draft speaks; the same that the findings were read for.
    """
    return draft_from(Facts(findings, template.vocabulary), template, as_of)


def draft_from(facts: Facts, template: Template, as_of: date, *, weigh_facts: bool = True) -> Draft:
    """The same, for those who ask conditions about the patient themselves as well.

    facts: of the template's vocabulary.
    weigh_facts: whether to work out what the facts that are not settled are worth, which is half of the work. Without
        it `to_confirm`, `consequences` and what a test alone `decides` are empty; all else is the same: for those who
        only read the lists.
    """
    stop = next((gate for gate in template.gates if _stops(gate, facts)), None)
    categories = category_lines(facts, template)
    if stop is not None:
        return _nothing(stop, categories, facts, template, as_of)
    categories = name_agents(categories, facts, template)
    told = consequences(facts, template, categories) if weigh_facts else {}
    due = item_lines("assessment", facts, template, categories)
    waiting = tuple(_waiting(line, facts, due) for line in categories)
    categories = with_superseded(with_combinations(waiting, facts, template), facts, template)
    listed = tuple(_deciding(item, told, facts) for item in _assessments(due, categories, template, facts))
    assessments = with_superseded(listed, facts, template)
    care = with_superseded(care_lines(facts, template, categories), facts, template)
    bringing = [_bringing(line, (*assessments, *care)) for line in categories]
    categories = tuple(sorted(bringing, key=lambda line: not line.leads))
    return replace(
        _bare(facts, template, as_of, categories),
        assessments=assessments,
        supportive_care=care,
        to_confirm=_to_confirm(categories, facts, template, told) if weigh_facts else (),
        consequences=told,
        goals=goal_lines(facts, template),
        own_words=own_words(facts.findings, template),
    )


def _bare(facts: Facts, template: Template, as_of: date, categories: tuple[CategoryLine, ...]) -> Draft:
    """A draft of nothing but categories and alerts."""
    return Draft(
        findings=facts.findings,
        as_of=as_of.isoformat(),
        template_id=template.id,
        template_version=template.version,
        template_title=template.title,
        categories=categories,
        assessments=(),
        supportive_care=(),
        alerts=alerts(facts, template),
        to_confirm=(),
    )


def _stops(gate: Gate, facts: Facts) -> bool:
    return gate.disposition == "no-plan" and facts.truth(gate.condition) is True


def _nothing(stop: Gate, categories: Iterable[CategoryLine], facts: Facts, template: Template, as_of: date) -> Draft:
    reasons = facts.reasons(stop.condition)
    closed = tuple(
        replace(
            line,
            disposition="not-offered",
            rule=stop.id,
            rules=(stop.id,),
            title=stop.title,
            why=stop.reason,
            facts=reasons,
            closed_by=reasons,
            not_on_record=(),
            because=(),
            derives=(),
            presumes=(),
            missing=(),
            gates=(),
        )
        for line in categories
    )
    draft = _bare(facts, template, as_of, closed)
    return replace(draft, alerts=draft.alerts or (_stopping(stop),), no_plan=stop.reason)


def _stopping(stop: Gate) -> Alert:
    grounds = stop.grounds
    return Alert("judgement", stop.reason, "critical", (), stop.id, grounds.citations, grounds.unsourced)


def _waiting(line: CategoryLine, facts: Facts, due: tuple[ItemLine, ...]) -> CategoryLine:
    """The line with the tests that would settle what it misses: of several, those that are due now."""
    due_codes = {item.code for item in due}
    agents = tuple(
        replace(agent, waits_for=_tests(agent.missing, facts, due_codes)) if agent.missing else agent
        for agent in line.agents
    )
    flags = line.flags
    if line.disposition == "conditional" and "test-first" not in flags:
        flags = (*flags, "test-first")
    if flags == line.flags and not line.missing and not any(agent.missing for agent in agents):
        return line
    return replace(line, waits_for=_tests(line.missing, facts, due_codes), flags=flags, agents=agents)


def _bringing(line: CategoryLine, items: Iterable[ItemLine]) -> CategoryLine:
    brings = brought_by(line, items)
    return replace(line, brings=brings) if brings else line


def _tests(missing: Iterable[str], facts: Facts, due: set[str]) -> tuple[str, ...]:
    """The tests that would settle some facts: for each, of several, those that are due now."""
    tests: dict[str, None] = {}
    for code in missing:
        settling = facts.vocabulary[code].settled_by
        now = [test for test in settling if test in due]
        tests.update(dict.fromkeys(now or settling))
    return tuple(tests)


def _assessments(
    due: tuple[ItemLine, ...], categories: tuple[CategoryLine, ...], template: Template, facts: Facts
) -> tuple[ItemLine, ...]:
    """Due tests with what waits for each: what leads, then what comes before others, then what most lines wait for.

    What only drugs on lines for judgement wait for is left out where every rule on that test says that it is not due.
    """
    waiting = [line for line in categories if line.disposition == "conditional"]
    opens: dict[str, list[str]] = {}
    for line in waiting:
        for test in line.waits_for:
            opens.setdefault(test, []).append(line.code)
    known = {item.code for item in due}
    startable = [line for line in categories if line.disposition in STARTABLE]
    named = [
        (test, agent.missing)
        for line in startable
        for agent in line.agents
        for test in agent.waits_for
        if agent.listed and (line.disposition == "offered" or not _ruled_out(test, facts, template))
    ]
    asked = [(test, line.missing) for line in waiting for test in line.waits_for]
    wanted: dict[str, dict[str, None]] = {}
    for test, missing in (*asked, *named):
        if test not in known:
            settled = [code for code in missing if test in facts.vocabulary[code].settled_by]
            wanted.setdefault(test, {}).update(dict.fromkeys(settled))
    every = (*due, *(wanted_test(test, missing, facts, template) for test, missing in wanted.items()))
    awaited = dict.fromkeys(code for line in waiting for code in line.missing)
    first = {activity.code for activity in template.activities.values() if activity.comes_first}
    lines = [
        replace(
            item,
            opens=tuple(opens.get(item.code, ())),
            settles=tuple(code for code in awaited if item.code in facts.vocabulary[code].settled_by),
            comes_first=item.leads or item.code in first,
        )
        for item in every
    ]
    return tuple(sorted(lines, key=lambda item: (not item.leads, not item.comes_first, -len(item.opens))))


def _deciding(item: ItemLine, told: Mapping[str, tuple[Consequence, ...]], facts: Facts) -> ItemLine:
    """The test with the lines that a result of it alone would move."""
    settled = [found for code, found in told.items() if item.code in facts.vocabulary[code].settled_by]
    moved = frozenset(code for found in settled for code in moved_by(found))
    return replace(item, decides=tuple(code for code in item.opens if code in moved))


def _ruled_out(test: str, facts: Facts, template: Template) -> bool:
    """Whether the template has rules on a test, and each of them is false for this patient."""
    truths = {facts.truth(rule.condition) for rule in template.item_rules if rule.code == test}
    return truths == {False}


def _to_confirm(
    categories: Iterable[CategoryLine], facts: Facts, template: Template, told: Mapping[str, tuple[Consequence, ...]]
) -> tuple[str, ...]:
    """Facts a person should confirm: those that would move most lines first, those that move none are left out.

    What was worked out comes after what is missing or presumed: it changes only when the facts behind it do. A line
    that no single fact would move waits for several: all that it waits for stand after them. What only the name of a
    drug waits for comes last. Before them all stands what the patient reports a sign of, then what the chart makes one
    suspect.
    """
    findings = facts.findings
    moved = {code: len(moved_by(found)) for code, found in told.items()}
    order = {code: place for place, code in enumerate(findings)}
    asked = sorted(moved, key=lambda code: (findings[code].state == "derived", -moved[code], order[code]))
    stuck = [line for line in categories if line.disposition == "conditional" and told.keys().isdisjoint(line.missing)]
    together = [code for line in stuck for code in line.missing]
    standing = [line for line in categories if line.disposition != "not-offered"]
    drugs = [code for line in standing for agent in line.agents if agent.listed for code in agent.missing]
    every = dict.fromkeys((*asked, *together, *drugs))
    suspected = _suspected(facts, template)
    return tuple(sorted(every, key=lambda code: (findings[code].told is None, code not in suspected)))


def _suspected(facts: Facts, template: Template) -> frozenset[str]:
    """The findings of those rules whose conditions may be true by a suspicion that the chart raises."""
    raised = [rule.condition.names for rule in suspected_rules(facts, template)]
    return frozenset(code for code, variable, _ in facts.by_variable() if any(variable in names for names in raised))


def suspected_rules(facts: Facts, template: Template) -> tuple[CategoryRule, ...]:
    """The rules that are not true, as far as is known, but that the chart makes one suspect to be."""
    return tuple(
        rule
        for rule in template.category_rules
        if rule.suspected and facts.truth(rule.suspected) is True and facts.truth(rule.condition) is not True
    )
