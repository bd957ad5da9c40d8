"""The first cases of a new rule: a patient for whom its condition holds, one for whom it does not, one undecided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from plugin.errors import TemplateError, UsageError
from plugin.library.conditions import Compiler
from plugin.library.expressions import Conjunction, Expression, Membership, compiled, names_in, numbers_in
from plugin.library.template import VOCABULARY_FILE
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary
from plugin.library.vocabulary_file import load_vocabulary
from plugin.library.yaml_file import Document
from plugin.quality.authoring.workplace import Workplace
from plugin.quality.stated import UNKNOWN

MOST_TRIED = 200_000

Facts = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Patients:
    """Facts of three patients by finding code; None where no such patient was found."""

    holds: Facts | None
    fails: Facts | None
    waits: Facts | None


class Conditions:
    """Conditions compiled against the vocabulary and the named conditions of a template, before a rule is written."""

    def __init__(self, place: Workplace) -> None:
        self.vocabulary = load_vocabulary(place.folder / VOCABULARY_FILE, place.terminology.folder)
        self._compiler = Compiler(self.vocabulary)
        self._compiler.define(dict(_named(place)))
        if self._compiler.faults:
            raise TemplateError(self._compiler.faults)

    def compiled(self, text: str) -> Expression:
        """The expression; raises UsageError with every fault, and what was probably meant."""
        condition = self._compiler.condition(text, Document("--when", None, {(): 1}), ())
        if condition is not None:
            return condition.expression
        raise UsageError("; ".join(f"{fault.message}; {fault.remedy}" for fault in self._compiler.faults))


def _named(place: Workplace) -> Iterator[tuple[str, tuple[str, Document, tuple[str | int, ...]]]]:
    for document in place.documents:
        for index, each in enumerate(document.data.get("extension", [])):
            if each["url"].endswith("/named-condition"):
                path = ("extension", index, "valueExpression", "expression")
                yield each["valueExpression"]["name"], (each["valueExpression"]["expression"], document, path)


def patients(condition: Expression, beside: Expression | None, vocabulary: Vocabulary) -> Patients:
    """Three patients for a condition, each with as few facts as show it.

    beside: what must hold of all three, such as the rule whose line a gate closes.
    """
    whole = condition if beside is None else Conjunction((condition, beside))
    choices = {name: _choices(name, whole, vocabulary) for name in sorted(names_in(whole))}
    tried = islice(product(*choices.values()), MOST_TRIED)
    every = [
        {name: value for name, value in zip(choices, values, strict=True) if value is not None} for values in tried
    ]
    every.sort(key=len)
    judge = compiled(condition)
    fits = compiled(beside) if beside is not None else None
    if fits is not None:
        every = [each for each in every if fits(each, {}) is True]
    holds = next((each for each in every if judge(each, {}) is True), None)
    if holds is None:
        return Patients(None, None, None)

    def nearest(truth: bool | None) -> dict[str, Value] | None:
        """The patient of that truth who differs least from the one for whom it holds."""
        fit = (each for each in every if judge(each, {}) is truth)
        return min(fit, key=lambda each: _distance(each, holds), default=None)

    return Patients(*(_facts(each, holds, vocabulary) for each in (holds, nearest(False), nearest(None))))


def _choices(name: str, expression: Expression, vocabulary: Vocabulary) -> list[Value | None]:
    definition = _definition(name, vocabulary)
    if definition.type == "boolean":
        return [None, True, False]
    if definition.type == "code":
        return [None, *(value for value in definition.values if value not in definition.undecided)]
    numbers = [leaf for leaf in numbers_in(expression) if leaf.name == name]
    limits = {value for leaf in numbers for value in (leaf.values if isinstance(leaf, Membership) else [leaf.value])}
    return [None, *sorted({float(limit) + step for limit in limits for step in (-1, 0, 1)} or {1.0})]


def _distance(one: Mapping[str, Value], other: Mapping[str, Value]) -> int:
    return sum(one.get(name) != other.get(name) for name in one.keys() | other.keys())


def _facts(values: Mapping[str, Value] | None, holds: Mapping[str, Value], vocabulary: Vocabulary) -> Facts | None:
    """By finding code; a fact that is open here and would be presumed is stated as unknown."""
    if values is None:
        return None
    facts: Facts = {}
    for name in dict.fromkeys([*holds, *values]):
        definition = _definition(name, vocabulary)
        if name in values:
            value = values[name]
            facts[definition.code] = int(value) if definition.type == "integer" else value
        elif definition.presumption is not None:
            facts[definition.code] = UNKNOWN
    return facts


def _definition(name: str, vocabulary: Vocabulary) -> FindingDefinition:
    definition = vocabulary.by_variable(name)
    assert definition is not None, name  # noqa: S101
    return definition
