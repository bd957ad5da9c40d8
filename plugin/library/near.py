"""What somebody probably meant who wrote a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.7


def did_you_mean(word: str, known: Iterable[str], sign: str = "'{}'") -> str:
    """`did you mean 'next-visit'? `, to stand before a remedy; empty where no known word is near.

    sign: how the word is written, such as `%{}` for a name in a condition.
    """
    by_lower = {each.lower(): each for each in sorted(known, reverse=True)}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=CLOSE)
    return f"did you mean {sign.format(by_lower[close[0]])}? " if close else ""
