"""Running cases: the draft that each patient gets, compared with the lists that were expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.facts import Facts
from plugin.drafting.model import CategoryLine, Draft, ItemLine
from plugin.drafting.plan import draft_plan
from plugin.library.expressions import Truth
from plugin.library.rules import Template
from plugin.quality.cases import ABSENT, SILENT, Case
from plugin.quality.stated import findings_from_values

EXACTLY = "_exactly"
# Of the drugs that a line holds back, those that a list of a case speaks of.
HELD_BACK = {
    "agents_withheld": ("not-offered", "judgement", "conditional"),
    "agents_waiting": ("conditional",),
    "agents_judgement": ("judgement",),
}
NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Miss:
    """One expected list that a case did not get, in words: what was expected there, and what came instead."""

    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case.

    lists: list name -> codes, as the draft has them.
    truth: of the condition of the rule that the case is about; None too for a whole patient.
    undecided: ids of all rules whose condition the facts of the case leave open.
    """

    case: Case
    lists: Mapping[str, tuple[str, ...]]
    truth: Truth
    undecided: frozenset[str]
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        """Whether every expected list came."""
        return not self.misses


def run_case(case: Case, template: Template) -> Outcome:
    """Draft for the patient of a case and compare."""
    findings = findings_from_values(case.findings, template.vocabulary, case.as_of)
    draft = draft_plan(findings, template, case.as_of)
    lists = lists_of(draft)
    facts = Facts(findings, template.vocabulary)
    truths = {rule.id: facts.truth(rule.condition) for rule in template.rules}
    undecided = frozenset(rule for rule, truth in truths.items() if truth is None)
    return Outcome(
        case,
        lists,
        truths.get(case.rule),
        undecided,
        (*_misses(case, lists, draft, template), *_misses_of_lines(case, draft)),
    )


def lists_of(draft: Draft) -> dict[str, tuple[str, ...]]:
    """The codes of a draft by the names that the JSON contract gives its lists."""
    return {
        "offered": tuple(line.code for line in draft.standing("offered")),
        "conditional": tuple(line.code for line in draft.standing("conditional")),
        "judgement": tuple(line.code for line in draft.standing("judgement")),
        "not_offered": tuple(line.code for line in draft.standing("not-offered")),
        "assessments": tuple(line.code for line in draft.assessments),
        "supportive_care": tuple(line.code for line in draft.supportive_care),
        "alerts": tuple(alert.code for alert in draft.alerts),
        "goals": tuple(goal.code for goal in draft.proposed_goals()),
        "goals_to_ask": tuple(goal.code for goal in draft.goals_to_ask()),
    }


def _misses(case: Case, lists: Mapping[str, tuple[str, ...]], draft: Draft, template: Template) -> Iterator[Miss]:
    for name, expected in case.expect.items():
        if name == SILENT:
            heard = [rule for rule in expected if rule in _speaking(draft, template)]
            if heard:
                yield Miss(f"silent: {_listed(heard)}", f"{_listed(heard)} spoke")
            continue
        if name.endswith(EXACTLY):
            shown = name.removesuffix(EXACTLY)
            if sorted(lists[shown]) != sorted(expected):
                yield Miss(f"{shown}: exactly {_listed(expected)}", f"{shown}: {_difference(expected, lists[shown])}")
            continue
        if name == ABSENT:
            found = [code for code in expected if any(code in codes for codes in lists.values())]
            if found:
                got = "; ".join(f"{code} {_whereabouts(code, lists, draft)}" for code in found)
                yield Miss(f"absent: {_listed(found)}", got)
            continue
        missing = [code for code in expected if code not in lists[name]]
        if missing:
            got = "; ".join(f"{code} {_whereabouts(code, lists, draft)}" for code in missing)
            yield Miss(f"{name}: {_listed(missing)}", got)


def _misses_of_lines(case: Case, draft: Draft) -> Iterator[Miss]:
    lines = {line.code: line for line in draft.categories}
    for name, by_line in case.of_lines.items():
        for code, expected in by_line.items():
            got = _of_line(name, lines[code]) if code in lines else ()
            lacking = [each for each in expected if each not in got]
            if lacking:
                yield Miss(f"{name} of {code}: {_listed(lacking)}", f"{name} of {code}: {_listed(got)}")


def _of_line(name: str, line: CategoryLine) -> tuple[str, ...]:
    if name == "not_beside":
        return tuple(each.code for each in line.not_beside)
    if name == "agents_named":
        return tuple(agent.name for agent in line.named)
    return tuple(agent.name for agent in line.held_back if agent.disposition in HELD_BACK[name])


def _speaking(draft: Draft, template: Template) -> frozenset[str]:
    """The rules that are heard in a draft: those of its lines, and those of its alerts."""
    lines: tuple[CategoryLine | ItemLine, ...] = (*draft.categories, *draft.assessments, *draft.supportive_care)
    texts = {alert.text for alert in draft.alerts}
    alerts = (rule.id for rule in template.alert_rules if rule.text in texts)
    return frozenset(alerts).union(*(line.rules for line in lines))


def _difference(expected: tuple[str, ...], got: tuple[str, ...]) -> str:
    lacking = [code for code in expected if code not in got]
    surplus = [code for code in got if code not in expected]
    parts = [f"lacks {_listed(lacking)}"] if lacking else []
    return ", ".join([*parts, *([f"has {_listed(surplus)} besides"] if surplus else [])])


def _whereabouts(code: str, lists: Mapping[str, tuple[str, ...]], draft: Draft) -> str:
    """Where a code stands instead, and what put it there."""
    names = [name for name, codes in lists.items() if code in codes]
    if not names:
        return f"is {NOWHERE}"
    line = next((line for line in draft.categories if line.code == code), None)
    if line is None:
        return f"is in {', '.join(names)}"
    because = [f"by {line.rule}"]
    if line.missing:
        because.append(f"waits for {', '.join(line.missing)}")
    if line.closed_by:
        because.append(f"closed by {', '.join(map(str, line.closed_by))}")
    return f"is in {', '.join(names)} ({'; '.join(because)})"


def _listed(codes: tuple[str, ...] | list[str]) -> str:
    return ", ".join(codes) or "nothing"
