"""Reading answers in words, strictly: a text counts only when every word of it is understood.

`Negative (Score 0)`, `Positive, >95 %`, `2+ (equivocal)`. A word that is neither an answer nor a known filler
(`not`, `cannot exclude`, another test's name) leaves the whole text unread: half an understanding is a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plugin.findings.numbers import Written, numbers_in
from plugin.findings.phrases import Phrases, plain, tokens
from plugin.library.code_sets import CodeMap

FILLER = ""
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: answers by ConceptMap, numbers, and the words that were not understood."""

    values: Mapping[str, frozenset[str]]
    numbers: tuple[Written, ...]
    unread: tuple[str, ...]

    @property
    def understood(self) -> bool:
        """Whether every word was."""
        return not self.unread


class Lexicon:
    """The words of some ConceptMaps, the fillers that may stand beside them, and the names of what is spoken of."""

    def __init__(
        self, maps: Mapping[str, Mapping[str, str]], fillers: Iterable[str], names: Iterable[str] = ()
    ) -> None:
        entries = [(phrase, (name, value)) for name, words in maps.items() for phrase, value in words.items()]
        named = [(name, (FILLER, "")) for name in names]
        self._phrases = Phrases([*entries, *named, *((filler, (FILLER, "")) for filler in fillers)])
        self._names = Phrases(named)
        self._cache: dict[str, Reading] = {}

    def read(self, text: str) -> Reading:
        """What a text says; texts longer than a short report are not tried."""
        if len(text) > LONGEST_TEXT:
            return Reading({}, (), (text[:40] + "…",))
        if text not in self._cache:
            self._cache[text] = self._read(plain(text))
        return self._cache[text]

    def _read(self, text: str) -> Reading:
        numbers = numbers_in(text)
        telling = [number for number in numbers if not number.bare]
        for number in reversed(telling):
            text = f"{text[: number.start]} ; {text[number.end :]}"
        words = tokens(text)
        reading = self._matched(words, telling)
        if reading.understood and all(len(found) == 1 for found in reading.values.values()):
            return reading
        # `No <name> mutation detected`: the name may stand in the middle of a phrase.
        shorter = self._matched(_without(words, self._names), telling)
        return shorter if shorter.understood else reading

    def _matched(self, words: list[str], telling: list[Written]) -> Reading:
        values: dict[str, set[str]] = {}
        taken = [False] * len(words)
        for match in self._phrases.find(words):
            taken[match.start : match.end] = [True] * (match.end - match.start)
            for name, value in match.meaning:
                if name != FILLER:
                    values.setdefault(name, set()).add(value)
        left = [word for word, used in zip(words, taken, strict=True) if not used]
        bare = [number for word in left for number in numbers_in(word)]
        unread = tuple(word for word in left if not numbers_in(word))
        return Reading({name: frozenset(found) for name, found in values.items()}, (*telling, *bare), unread)


def _without(words: list[str], names: Phrases[tuple[str, str]]) -> list[str]:
    taken = {position for match in names.find(words) for position in range(match.start, match.end)}
    return [word for position, word in enumerate(words) if position not in taken]


class Namer:
    """Which tests or organs a display names."""

    def __init__(self, names: CodeMap, abbreviations: CodeMap | None = None) -> None:
        short = dict(abbreviations.words) if abbreviations else {}
        self._words = {**names.words, **short}
        self._names = Phrases(names.words.items())
        self._all = Phrases(self._words.items())
        self._cache: dict[tuple[str, bool], frozenset[str]] = {}

    def names_in(self, text: str, abbreviated: bool = True) -> frozenset[str]:
        """What a display names; abbreviations such as two letters only where the caller expects such a name."""
        key = (text, abbreviated)
        if key not in self._cache:
            phrases = self._all if abbreviated else self._names
            found = phrases.find(tokens(plain(text)))
            self._cache[key] = frozenset(meaning for match in found for meaning in match.meaning)
        return self._cache[key]

    def phrases_for(self, subjects: Iterable[str]) -> frozenset[str]:
        """The phrases that name these subjects."""
        wanted = set(subjects)
        return frozenset(phrase for phrase, name in self._words.items() if name in wanted)
