"""The policy over many patients at once says what drafting says for each: lines, drugs, items, goals, alerts, rules."""

from __future__ import annotations

import random

import pytest

from plugin.drafting.facts import Facts
from plugin.drafting.plan import draft_plan
from plugin.quality.stated import findings_from_values
from plugin.quality.worlds.awaited import Awaited
from plugin.quality.worlds.domains import domains, expressions_of
from plugin.quality.worlds.observed import Observed, seen
from plugin.quality.worlds.policy import Policy

PATIENTS = 120
DISPOSITIONS = ("offered", "conditional", "judgement", "not-offered")
# What most patients have, so that lines get past their first condition.
USUAL = {"breast-cancer": True, "metastatic": True, "sex": "female", "age": 60, "ecog": 1}


@pytest.fixture(scope="module")
def drafted(template, as_of):
    """Patients of all kinds, half of them usual ones; the same on every run."""
    chance = random.Random(20261129)  # noqa: S311
    known = list(domains(template.vocabulary, expressions_of(template)).values())
    facts, drafts = [], []
    for number in range(PATIENTS):
        told = chance.sample(known, chance.randint(3, 60))
        values = {domain.code: chance.choice((*domain.values, *domain.undecided, "unknown")) for domain in told}
        if number % 2:
            values = {**values, **USUAL, "er": chance.choice(("positive", "negative")), "metastatic-line": number % 4}
        findings = findings_from_values(values, template.vocabulary, as_of)
        facts.append(Facts(findings, template.vocabulary))
        drafts.append(draft_plan(findings, template, as_of))
    return Policy(template, Observed(map(seen, facts))), drafts


def where(found, number):
    return bool(found >> number & 1)


def test_lines_stand_where_drafting_puts_them(drafted):
    policy, drafts = drafted
    stood = set()
    for number, draft in enumerate(drafts):
        for line in draft.categories:
            standing = policy.ranks.where(policy.line(line.code), line.disposition)
            assert where(standing, number), (number, line.code, line.disposition)
            stood.add(line.disposition)
    assert stood == set(DISPOSITIONS)


def test_lines_name_the_same_drugs(drafted):
    policy, drafts = drafted
    named = 0
    for number, draft in enumerate(drafts):
        for line in draft.categories:
            drugs = {agent.name for agent in line.named}
            named += len(drugs)
            for name in policy.template.activities[line.code].agents:
                offered = policy.ranks.where(policy.agent(name, line.code), "offered")
                assert where(offered, number) == (name in drugs), (number, line.code, name)
    assert named


def test_the_same_items_goals_and_alerts_are_listed(drafted):
    policy, drafts = drafted
    for number, draft in enumerate(drafts):
        by_rule = {(item.kind, item.code) for item in (*draft.assessments, *draft.supportive_care) if item.rule}
        for rule in policy.template.item_rules:
            listed = policy.listed(rule.kind, rule.code)
            assert where(listed, number) == ((rule.kind, rule.code) in by_rule), (number, rule.code)
        proposed = {goal.code for goal in draft.proposed_goals()}
        asked = {goal.code for goal in draft.goals_to_ask()}
        for rule in policy.template.goal_rules:
            assert where(policy.proposed(rule.code), number) == (rule.code in proposed)
            assert where(policy.asked(rule.code), number) == (rule.code in asked)
        alerts = {alert.rule for alert in draft.alerts if alert.rule}
        for rule in policy.template.alert_rules:
            assert where(policy.heard(rule.id), number) == (rule.id in alerts), (number, rule.id)


def test_the_same_tests_are_listed_because_something_waits_for_them(drafted):
    policy, drafts = drafted
    awaited, waited_for = Awaited(policy), 0
    for number, draft in enumerate(drafts):
        listed = {item.code for item in draft.assessments}
        waited_for += sum(not item.rule for item in draft.assessments)
        assert listed == {code for code in awaited.tests() if where(awaited.listed(code), number)}, number
    assert waited_for > len(drafts)


def test_the_same_rules_are_heard(drafted):
    policy, drafts = drafted
    for number, draft in enumerate(drafts):
        heard = {
            rule for line in (*draft.categories, *draft.assessments, *draft.supportive_care) for rule in line.rules
        }
        heard |= {rule for goal in draft.goals for rule in goal.rules}
        for rule in (*policy.template.category_rules, *policy.template.item_rules, *policy.template.goal_rules):
            assert where(policy.heard(rule.id), number) == (rule.id in heard), (number, rule.id)
