"""What the plan is for: what the patient said, word for word, then the goals that fit the findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from plugin.drafting.facts import Facts, merged, references
from plugin.drafting.model import GoalLine, GoalStanding, OwnWords
from plugin.findings.dates import spoken
from plugin.findings.model import Findings, FormAnswer, SaidBy
from plugin.library.elements import extension
from plugin.library.forms import every_item
from plugin.library.rules import GoalRule, Template

NEAREST: tuple[SaidBy, ...] = ("patient", "family", "", "clinician")
SPOKEN_OF: dict[SaidBy, str] = {
    "patient": "in the patient's own words",
    "family": "in the words of somebody close",
    "clinician": "recorded by a clinician",
    "": "on record; by whom is not said",
}


def goal_lines(facts: Facts, template: Template) -> tuple[GoalLine, ...]:
    """The goals whose rules hold, and those that a fact nobody knows keeps open; one line each, in template order."""
    rules: dict[str, list[GoalRule]] = {}
    for rule in template.goal_rules:
        rules.setdefault(rule.code, []).append(rule)
    lines = (_line(of_code, facts) for of_code in rules.values())
    return tuple(line for line in lines if line is not None)


def _line(rules: list[GoalRule], facts: Facts) -> GoalLine | None:
    holding = [rule for rule in rules if facts.truth(rule.condition) is True]
    speaking = holding or [rule for rule in rules if facts.truth(rule.condition) is None]
    if not speaking:
        return None
    standing: GoalStanding = "proposed" if holding else "to-ask"
    lead = speaking[0]
    reasons = merged(*(facts.reasons(rule.condition) for rule in speaking))
    return GoalLine(
        code=lead.code,
        label=lead.label,
        category=lead.category,
        standing=standing,
        rule=lead.id,
        rules=tuple(rule.id for rule in speaking),
        why=" ".join(dict.fromkeys(rule.reason for rule in speaking)),
        facts=reasons,
        because=references(reasons),
        missing=tuple(dict.fromkeys(code for rule in speaking for code in facts.missing(rule.condition))),
        sources=tuple(dict.fromkeys(citation for rule in speaking for citation in rule.grounds.citations)),
        unsourced=all(rule.grounds.unsourced for rule in speaking),
    )


def own_words(findings: Findings, template: Template) -> tuple[OwnWords, ...]:
    """What the chart says that the patient wants: nothing twice, the patient's words first, of those the newest."""
    goals = (OwnWords(goal.text, goal.said_by, goal.date, (goal.reference,)) for goal in findings.goals)
    answers = (
        OwnWords(answer.text, answer.said_by, answer.date, (answer.reference,), answer.question)
        for answer in _newest(findings.answers, template)
    )
    told: dict[str, OwnWords] = {}
    for words in (*answers, *goals):
        key = " ".join(words.text.casefold().split())
        told[key] = _together(told[key], words) if key in told else words
    by_date = sorted(told.values(), key=lambda words: words.date, reverse=True)
    return tuple(sorted(by_date, key=lambda words: NEAREST.index(words.said_by)))


def _together(one: OwnWords, other: OwnWords) -> OwnWords:
    """The same words on record twice: once, with both references, and as said by whoever is nearest to the patient."""
    said_by = min(one.said_by, other.said_by, key=NEAREST.index)
    return replace(one, said_by=said_by, references=(*one.references, *other.references))


def _newest(answers: Iterable[FormAnswer], template: Template) -> Iterator[FormAnswer]:
    """Of the answers that say what matters, those of the newest form that answers the same question."""
    answers = tuple(answers)
    if not answers:
        return
    asked = _what_matters(template)
    leading: dict[tuple[str, str], str] = {}
    for answer in answers:
        question = (answer.form, answer.link_id)
        if question in asked and leading.setdefault(question, answer.reference) == answer.reference:
            yield answer


def _what_matters(template: Template) -> set[tuple[str, str]]:
    """The questions whose answer is what the patient wants: form and linkId."""
    return {
        (form["url"], item["linkId"])
        for form in template.questionnaires.values()
        for item in every_item(form)
        if extension(item, "item-matters", False)
    }


def source_of_words(words: OwnWords) -> str:
    """Where the words come from, in a sentence part: `in the patient's own words, 3 Nov 2026 (Goal/7)`."""
    said = ", ".join(filter(None, (SPOKEN_OF[words.said_by], words.date and spoken(words.date))))
    return f"{said} ({', '.join(words.references)})"
