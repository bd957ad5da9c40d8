"""How facts are read, checked without a chart: thresholds that overlap or leave a hole, numbers without limits, parts
that nothing uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from plugin.findings.evidence import Evidence, Origin
from plugin.findings.index import Panel, index_of, reading_of
from plugin.findings.samples import outcome_alone
from plugin.library.expressions import Comparison, evaluate, names_in, numbers_in
from plugin.library.readings import Part
from plugin.library.source_attributes import used_findings
from plugin.library.vocabulary import FindingDefinition, in_a_word
from plugin.quality.charts.places import ReadingPlaces
from plugin.quality.lints.walking import at
from plugin.quality.material import Material
from plugin.quality.report import Level, Remark, Section

NOWHERE = Origin("", "")


def readings_sound(material: Material) -> Section:
    """The readings of results on which rules rest: one value for every number, limits for numbers, nothing idle."""
    index, used = index_of(material.template.vocabulary), used_findings(material.template)
    looked_at = 0
    remarks: list[Remark] = []
    for panel in index.panels.values():
        if used.intersection(each.code for each in panel.definitions):
            looked_at += len(panel.definitions)
            remarks += _Reading(panel, material).remarks()
    return Section("Readings: thresholds, limits and parts", looked_at, tuple(remarks))


class _Reading:
    """One panel, looked at from each of its numbers alone."""

    def __init__(self, panel: Panel, material: Material) -> None:
        self.panel = panel
        self.document = material.vocabulary
        self.places = ReadingPlaces(material.vocabulary)
        self.owner = {
            part.name: definition for definition in panel.definitions for part in reading_of(definition).parts
        }

    def remarks(self) -> Iterator[Remark]:
        numbers = [part for part in self.panel.parts.values() if part.kind == "number"]
        for part in numbers:
            yield from self._limits(part)
        if numbers:
            yield from self._age(numbers)
        yield from self._idle()
        for definition in self.panel.definitions:
            for part in numbers:
                yield from self._thresholds(definition, part)

    def _limits(self, part: Part) -> Iterator[Remark]:
        lacking = [name for name in ("minimum", "maximum") if getattr(part, name) is None]
        if lacking:
            text = f"the number '{part.name}' has no {' and no '.join(lacking)}: an impossible one would be believed"
            yield self._at_part(part, text, "give the least and the most that a chart can mean", "gap")

    def _age(self, numbers: list[Part]) -> Iterator[Remark]:
        """A limit of age, also one of 0, says that somebody thought of it."""
        codes = [definition.code for definition in self.panel.definitions]
        if any(self.places.has(code, url) for code in codes for url in ("valid-days", "until-progression")):
            return
        for part in numbers:
            if not part.valid_days:
                text = f"the number '{part.name}' counts however old it is"
                remedy = "give the reading valid-days; 0 says that it does not grow old"
                yield self._at_part(part, text, remedy, "gap")
                return

    def _idle(self) -> Iterator[Remark]:
        rules = [rule for definition in self.panel.definitions for rule in reading_of(definition).rules]
        names = frozenset[str]().union(*(names_in(rule.when) | {rule.part} for rule in rules))
        for part in self.panel.parts.values():
            if part.name not in names:
                text = f"the part '{part.name}' is read, and no rule of its finding uses it"
                yield self._at_part(part, text, "use it in a rule, or take it out", "gap")

    def _thresholds(self, definition: FindingDefinition, part: Part) -> Iterator[Remark]:
        limits = self._limits_of(definition, part)
        if not limits or definition.type in ("integer", "decimal"):
            return
        told: list[tuple[float, object]] = []
        for number in _points(limits, part):
            found = Evidence(self.panel.name, part.name, NOWHERE, number, "")
            outcome = outcome_alone(self.panel, found, definition)
            if outcome.conflict:
                yield from self._overlap(definition, part, number)
                return
            told.append((number, outcome.value))
        if holes := _holes(told):
            path = self.places.path(definition.code)
            text = f"'{definition.code}' says nothing where '{part.name}' is {_listed(holes)}"
            yield at(self.document, path, text, "add a rule for those numbers, or widen one that is there", "gap")

    def _limits_of(self, definition: FindingDefinition, part: Part) -> list[float]:
        if part.name not in self.panel.behind[definition.code]:
            return []
        rules = [rule for other in self.panel.definitions for rule in reading_of(other).rules]
        leaves = [leaf for rule in rules for leaf in numbers_in(rule.when) if leaf.name == part.name]
        return sorted({float(leaf.value) for leaf in leaves if isinstance(leaf, Comparison)})

    def _overlap(self, definition: FindingDefinition, part: Part, number: float) -> Iterator[Remark]:
        rules = reading_of(definition).rules
        holding = [place for place, rule in enumerate(rules) if evaluate(rule.when, {part.name: number}) is True]
        differing = [place for place in holding if rules[place].value != rules[holding[0]].value]
        if not differing:
            return
        one, other = holding[0], differing[0]
        text = (
            f"'{definition.code}' would be both {in_a_word(rules[one].value)} (line "
            f"{self.document.line(*self.places.rule_path(definition.code, one))}) and {in_a_word(rules[other].value)} "
            f"where '{part.name}' is {number:g}: such a result becomes a conflict"
        )
        path = self.places.rule_path(definition.code, other)
        yield at(self.document, path, text, "let every number meet one of the two", "fault")

    def _at_part(self, part: Part, text: str, remedy: str, level: Level) -> Remark:
        path = self.places.part_path(self.owner[part.name].code, part.name)
        return at(self.document, path, f"{self.owner[part.name].code}: {text}", remedy, level)


def _points(limits: list[float], part: Part) -> Iterator[float]:
    """Every limit, a number between any two, and one beyond each end, as far as they are possible."""
    least = part.minimum if part.minimum is not None else limits[0] - 1
    most = part.maximum if part.maximum is not None else limits[-1] + 1
    ends = sorted({least, *(limit for limit in limits if least <= limit <= most), most})
    for number in sorted({*ends, *((low + high) / 2 for low, high in pairwise(ends))}):
        if not part.step or (number / part.step).is_integer():
            yield number


def _holes(told: list[tuple[float, object]]) -> list[float]:
    """The numbers that say nothing though others do; where only one value is ever said, the others are left open."""
    if len({value for _, value in told} - {None}) < 2:
        return []
    return [number for number, value in told if value is None]


def _listed(numbers: list[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)
