"""The vocabulary of findings: which facts exist, which values they take, and what may be presumed of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

FindingType = Literal["code", "boolean", "integer", "decimal"]
Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Presumption:
    """What is taken as so when nothing is recorded, why that is safe, and what cancels it.

    `unless` holds names of named conditions: when one of them is true, nothing is presumed.
    `needs` holds FHIR resource types: when reading one of them from the EHR failed, nothing is presumed either.
    """

    value: Value
    reason: str
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingDefinition:
    """One fact of the vocabulary.

    code: public contract, lower case with hyphens, such as `er-low`.
    label: what the clinician reads.
    values: allowed values of a `code` finding, in order of display; empty for the other types.
    undecided: the subset of `values` that counts as unknown in conditions (an equivocal test decides nothing).
    value_sets: canonical URLs of the ValueSets whose codes feed it.
    settled_by: codes of the assessments that would settle it when it is unknown.
    group: heading under which the page shows it.
    asked_of: `chart` when EHRs record it, `clinician` when only a person can state it.
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

    @property
    def variable(self) -> str:
        """The name conditions use: `er-low` is `%erLow`."""
        return variable_name(self.code)


def variable_name(code: str) -> str:
    """`pd-l1-cps-10` -> `pdL1Cps10`: FHIRPath identifiers have no hyphens."""
    head, *rest = code.split("-")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


class Vocabulary(Mapping[str, FindingDefinition]):
    """All findings of a template by code, in the order in which they are shown; immutable."""

    def __init__(self, definitions: list[FindingDefinition], code_sets: Mapping[str, CodeSet] | None = None) -> None:
        self._by_code = {definition.code: definition for definition in definitions}
        self._by_variable = {definition.variable: definition for definition in definitions}
        self.code_sets: Mapping[str, CodeSet] = code_sets or {}

    def __getitem__(self, code: str) -> FindingDefinition:
        return self._by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    def by_variable(self, name: str) -> FindingDefinition | None:
        """The finding that conditions call `%name`, or None where there is none."""
        return self._by_variable.get(name)


@dataclass(frozen=True, slots=True)
class CodeSet:
    """An enumerated ValueSet: which (system, code) pairs belong to it, and how each is displayed.

    url: canonical; the short name used by readers is its last segment (`er-tests`).
    displays: (system, code) -> display.
    """

    url: str
    title: str
    displays: Mapping[tuple[str, str], str]

    def __contains__(self, coding: object) -> bool:
        return coding in self.displays
