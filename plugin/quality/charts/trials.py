"""Ways to read otherwise, one change each: comparisons turned around, limits of age taken away.

A threshold is tried on each chart that comes near it (`Threshold`): moved past the number of that chart, it must show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from plugin.findings.index import Panel, index_of, reading_of
from plugin.library.expressions import (
    Comparison,
    ComparisonOperator,
    Conjunction,
    Disjunction,
    Expression,
    Membership,
    Name,
    Negation,
    written,
)
from plugin.library.readings import Part, Reading, Rule
from plugin.library.rules import Template
from plugin.library.source_attributes import used_findings
from plugin.library.vocabulary import FindingDefinition
from plugin.quality.polarity.flips import flips

TrialKind: TypeAlias = Literal["comparison", "threshold", "age", "progression", "code"]
# How far from a threshold the number of a chart may lie to show it: a part of the threshold, or one whole step.
NEAR = 0.1
STEP = 1
LONG = 36_500
# Operator -> whether its threshold belongs to what lies above.
TAKES_IN_ABOVE: dict[ComparisonOperator, bool] = {"<": True, ">=": True, ">": False, "<=": False}


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a trial the same in every process.

    owner: finding, panel or ValueSet that is changed. place: of the rule in the reading, or of the part in the panel.
    said: the comparison as written, the side of a threshold, the code.
    """

    kind: TrialKind
    owner: str
    place: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One change, and the panel as it would be with it.

    name: the part or finding of the panel without which the change cannot matter; empty where it may in any case.
    """

    key: Key
    panel: Panel
    name: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number that a rule of a finding compares a part with."""

    definition: FindingDefinition
    place: int
    comparison: Comparison
    number: float

    def key(self, above: bool) -> Key:
        """The key of one side."""
        side = f"{written(self.comparison)}, from {'above' if above else 'below'}"
        return Key("threshold", self.definition.code, self.place, side)

    def is_above(self, value: float) -> bool:
        """On which side a number lies."""
        takes_in = TAKES_IN_ABOVE[self.comparison.operator]
        return value > self.number or (takes_in and value == self.number)

    def is_near(self, value: float) -> bool:
        """Whether a number lies near enough to show where the threshold is."""
        whole = float(value).is_integer() and float(self.number).is_integer()
        return abs(value - self.number) <= max(NEAR * abs(self.number), STEP if whole else 0)

    def moved_past(self, value: float, panel: Panel) -> Panel:
        """The panel with the threshold moved so far that the number lies on its other side."""
        beyond: tuple[ComparisonOperator, ComparisonOperator]
        beyond = (">", ">=") if self.comparison.operator in (">", ">=") else ("<=", "<")
        operator = beyond[0] if self.is_above(value) else beyond[1]
        moved = replace(self.comparison, operator=operator, value=value)
        rules = reading_of(self.definition).rules
        when = _replaced(rules[self.place].when, self.comparison, moved)
        return _with_rule(panel, self.definition, self.place, when)


@dataclass(frozen=True, slots=True)
class PanelTrials:
    """Everything that is tried of one panel. sets: ValueSet -> the codes by which its tests are known."""

    panel: Panel
    trials: tuple[Trial, ...]
    thresholds: tuple[Threshold, ...]
    sets: dict[str, frozenset[tuple[str, str]]]

    @property
    def keys(self) -> Iterator[Key]:
        """Every trial by its key."""
        yield from (trial.key for trial in self.trials)
        for threshold in self.thresholds:
            yield from (threshold.key(above) for above in (True, False))
        for name, codes in self.sets.items():
            yield from (code_key(name, *code) for code in sorted(codes))


def code_key(name: str, system: str, code: str) -> Key:
    """The key of a code taken out of a ValueSet."""
    return Key("code", name, said=f"{system}|{code}")


def trials_of(template: Template) -> dict[str, PanelTrials]:
    """Panel -> what is tried of it: the readings of results on which rules rest."""
    index, used = index_of(template.vocabulary), used_findings(template)
    found: dict[str, PanelTrials] = {}
    for name, panel in index.panels.items():
        definitions = [definition for definition in panel.definitions if definition.code in used]
        if definitions:
            sets = {each: frozenset(index.set(each).displays) for part in panel.parts.values() for each in part.tests}
            trials = (*_turned(panel, definitions), *_ages(panel))
            found[name] = PanelTrials(panel, trials, tuple(_thresholds(definitions)), sets)
    return found


def _turned(panel: Panel, definitions: Iterable[FindingDefinition]) -> Iterator[Trial]:
    for definition in definitions:
        for place, rule in enumerate(reading_of(definition).rules):
            for flip in flips(rule.when):
                key = Key("comparison", definition.code, place, written(flip.part))
                name = flip.part.name if isinstance(flip.part, Comparison | Membership | Name) else ""
                yield Trial(key, _with_rule(panel, definition, place, flip.expression), name)


def _ages(panel: Panel) -> Iterator[Trial]:
    readings = [reading_of(definition) for definition in panel.definitions]
    if any(reading.valid_days for reading in readings):
        yield Trial(Key("age", panel.name), _with_readings(panel, valid_days=0))
    if any(reading.until_progression for reading in readings):
        yield Trial(Key("progression", panel.name), _with_readings(panel, until_progression=False))
    for place, part in enumerate(panel.parts.values()):
        if part.valid_days:
            yield Trial(Key("age", panel.name, place, part.name), _with_part(panel, replace(part, valid_days=LONG)))


def _thresholds(definitions: Iterable[FindingDefinition]) -> Iterator[Threshold]:
    for definition in definitions:
        for place, rule in enumerate(reading_of(definition).rules):
            for flip in flips(rule.when):
                leaf = flip.part
                if isinstance(leaf, Comparison) and leaf.operator in TAKES_IN_ABOVE:
                    yield Threshold(definition, place, leaf, float(leaf.value))


def _with_rule(panel: Panel, definition: FindingDefinition, place: int, when: Expression) -> Panel:
    reading = reading_of(definition)
    rules: list[Rule] = list(reading.rules)
    rules[place] = replace(rules[place], when=when)
    return _exchanged(panel, {definition.code: replace(reading, rules=tuple(rules))})


def _with_readings(panel: Panel, **changes: int | bool) -> Panel:
    readings = {each.code: replace(reading_of(each), **changes) for each in panel.definitions}  # type: ignore[arg-type]
    return _exchanged(panel, readings)


def _with_part(panel: Panel, part: Part) -> Panel:
    return replace(panel, parts={**panel.parts, part.name: part}, judged={})


def _exchanged(panel: Panel, readings: dict[str, Reading]) -> Panel:
    definitions = {
        each.code: replace(each, reading=readings[each.code]) if each.code in readings else each
        for each in panel.definitions
    }
    return replace(
        panel,
        definitions=tuple(definitions[each.code] for each in panel.definitions),
        order=tuple(definitions[each.code] for each in panel.order),
        judged={},
    )


def _replaced(expression: Expression, old: Comparison, new: Comparison) -> Expression:
    """The expression with one comparison exchanged, wherever it stands."""
    match expression:
        case Conjunction(operands) | Disjunction(operands):
            return replace(expression, operands=tuple(_replaced(operand, old, new) for operand in operands))
        case Negation(operand):
            return Negation(_replaced(operand, old, new))
    return new if expression == old else expression
