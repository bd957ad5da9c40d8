"""The book as data: parts with their rules in words, what each rests on, and the cases that show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from plugin.library.in_words import Clause, explain
from plugin.library.rules import (
    AlertRule,
    CategoryRule,
    Combination,
    Gate,
    GoalRule,
    ItemRule,
    NamedCondition,
    Rule,
    Side,
    Template,
)
from plugin.library.sources import Grounds
from plugin.quality.book.cases import CaseView, case_view
from plugin.quality.book.statements import StatementView, statement_view
from plugin.quality.charts.running import ChartOutcome
from plugin.quality.charts.section import readings_used
from plugin.quality.made import Made
from plugin.quality.open_questions import OpenQuestion, open_questions
from plugin.quality.proof.decide import Verdict
from plugin.quality.running import Outcome
from plugin.review.code_names import code_names

KINDS = {
    CategoryRule: "category",
    Gate: "gate",
    GoalRule: "goal",
    Combination: "combination",
    ItemRule: "item",
    AlertRule: "alert",
}
PROTOCOL = "clinical-protocol"


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule, gate, item or alert in words.

    kind: category, gate, item or alert. item: the label of what it opens or lists; empty for a gate.
    mark: its disposition, or the level of an alert. grounds: None for an alert.
    targets, beside, companions: labels of categories. gates: the gates that can move what this rule opens.
    suspected: what raises the suspicion that it holds; None where nothing does.
    """

    rule: Rule
    kind: str
    item: str
    mark: str
    reason: str
    clause: Clause
    grounds: Grounds | None
    flags: tuple[str, ...]
    regulatory_status: str
    targets: tuple[str, ...]
    beside: tuple[str, ...]
    companions: tuple[str, ...]
    gates: tuple[Gate, ...]
    questions: tuple[OpenQuestion, ...]
    cases: tuple[CaseView, ...]
    suspected: Clause | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One PlanDefinition: a decision point, or tests, care, alerts, gates."""

    id: str
    title: str
    description: str
    version: str
    rules: tuple[RuleView, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """Which kinds of rule it holds."""
        return frozenset(view.kind for view in self.rules)

    @property
    def case_count(self) -> int:
        """How many cases its rules have."""
        return sum(len(view.cases) for view in self.rules)


@dataclass(frozen=True, slots=True)
class NamedView:
    """A named condition, what it stands for, and the rules that use it."""

    named: NamedCondition
    clause: Clause


@dataclass(frozen=True, slots=True)
class ChartView:
    """How many chart cases there are, how many of them are read otherwise, and the readings that they show.

    readings: the findings that are read from a chart and that rules rest on. shown: those that a chart case shows.
    """

    cases: int
    failed: int
    readings: tuple[str, ...]
    shown: frozenset[str]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that is printed.

    names: code of a flag, kind of evidence or confidence -> its words. patients: cases that are about no single rule.
    made: what it was made from. charts: what chart cases show of the readings.
    """

    template: Template
    parts: tuple[Part, ...]
    definitions: tuple[NamedView, ...]
    patients: tuple[CaseView, ...]
    statements: tuple[StatementView, ...]
    questions: tuple[OpenQuestion, ...]
    cited_by: Mapping[str, tuple[Rule, ...]]
    names: Mapping[str, str]
    failed: tuple[Outcome, ...]
    case_count: int
    made: Made
    charts: ChartView

    @property
    def unproven(self) -> tuple[StatementView, ...]:
        """The statements that are broken or could not be decided."""
        return tuple(view for view in self.statements if view.verdict.result != "proven")


def make_book(
    template: Template,
    outcomes: Iterable[Outcome],
    verdicts: Iterable[Verdict],
    stamp: Made,
    charts: tuple[ChartOutcome, ...] = (),
) -> Book:
    """The book of a template; outcomes: of all its cases, verdicts: on all its invariants, charts: of its chart cases.

    Raises TemplateError where a CodeSystem cannot be read.
    """
    every = tuple(outcomes)
    by_rule: dict[str, list[Outcome]] = {}
    for outcome in every:
        by_rule.setdefault(outcome.case.rule, []).append(outcome)
    names = code_names(template.terminology)
    rules = {rule.id: rule for rule in template.rules}
    parts = [
        Part(
            id=resource["id"],
            title=resource["title"],
            description=resource.get("description", ""),
            version=resource["version"],
            rules=tuple(
                _view(rules[action["id"]], template, by_rule.get(action["id"], []), names)
                for action in resource.get("action", [])
            ),
        )
        for resource in _protocols(template)
    ]
    return Book(
        template=template,
        parts=tuple(parts),
        definitions=tuple(
            NamedView(each, explain(each.condition, template.vocabulary, template.named))
            for each in template.named.values()
        ),
        patients=tuple(case_view(outcome, template) for outcome in by_rule.get("", ())),
        statements=tuple(statement_view(verdict, template, names) for verdict in verdicts),
        questions=open_questions(template),
        cited_by=_cited_by(template),
        names=names,
        failed=tuple(outcome for outcome in every if not outcome.passed),
        case_count=len(every),
        made=stamp,
        charts=_chart_view(template, charts),
    )


def _chart_view(template: Template, outcomes: tuple[ChartOutcome, ...]) -> ChartView:
    readings = readings_used(template)
    shown = frozenset[str]().union(*(outcome.shown for outcome in outcomes))
    return ChartView(
        len(outcomes), sum(bool(outcome.misses) for outcome in outcomes), readings, shown.intersection(readings)
    )


def _protocols(template: Template) -> list[dict[str, Any]]:
    """The PlanDefinitions with rules, in the order in which the strategy names them."""
    strategy = next(resource for resource in template.resources if resource.get("url") == template.url)
    places = {
        action.get("definitionCanonical", "").split("|")[0]: place
        for place, action in enumerate(strategy.get("action", []))
    }
    found = [resource for resource in template.resources if _is_protocol(resource)]
    return sorted(found, key=lambda resource: places.get(str(resource["url"]), len(places)))


def _is_protocol(resource: dict[str, Any]) -> bool:
    kind = resource.get("type")
    codings = kind.get("coding", []) if isinstance(kind, dict) else []
    return any(coding.get("code") == PROTOCOL for coding in codings)


def _view(rule: Rule, template: Template, outcomes: list[Outcome], names: Mapping[str, str]) -> RuleView:
    labels = template.label
    return RuleView(
        rule=rule,
        kind=KINDS[type(rule)],
        item=""
        if isinstance(rule, (Gate, Combination))
        else names.get(rule.code, "")
        if isinstance(rule, AlertRule)
        else labels(rule.code),
        mark=_mark(rule),
        reason="" if isinstance(rule, AlertRule) else rule.reason,
        clause=explain(rule.condition, template.vocabulary, template.named),
        grounds=rule.grounds,
        flags=tuple(names.get(flag, flag) for flag in rule.flags) if isinstance(rule, CategoryRule) else (),
        regulatory_status=rule.regulatory_status if isinstance(rule, CategoryRule) else "",
        targets=_targets(rule, template),
        beside=_labels(rule.accompanies, template) if isinstance(rule, ItemRule) else (),
        companions=tuple(map(labels, rule.companions)) if isinstance(rule, Gate) else (),
        gates=tuple(gate for gate in template.gates if isinstance(rule, CategoryRule) and rule.code in gate.targets),
        questions=tuple(each for each in open_questions(template) if each.key in rule.grounds.documented),
        cases=tuple(case_view(outcome, template) for outcome in outcomes),
        suspected=explain(rule.suspected, template.vocabulary, template.named)
        if isinstance(rule, CategoryRule) and rule.suspected
        else None,
    )


def _mark(rule: Rule) -> str:
    if isinstance(rule, AlertRule):
        return rule.level
    if isinstance(rule, GoalRule):
        return "offered"
    return "due" if isinstance(rule, ItemRule) else rule.disposition


def _targets(rule: Rule, template: Template) -> tuple[str, ...]:
    """What a gate or a combination speaks of: categories by their labels, and drugs by their names."""
    if isinstance(rule, Gate):
        return (*_labels(rule.targets, template), *rule.agents)
    if isinstance(rule, Combination):
        return tuple(dict.fromkeys(name for side in rule.sides for name in _side(side, template)))
    return ()


def _side(side: Side, template: Template) -> tuple[str, ...]:
    return (*_labels(side.categories, template), *sorted(side.agents))


def _labels(codes: frozenset[str], template: Template) -> tuple[str, ...]:
    """Labels in the order of the template; one that no rule of it opens is left out, since the gate never meets it."""
    return tuple(activity.label for code, activity in template.activities.items() if code in codes)


def _cited_by(template: Template) -> dict[str, tuple[Rule, ...]]:
    cited: dict[str, list[Rule]] = {}
    for rule in template.rules:
        for citation in rule.grounds.citations:
            cited.setdefault(citation.id, []).append(rule)
    return {code: tuple(rules) for code, rules in cited.items()}
