"""Which standard codes a local code may stand for, by its name: proposals for a person to decide, never more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from plugin.doctor.codes.kinds import Kind
from plugin.doctor.codes.tally import Unmapped
from plugin.findings.index import Index
from plugin.findings.phrases import plain, tokens
from plugin.library.code_sets import WORDS

MOST = 3
LEAST = 0.4
NAMED = 0.6  # what it counts that both name the same test
SHORT_NAMED = 0.45  # an abbreviation may mean something else
ANSWER = 0.6
ANSWERS_READ_TEST = 0.9
LOOK_ALIKE = 0.8  # of a test that no fact is read from, though its name is like one
HINT = 0.08
# What standard names of tests call the kind of value they have; by how the site's values look.
VALUE_WORDS = {
    "coded": frozenset({"presence", "interpretation", "nominal", "status"}),
    "text": frozenset({"presence", "interpretation", "nominal", "status"}),
    "quantity in %": frozenset({"100", "percent", "percentage", "fraction", "%"}),
    "integer": frozenset({"score", "status"}),
}
PARTING = str.maketrans("/-_.", "    ")
AMOUNTS = frozenset({"mass", "moles", "volume"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code that may be meant; near: 0 to 1."""

    system: str
    code: str
    display: str
    near: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    system: str
    code: str
    display: str
    words: frozenset[str]
    named: frozenset[str]
    look_alike: bool


class Nearest:
    """Looks for the codes of a vocabulary that are nearest in wording."""

    def __init__(self, index: Index) -> None:
        self._index = index
        groups = self._groups()
        self._candidates: dict[Kind, list[_Candidate]] = {kind: self._listed(names) for kind, names in groups.items()}
        count = Counter(word for found in self._candidates.values() for each in found for word in each.words)
        total = sum(len(found) for found in self._candidates.values()) or 1
        self._weight = {word: math.log(1 + total / times) for word, times in count.items()}
        self._rare = math.log(1 + total)

    def proposals(self, unmapped: Unmapped) -> tuple[Proposal, ...]:
        """The nearest targets, the nearest first; none where nothing is near."""
        names = list(unmapped.names)
        if unmapped.kind in ("answer", "specimen"):
            return self._meanings(names)
        scored = [
            Proposal(each.system, each.code, each.display, round(score, 2))
            for each in self._candidates[unmapped.kind]
            if (score := max((self._near(name, each, unmapped) for name in names), default=0.0)) >= LEAST
        ]
        scored.sort(key=lambda found: (-found.near, len(found.display), found.system, found.code))
        once = {(found.code, found.display): found for found in reversed(scored)}
        return tuple(found for found in scored if once[(found.code, found.display)] is found)[:MOST]

    def likelihood(self, unmapped: Unmapped, found: tuple[Proposal, ...], read: frozenset[tuple[str, str]]) -> float:
        """How likely a code matters, 0 to 1. read: the tests that are read, or likely to be once they are mapped."""
        if unmapped.kind == "answer":
            return ANSWERS_READ_TEST if read.intersection(unmapped.asked) else (0.1 if found else 0.0)
        return found[0].near if found else 0.0

    def _groups(self) -> dict[Kind, set[str]]:
        index = self._index
        tests = {*index.observed, *index.not_results}
        drugs = set(index.drug_classes)
        rest = set(index.code_sets.sets) - tests - drugs
        return {"test": tests, "drug": drugs, "diagnosis": rest, "procedure": rest}

    def _listed(self, names: Iterable[str]) -> list[_Candidate]:
        found: dict[tuple[str, str], _Candidate] = {}
        for name in sorted(names):
            for (system, code), display in self._index.code_sets.sets[name].displays.items():
                if display and system != WORDS:
                    named = self._named(display)
                    look_alike = name in self._index.not_results and name not in self._index.observed
                    candidate = _Candidate(system, code, display, _words(display), named, look_alike)
                    found.setdefault((system, code), candidate)
        return list(found.values())

    def _near(self, name: str, candidate: _Candidate, unmapped: Unmapped) -> float:
        near = self._alike(name, candidate) * (LOOK_ALIKE if candidate.look_alike else 1.0)
        return min(1.0, near + _hint(candidate, unmapped)) if near else 0.0

    def _alike(self, name: str, candidate: _Candidate) -> float:
        own = _words(name)
        shared = self._sum(own & candidate.words)
        overlap = shared / (self._sum(own | candidate.words) or 1.0)
        covered = shared / (self._sum(own) or 1.0)
        alike = 0.5 * overlap + 0.5 * covered
        tests = self._index.tests
        if named := self._named(name):
            return NAMED + (1 - NAMED) * alike if named == candidate.named else alike * 0.5
        if tests.names_in(name) & candidate.named:
            return SHORT_NAMED + (1 - SHORT_NAMED) * alike
        return alike

    def _named(self, text: str) -> frozenset[str]:
        """The tests that a name names, also where dots and strokes part its words."""
        tests = self._index.tests
        return tests.names_in(text, abbreviated=False) or tests.names_in(text.translate(PARTING), abbreviated=False)

    def _sum(self, words: frozenset[str]) -> float:
        return sum(self._weight.get(word, self._rare) for word in words)

    def _meanings(self, names: list[str]) -> tuple[Proposal, ...]:
        """Codes that mean in our ConceptMaps what the name says in words."""
        votes: Counter[tuple[str, str]] = Counter()
        shown: dict[tuple[str, str], str] = {}
        wanted = {" ".join(tokens(plain(name))) for name in names}
        for one in self._index.code_sets.maps.values():
            meant = {target for phrase, target in one.words.items() if " ".join(tokens(plain(phrase))) in wanted}
            for code, target in one.codes.items():
                if target in meant:
                    votes[code] += 1
                    shown.setdefault(code, target)
        best = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:MOST]
        return tuple(Proposal(system, code, shown[(system, code)], ANSWER) for (system, code), _ in best)


def _hint(candidate: _Candidate, unmapped: Unmapped) -> float:
    """Whether the candidate's name speaks of the kind of value that the site sends most."""
    kind = next((kind for kind, _ in unmapped.values.most_common(1)), "")
    if VALUE_WORDS.get(kind, frozenset()) & candidate.words:
        return HINT
    return -HINT if kind in VALUE_WORDS and AMOUNTS & candidate.words else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(tokens(plain(text).translate(PARTING)))
