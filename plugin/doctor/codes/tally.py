"""Counting the codes that no finding is read from: memory grows with the different codes, not with resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from plugin.doctor.codes.kinds import Kind, Use, uses_in
from plugin.findings.elements import Coding, Json
from plugin.findings.index import Index
from plugin.library.content import CANONICAL
from plugin.library.local_codes import plain_system, standards_of

MOST_CODES = 20_000
MOST_REMEMBERED = 100_000
MOST_NAMES = 3
Key = tuple[Kind, str, str]


@dataclass
class Unmapped:
    """A code that is not read: how often, under which names, with which kinds of value, as an answer to what."""

    kind: Kind
    system: str
    code: str
    count: int = 0
    names: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)


class Tally:
    """Takes in resources, keeps the unmapped codes.

    resources: how many were looked at. known: how many coded concepts are read. without_system: codes that nobody can
    map, since they do not say whose they are. standard: tests of standards that no finding is read from, though their
    names sound like one; no map can change that. overflow: concepts left out once there were too many different codes.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._standards = standards_of(index.code_sets)
        self._known: dict[tuple[str, str], bool] = {}
        self.found: dict[Key, Unmapped] = {}
        self.resources = 0
        self.known = 0
        self.without_system: Counter[str] = Counter()
        self.standard: dict[Key, Unmapped] = {}
        self.overflow = 0

    def add(self, resources: Iterable[Json]) -> None:
        """Count the codes of these resources."""
        for resource in resources:
            self.resources += 1
            for use in uses_in(resource):
                self._use(use)

    def _use(self, use: Use) -> None:
        if any(map(self._is_read, use.codings)):
            self.known += 1
            return
        own = [coding for coding in use.codings if coding.system and not self._is_standard(coding.system)]
        foreign = next((coding for coding in use.codings if coding.system), None)
        if own:
            self._count(use, own[0], self.found)
        elif foreign is None:
            self.without_system[use.kind] += 1
        elif use.kind == "test" and self._index.tests.names_in(use.name, abbreviated=False):
            self._count(use, foreign, self.standard)

    def _count(self, use: Use, coding: Coding, found: dict[Key, Unmapped]) -> None:
        key = (use.kind, coding.system, coding.code)
        entry = found.get(key)
        if entry is None:
            if len(found) >= MOST_CODES:
                self.overflow += 1
                return
            entry = found[key] = Unmapped(use.kind, coding.system, coding.code)
        entry.count += 1
        name = coding.display or use.name
        if name and (name in entry.names or len(entry.names) < MOST_NAMES):
            entry.names[name] += 1
        if use.value:
            entry.values[use.value] += 1
        if use.asked:
            test = next(filter(self._is_read, use.asked), use.asked[0])
            entry.asked[(test.system, test.code)] += 1

    def is_read(self, key: tuple[str, str]) -> bool:
        """Whether a code is read, by itself or by the site's map."""
        return self._is_read(Coding(*key, ""))

    def _is_read(self, coding: Coding) -> bool:
        key = (coding.system, coding.code)
        if key not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            sets = self._index.code_sets
            self._known[key] = any(
                bool(sets.memberships(*each)) or any(each in one.codes for one in sets.maps.values())
                for each in self._index.equivalents(coding)
            )
        return self._known[key]

    def _is_standard(self, system: str) -> bool:
        plain = plain_system(system)
        return plain in self._standards or plain.startswith(plain_system(CANONICAL))
