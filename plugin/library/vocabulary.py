"""The vocabulary of findings: which facts exist, which values they take, and what may be presumed of them."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from plugin.library.code_sets import CodeSets
from plugin.library.disease_course import NO_COURSE, DiseaseCourse
from plugin.library.sample_sites import NO_SITES, SampleSites
from plugin.library.told_signs import ToldSigns
from plugin.library.treatment_policy import NO_POLICY, TreatmentPolicy

if TYPE_CHECKING:
    from plugin.library.expressions import Expression
    from plugin.library.readings import Reading, ReadingKind

FindingType = Literal["code", "boolean", "integer", "decimal"]
Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Presumption:
    """What is taken as so when nothing is recorded, why that is safe, and what cancels it.

    unless: conditions over findings; when one of them is true, nothing is presumed.
    needs: FHIR resource types; when reading one of them from the EHR failed, nothing is presumed either.
    signs: names of ValueSets; a drug, procedure, problem or stay with one of their codes cancels it too.
    """

    value: Value
    reason: str
    unless: tuple[Expression, ...] = ()
    needs: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """A value that follows from other findings: `value` holds when `when` is true, for the `reason` given."""

    value: Value
    when: Expression
    reason: str


@dataclass(frozen=True, slots=True)
class FindingDefinition:
    """One fact of the vocabulary.

    code: public contract, lower case with hyphens, such as `next-visit`.
    label: what the clinician reads.
    values: allowed values of a `code` finding, in order of display; empty for the other types.
    undecided: the subset of `values` that counts as unknown in conditions (an equivocal test decides nothing).
    value_sets: canonical URLs of the ValueSets whose codes feed it.
    settled_by: codes of the assessments that would settle it when it is unknown.
    group: heading under which the page shows it.
    asked_of: `chart` when EHRs record it, `clinician` when only a person can state it.
    reading: how it is read from the chart; None where only a clinician's statement or a derivation gives it.
    derivations: tried in order while nothing is recorded.
    denials: values that cannot be when their condition is true; where one is found all the same, that is a conflict.
    variable: the name conditions use; `next-visit` is `%nextVisit`.
    stated_days: for how many days a clinician's statement counts; 0 for no limit.
    holds_since: code of a finding; what was stated before that came true no longer tells, unless it was a yes.
    """

    code: str
    label: str
    type: FindingType
    values: tuple[str, ...] = ()
    undecided: frozenset[str] = frozenset()
    unit: str = ""
    value_sets: tuple[str, ...] = ()
    settled_by: tuple[str, ...] = ()
    group: str = ""
    asked_of: Literal["chart", "clinician"] = "chart"
    presumption: Presumption | None = None
    reading: Reading | None = None
    derivations: tuple[Derivation, ...] = ()
    denials: tuple[Derivation, ...] = ()
    holds_since: str = ""
    stated_days: int = 0
    variable: str = field(init=False)

    @property
    def panel(self) -> str:
        """The name shared by the findings that are read from the same results; its own code where none is given."""
        return (self.reading.panel if self.reading else "") or self.code

    def __post_init__(self) -> None:
        object.__setattr__(self, "variable", variable_name(self.code))


def variable_name(code: str) -> str:
    """`visits-of-2-years` -> `visitsOf2Years`: FHIRPath identifiers have no hyphens."""
    head, *rest = code.split("-")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def in_a_word(value: Value | None) -> str:
    """A value as notes say it."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


class Vocabulary(Mapping[str, FindingDefinition]):
    """All findings of a template by code, in the order in which they are shown, with the code sets that feed them.

    Immutable, and equal only to itself. `url` and `version` are those of the Library it was read from; `treatment` is
    its policy on the history of treatment,
    `sites` its policy on where samples come from, `course` what is shown of the course of the disease,
    `told` which answers of patients are signs of what.
    """

    __hash__ = object.__hash__

    def __init__(
        self,
        definitions: list[FindingDefinition],
        code_sets: CodeSets | None = None,
        *,
        url: str = "",
        version: str = "",
        treatment: TreatmentPolicy = NO_POLICY,
        sites: SampleSites = NO_SITES,
        course: DiseaseCourse = NO_COURSE,
        told: ToldSigns = MappingProxyType({}),
    ) -> None:
        self._by_code = {definition.code: definition for definition in definitions}
        self._by_variable = {definition.variable: definition for definition in definitions}
        self.code_sets = CodeSets() if code_sets is None else code_sets
        self.url = url
        self.version = version
        self.treatment = treatment
        self.sites = sites
        self.course = course
        self.told = told

    def __eq__(self, other: object) -> bool:
        return self is other

    def __getitem__(self, code: str) -> FindingDefinition:
        return self._by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    def values(self) -> ValuesView[FindingDefinition]:
        """Every definition; a view of the dictionary itself, since readers go through it again and again."""
        return self._by_code.values()

    def items(self) -> ItemsView[str, FindingDefinition]:
        """Every code with its definition."""
        return self._by_code.items()

    @cached_property
    def derived(self) -> tuple[FindingDefinition, ...]:
        """The findings that may follow from others."""
        return tuple(definition for definition in self.values() if definition.derivations)

    @cached_property
    def denied(self) -> tuple[FindingDefinition, ...]:
        """The findings of which some values cannot be while others hold."""
        return tuple(definition for definition in self.values() if definition.denials)

    @cached_property
    def presumable(self) -> tuple[FindingDefinition, ...]:
        """The findings of which something may be presumed."""
        return tuple(definition for definition in self.values() if definition.presumption is not None)

    @cached_property
    def dated(self) -> tuple[FindingDefinition, ...]:
        """The findings of which only what was stated since something began still tells."""
        return tuple(definition for definition in self.values() if definition.holds_since)

    def read_as(self, kind: ReadingKind) -> tuple[FindingDefinition, ...]:
        """The findings whose reading is of this kind."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[str, tuple[FindingDefinition, ...]]:
        kinds: dict[str, list[FindingDefinition]] = {}
        for definition in self.values():
            if definition.reading is not None:
                kinds.setdefault(definition.reading.kind, []).append(definition)
        return {kind: tuple(found) for kind, found in kinds.items()}

    def by_variable(self, name: str) -> FindingDefinition | None:
        """The finding that conditions call `%name`, or None where there is none."""
        return self._by_variable.get(name)
