"""Boolean algebras: the same policy answers for a set of patients at once, or for every patient there could be.

An element of an algebra says of which patients something is so. `Patients` keeps one bit for each of some patients;
`plugin.quality.worlds.formulas` keeps a formula over unknown facts, for a solver.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

Element = TypeVar("Element")


class Algebra(Protocol[Element]):
    """What the policy asks of an algebra. everybody, nobody: its greatest and least element."""

    everybody: Element
    nobody: Element

    def each(self, parts: Iterable[Element]) -> Element:
        """Where all parts are so; everybody for no part."""

    def some(self, parts: Iterable[Element]) -> Element:
        """Where at least one part is so; nobody for no part."""

    def other(self, part: Element) -> Element:
        """Where a part is not so."""


class Patients:
    """Sets of some patients, one bit for each: bit 0 is the first patient."""

    def __init__(self, count: int) -> None:
        self.everybody = (1 << count) - 1
        self.nobody = 0

    def each(self, parts: Iterable[int]) -> int:
        """The patients of whom all parts are so."""
        result = self.everybody
        for part in parts:
            result &= part
        return result

    def some(self, parts: Iterable[int]) -> int:
        """The patients of whom at least one part is so."""
        result = 0
        for part in parts:
            result |= part
        return result

    def other(self, part: int) -> int:
        """All other patients."""
        return self.everybody ^ part
