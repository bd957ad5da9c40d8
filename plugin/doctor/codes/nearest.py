"""Which standard codes a local code may stand for, by its name: proposals for a person to decide, never more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from plugin.doctor.codes.kinds import Kind
from plugin.doctor.codes.tally import Unmapped
from plugin.findings.elements import Coding
from plugin.findings.index import Index
from plugin.findings.phrases import plain, tokens
from plugin.library.code_sets import WORDS, CodeMap

MOST = 3
MOST_EQUALS = 6
MOST_OF_SYSTEM = 2  # of answers, which each system has its own codes for
LEAST = 0.4
NAMED = 0.6  # what it counts that both name the same test
SHORT_NAMED = 0.45  # an abbreviation may mean something else
ANSWER = 0.6
ANSWERS_READ_TEST = 0.9
ANSWERS_UNKNOWN = LEAST  # to a test that is read, and nothing is near: after what can be decided at once
LOOK_ALIKE = 0.8  # of a test that no fact is read from, though its name is like one
HINT = 0.08
# What standard names of tests call the kind of value they have; by how the site's values look.
VALUE_WORDS = {
    "coded": frozenset({"presence", "interpretation", "nominal", "status"}),
    "text": frozenset({"presence", "interpretation", "nominal", "status"}),
    "quantity in %": frozenset({"100", "percent", "percentage", "fraction", "%"}),
    "integer": frozenset({"score", "status"}),
}
Code = tuple[str, str]  # system and code
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
        self._maps: dict[Code, dict[str, CodeMap]] = {}
        self._phrases: dict[Code, frozenset[str]] = {}
        groups = self._groups()
        self._candidates: dict[Kind, list[_Candidate]] = {kind: self._listed(names) for kind, names in groups.items()}
        count = Counter(word for found in self._candidates.values() for each in found for word in each.words)
        total = sum(len(found) for found in self._candidates.values()) or 1
        self._weight = {word: math.log(1 + total / times) for word, times in count.items()}
        self._rare = math.log(1 + total)

    def proposals(self, unmapped: Unmapped, answers: Sequence[Unmapped] = ()) -> tuple[Proposal, ...]:
        """The nearest targets, the nearest first; none where nothing is near. Equals are not cut apart.

        answers: the site's own answers to a test; a target whose answers they are is nearer.
        """
        names = list(unmapped.names)
        if unmapped.kind == "specimen":
            return _meanings(names, self._index.code_sets.maps.values())
        scored = [
            Proposal(each.system, each.code, each.display, round(min(1.0, score + self._fit(each, answers)), 2))
            for each in self._candidates[unmapped.kind]
            if (score := max((self._near(name, each, unmapped) for name in names), default=0.0)) >= LEAST
        ]
        scored.sort(key=lambda found: (-found.near, len(found.display), found.system, found.code))
        once = {(found.code, found.display): found for found in reversed(scored)}
        found = [each for each in scored if once[(each.code, each.display)] is each]
        return tuple(each for each in found[:MOST_EQUALS] if each.near >= found[:MOST][-1].near)

    def answers(self, unmapped: Unmapped, near: Mapping[Code, tuple[Proposal, ...]]) -> tuple[Proposal, ...]:
        """What an answer may mean to the tests that it answers: by its name, or by its code where that says it all.

        near: what the site's tests may stand for. Where none of the tests is known, the name alone decides.
        """
        tests = {
            code for test in unmapped.asked for code in (test, *((one.system, one.code) for one in near.get(test, ())))
        }
        maps = {name: one for test in sorted(tests) for name, one in self._answer_maps(test).items()}
        if not maps:
            return _meanings(list(unmapped.names), self._index.code_sets.maps.values())
        return _meanings(list(unmapped.names), maps.values()) or _meanings([unmapped.code], maps.values())

    def likelihood(self, unmapped: Unmapped, found: tuple[Proposal, ...], read: frozenset[tuple[str, str]]) -> float:
        """How likely a code matters, 0 to 1. read: the tests that are read, or likely to be once they are mapped."""
        if unmapped.kind == "answer":
            if not read.intersection(unmapped.asked):
                return 0.1 if found else 0.0
            return ANSWERS_READ_TEST if found else ANSWERS_UNKNOWN
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

    def _answer_maps(self, test: Code) -> dict[str, CodeMap]:
        """The ConceptMaps, by name, that answers to a standard test are read with; none for a test that is not read."""
        if test not in self._maps:
            wanted = [
                one for name in self._index.memberships(Coding(*test, "")) for one in self._index.observed.get(name, ())
            ]
            names = sorted({name for one in wanted for name in one.part.answers})
            self._maps[test] = dict(zip(names, self._index.maps(names), strict=True))
        return self._maps[test]

    def _fit(self, candidate: _Candidate, answers: Sequence[Unmapped]) -> float:
        """The share of the site's answers that the candidate's answers have words for, as a hint."""
        said = self._said((candidate.system, candidate.code))
        known = sum(any(_spelled(name) in said for name in each.names or (each.code,)) for each in answers)
        return HINT * known / len(answers) if known else 0.0

    def _said(self, test: Code) -> frozenset[str]:
        """The words that answers to a standard test may be given in."""
        if test not in self._phrases:
            self._phrases[test] = frozenset(
                _spelled(phrase) for one in self._answer_maps(test).values() for phrase in one.words
            )
        return self._phrases[test]


def _meanings(names: list[str], maps: Iterable[CodeMap]) -> tuple[Proposal, ...]:
    """Codes that mean in these ConceptMaps what one of the names says in words; the first of each system."""
    votes: Counter[Code] = Counter()
    shown: dict[Code, str] = {}
    wanted = {_spelled(name) for name in names}
    for one in maps:
        meant = {target for phrase, target in one.words.items() if _spelled(phrase) in wanted}
        for code, target in one.codes.items():
            if target in meant:
                votes[code] += 1
                shown.setdefault(code, target)
    best = sorted(votes, key=lambda code: (-votes[code], code))
    by_system: dict[str, list[Code]] = {}
    for code in best:
        by_system.setdefault(code[0], []).append(code)
    kept = {code for codes in by_system.values() for code in codes[:MOST_OF_SYSTEM]}
    return tuple(Proposal(*code, shown[code], ANSWER) for code in best if code in kept)[:MOST_EQUALS]


def _spelled(text: str) -> str:
    return " ".join(tokens(plain(text)))


def _hint(candidate: _Candidate, unmapped: Unmapped) -> float:
    """Whether the candidate's name speaks of the kind of value that the site sends most."""
    kind = next((kind for kind, _ in unmapped.values.most_common(1)), "")
    if VALUE_WORDS.get(kind, frozenset()) & candidate.words:
        return HINT
    return -HINT if kind in VALUE_WORDS and AMOUNTS & candidate.words else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(tokens(plain(text).translate(PARTING)))
