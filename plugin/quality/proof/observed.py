"""Patients who were read: what is known of each, as a world with one bit for each patient."""

from __future__ import annotations

from collections.abc import Iterable

from plugin.drafting.facts import Facts
from plugin.library.vocabulary import Value
from plugin.quality.proof.algebra import Patients
from plugin.quality.proof.truths import Test


class Observed:
    """The world of some patients, by their facts; the first patient has bit 0."""

    def __init__(self, patients: Iterable[Facts]) -> None:
        self._found: dict[str, dict[Value, int]] = {}
        self._presumed: dict[str, int] = {}
        count = 0
        for facts in patients:
            self._add(facts, 1 << count)
            count += 1
        self.algebra = Patients(count)

    def _add(self, facts: Facts, bit: int) -> None:
        for code, name, value in facts.by_variable():
            if value is None:
                continue
            found = self._found.setdefault(name, {})
            found[value] = found.get(value, 0) | bit
            if facts.findings[code].state == "presumed":
                self._presumed[name] = self._presumed.get(name, 0) | bit

    def where(self, name: str, test: Test) -> int:
        """The patients of whom the fact is known or presumed, with a value that passes the test."""
        return self.algebra.some(bits for value, bits in self._found.get(name, {}).items() if test(value))

    def presumed(self, name: str) -> int:
        """The patients of whom the fact is only presumed."""
        return self._presumed.get(name, 0)
