"""Counter-examples: the patient with the fewest facts who breaks an invariant, tried in drafting itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from plugin.drafting.facts import Facts
from plugin.library.rules import Template
from plugin.library.vocabulary import Value
from plugin.quality.proof.claims import Claims
from plugin.quality.proof.invariants import Invariant
from plugin.quality.stated import UNKNOWN, findings_from_values, statement
from plugin.quality.worlds.charts import Charts
from plugin.quality.worlds.formulas import Formula
from plugin.quality.worlds.observed import Observed, seen
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.solving import Solving

TRIES = 12


@dataclass(frozen=True, slots=True)
class CounterExample:
    """A patient who breaks an invariant. values: finding code -> value, or `unknown` where somebody looked in vain."""

    values: dict[str, Value]

    def bundle(self, template: Template, as_of: date) -> dict[str, Any]:
        """The patient as a FHIR Bundle that `careplan draft` reads, each fact stated by a clinician on that day."""
        stated = [statement(template.vocabulary[code], value, as_of) for code, value in self.values.items()]
        resources = [{"resourceType": "Patient", "id": "stated"}, *stated]
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}

    def __str__(self) -> str:
        return ", ".join(f"{code}: {_written(value)}" for code, value in self.values.items()) or "nothing on record"


def examples(formula: Formula, charts: Charts, solving: Solving) -> Iterator[CounterExample]:
    """Patients of whom a formula is true, each told no more than needed; a few, those without contradictions first."""
    coherent = tuple(charts.coherent())
    odd: list[CounterExample] = []
    refused: list[Formula] = []
    told = [atom for name in sorted(charts.algebra.facts_in(formula)) for atom in _told(charts, name)]
    for attempt in range(TRIES):
        with solving.supposing(formula, *charts.plain(), *refused, *(coherent if attempt else ())):
            found = solving.simplest(told, partial(_fewest, charts, told))
        if found is None:
            break
        example = CounterExample(dict(_values(charts, found)))
        if all(map(found, coherent)):
            yield example
        else:
            odd.append(example)
        refused.append(charts.algebra.other(charts.algebra.each(atom for atom in told if found(atom))))
    yield from odd


def _fewest(charts: Charts, told: list[Formula], count: int) -> Formula:
    return charts.algebra.at_most(count, told)


def breaks(invariant: Invariant, example: CounterExample, template: Template, as_of: date) -> bool:
    """Whether a patient, read and drafted for as any other, breaks the invariant."""
    findings = findings_from_values(example.values, template.vocabulary, as_of)
    world = Observed([seen(Facts(findings, template.vocabulary))])
    return bool(Claims(Policy(template, world)).broken(invariant))


def _told(charts: Charts, name: str) -> Iterator[Formula]:
    yield from charts.inputs[name].values()
    yield charts.looked_for[name]


def _values(charts: Charts, found: Callable[[Formula], bool]) -> Iterator[tuple[str, Value]]:
    for name, inputs in charts.inputs.items():
        code = charts.domains[name].code
        yield from ((code, value) for value, formula in inputs.items() if found(formula))
        if found(charts.looked_for[name]):
            yield code, UNKNOWN


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
