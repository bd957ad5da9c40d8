"""Patients who were read: what is known of each, as a world with one bit for each patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plugin.drafting.facts import Facts
from plugin.library.vocabulary import Value
from plugin.quality.worlds.algebra import Patients
from plugin.quality.worlds.truths import Test


@dataclass(frozen=True, slots=True)
class Seen:
    """What conditions see of one patient. values: by variable, of what is known; presumed: what is not on record."""

    values: Mapping[str, Value]
    presumed: frozenset[str]


def seen(facts: Facts) -> Seen:
    """What conditions see of a patient, as little as can be kept."""
    known = [(code, name, value) for code, name, value in facts.by_variable() if value is not None]
    presumed = frozenset(name for code, name, _ in known if facts.findings[code].state == "presumed")
    return Seen({name: value for _, name, value in known}, presumed)


class Observed:
    """The world of some patients; the first patient has bit 0."""

    def __init__(self, patients: Iterable[Seen]) -> None:
        self._found: dict[str, dict[Value, int]] = {}
        self._presumed: dict[str, int] = {}
        count = 0
        for patient in patients:
            self._add(patient, 1 << count)
            count += 1
        self.algebra = Patients(count)

    def _add(self, patient: Seen, bit: int) -> None:
        for name, value in patient.values.items():
            found = self._found.setdefault(name, {})
            found[value] = found.get(value, 0) | bit
        for name in patient.presumed:
            self._presumed[name] = self._presumed.get(name, 0) | bit

    def where(self, name: str, test: Test) -> int:
        """The patients of whom the fact is known or presumed, with a value that passes the test."""
        return self.algebra.some(bits for value, bits in self._found.get(name, {}).items() if test(value))

    def presumed(self, name: str) -> int:
        """The patients of whom the fact is only presumed."""
        return self._presumed.get(name, 0)
