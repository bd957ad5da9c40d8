"""A proven statement as the book prints it: of whom it speaks, what must hold, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.library.in_words import Clause, explain
from plugin.library.rules import Template
from plugin.quality.proof.decide import Verdict
from plugin.quality.proof.invariants import ALWAYS, Invariant, Side
from plugin.quality.proof.section import in_powers

DISPOSITIONS = {
    "offered": "offered",
    "conditional": "conditional",
    "judgement": "for judgement",
    "not-offered": "not offered",
}
EVERY = "every category"


@dataclass(frozen=True, slots=True)
class StatementView:
    """One statement. whom: its condition in words, None where it speaks of everybody; holds: (heading, labels)."""

    verdict: Verdict
    whom: Clause | None
    holds: tuple[tuple[str, tuple[str, ...]], ...]
    combinations: str


def statement_view(verdict: Verdict, template: Template, names: Mapping[str, str]) -> StatementView:
    """The statement of a verdict in the words of its template. names: code of an alert -> its words."""
    invariant = verdict.invariant
    whom = None if invariant.when is ALWAYS else explain(invariant.when, template.vocabulary, template.named)
    return StatementView(verdict, whom, tuple(_holds(invariant, template, names)), in_powers(verdict.combinations))


def _holds(invariant: Invariant, template: Template, names: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    lines = _lines(invariant.categories, template)
    drugs = tuple(sorted(invariant.own.agents))
    excepted = tuple(
        definition.label for definition in template.vocabulary.values() if definition.variable in invariant.excepted
    )
    match invariant.kind:
        case "never":
            yield f"Never {_either([DISPOSITIONS[each] for each in invariant.never])}", lines
        case "not-named":
            yield "Never named", drugs
            if lines:
                yield "On the line of", lines
        case "accompanied":
            yield "Offered only beside", _lines(invariant.beside, template)
            yield "What is offered", (*drugs, *lines)
        case "listed":
            yield "Listed", tuple(names.get(each.code, template.label(each.code)) for each in invariant.items)
            if lines:
                yield "Where there may be started", lines
        case "apart":
            yield "Not at the same time", _side(invariant.own, template)
            yield "And", _side(invariant.other, template)
        case "rests-on-known":
            yield "No offer is taken back by one more fact", lines or (EVERY,)
        case "learning-never-opens":
            yield "One more fact never offers what was closed", lines or (EVERY,)
    if excepted:
        yield "Except by", excepted
    if {"conditional", "judgement"} <= set(invariant.never) and not invariant.presumption_stands:
        yield "Where that is only presumed", ("a closed line may stand for judgement",)


def _either(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _lines(codes: Iterable[str], template: Template) -> tuple[str, ...]:
    named = tuple(codes)
    if {rule.code for rule in template.category_rules} <= set(named):
        return (EVERY,)
    return tuple(map(template.label, named))


def _side(side: Side, template: Template) -> tuple[str, ...]:
    return (*_lines(sorted(side.categories), template), *sorted(side.agents))
