"""Finding known phrases in free text, whole words only, the longest first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

SIGNS = str.maketrans(
    {"≥": ">=", "≤": "<=", "–": "-", "—": "-", "−": "-", "’": "'", "⁄": "/", "％": "%", "＋": "+", "＜": "<", "＞": ">"}
)
TOKEN = re.compile(r"[^\s,;:()\[\]{}=|\"]+")
NUMBER = re.compile(r"^\d+(?:[./]\d+)?$")
ANY_NUMBER = "#"
DENIALS = frozenset({"no", "not", "non", "without", "never"})
ANY_WORDS = "*"


def plain(text: str) -> str:
    """Lower case, one kind of dash and comparison sign, single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).translate(SIGNS).lower().split())


def tokens(text: str) -> list[str]:
    """The words of a plain text, without the punctuation around them."""
    found = [token.rstrip(".").strip("'") for token in TOKEN.findall(text)]
    return [token for token in found if token and token not in ("-", "/")]


class Match(NamedTuple, Generic[T]):
    """What was found, and which tokens it took."""

    meaning: T
    start: int
    end: int


class Phrases(Generic[T]):
    """A dictionary of phrases; `#` in a phrase stands for a number."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, meaning in entries:
            words = tuple(tokens(plain(phrase)))
            if words:
                self._by_first.setdefault(words[0], []).append((words, meaning))
        for candidates in self._by_first.values():
            candidates.sort(key=lambda entry: (-len(entry[0]), entry[0]))

    def find(self, words: list[str]) -> list[Match[list[T]]]:
        """Matches from left to right that do not overlap; one phrase may have several meanings."""
        found: list[Match[list[T]]] = []
        position = 0
        while position < len(words):
            length, meanings = self._longest(words, position)
            if meanings:
                found.append(Match(meanings, position, position + length))
            position += max(length, 1)
        return found

    def _longest(self, words: list[str], position: int) -> tuple[int, list[T]]:
        length, meanings = 0, []
        for phrase, meaning in self._by_first.get(words[position], ()):
            if len(phrase) < length:
                break
            if _fits(phrase, words[position : position + len(phrase)]):
                length = len(phrase)
                meanings.append(meaning)
        return length, meanings


def _fits(phrase: tuple[str, ...], words: list[str]) -> bool:
    return len(phrase) == len(words) and all(
        expected == word or (expected == ANY_NUMBER and NUMBER.match(word))
        for expected, word in zip(phrase, words, strict=True)
    )


def pattern_of(phrase: str) -> re.Pattern[str]:
    """A whole text that a phrase with `*` stands for; the star takes up to eight words."""
    first, *others = (re.escape(part.strip()) for part in plain(phrase).split(ANY_WORDS))
    rest = r"(?: \S+){0,8} ?".join(others)
    return re.compile(f"{first}(?: \\S+){{0,8}} ?{rest}" if first else rf"(?:\S+ ){{0,8}}{rest}")
