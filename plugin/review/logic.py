"""How one line came about: every rule and gate that asks for it, in words, put to this patient. No HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from plugin.delivery.lines import Line, LineKind, kind_of, standing_of
from plugin.drafting.facts import Facts
from plugin.drafting.model import Draft
from plugin.library.expressions import Truth
from plugin.library.in_words import Clause, explain
from plugin.library.rules import CategoryRule, Gate, ItemRule, Template
from plugin.library.sources import Grounds

Role = Literal["opens", "moves", "lists"]


@dataclass(frozen=True, slots=True)
class Step:
    """One rule or gate with what came of it.

    role: it opens the category, closes or moves it, or lists the item. towards: where it would put the line.
    truth: True it holds, False it does not, None the facts leave it open. condition: as written, in FHIRPath.
    """

    id: str
    role: Role
    towards: str
    title: str
    reason: str
    truth: Truth
    clause: Clause
    condition: str
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class Logic:
    """A line with every step that was checked for it, those that hold first among their kind.

    named: the definitions that the steps use by name, each put to the patient too.
    """

    line: Line
    kind: LineKind
    standing: str
    steps: tuple[Step, ...]
    named: tuple[tuple[str, Clause], ...]

    def of(self, role: Role) -> tuple[Step, ...]:
        """The steps of one role: those that hold, those that are open, those that do not hold."""
        order = (True, None, False)
        return tuple(
            sorted((step for step in self.steps if step.role == role), key=lambda step: order.index(step.truth))
        )


def logic_of(kind: str, code: str, draft: Draft, template: Template) -> Logic | None:
    """The logic behind one line of a draft; None where the draft has no such line."""
    lines: tuple[Line, ...] = (*draft.categories, *draft.assessments, *draft.supportive_care)
    line = next((each for each in lines if (kind_of(each), each.code) == (kind, code)), None)
    if line is None:
        return None
    facts = Facts(draft.findings, template.vocabulary)
    steps = tuple(_steps(line, facts, template))
    named = tuple(_named([step.clause for step in steps], facts, template).items())
    return Logic(line, kind_of(line), standing_of(line), steps, named)


def _steps(line: Line, facts: Facts, template: Template) -> Iterator[Step]:
    def step(role: Role, towards: str, rule: CategoryRule | Gate | ItemRule) -> Step:
        condition = rule.condition
        clause = explain(condition, template.vocabulary, template.named, facts.environment)
        return Step(
            rule.id,
            role,
            towards,
            rule.title,
            rule.reason,
            facts.truth(condition),
            clause,
            condition.text,
            rule.grounds,
        )

    kind = kind_of(line)
    if kind == "treatment-category":
        for rule in template.category_rules:
            if rule.code == line.code:
                yield step("opens", rule.disposition, rule)
        for gate in template.gates:
            if line.code in gate.targets or gate.disposition == "no-plan":
                yield step("moves", gate.disposition, gate)
        return
    for item in template.item_rules:
        if (item.kind, item.code) == (kind, line.code):
            yield step("lists", "due", item)


def _named(clauses: Iterable[Clause], facts: Facts, template: Template) -> dict[str, Clause]:
    """The definitions that clauses use by name, and those that these use, in the order in which they are met."""
    found: dict[str, Clause] = {}
    waiting = list(clauses)
    while waiting:
        clause = waiting.pop(0)
        waiting.extend(clause.parts)
        if clause.name and clause.name not in found:
            condition = template.named[clause.name].condition
            found[clause.name] = explain(condition, template.vocabulary, template.named, facts.environment)
            waiting.append(found[clause.name])
    return found
