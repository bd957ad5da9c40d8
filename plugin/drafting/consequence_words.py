"""What a fact would change, in words: `yes: closes one line; offers another`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from plugin.drafting.model import Consequence, Disposition

VERBS: dict[Disposition, str] = {
    "offered": "offers",
    "judgement": "leaves to judgement",
    "conditional": "makes conditional",
    "not-offered": "closes",
}
MOST_NAMED = 4
TOGETHER = "By itself it changes no line; together with other facts of this list it does."


def consequences_in_words(consequences: Iterable[Consequence], label: Callable[[str], str]) -> tuple[str, ...]:
    """One sentence for each value that would move a line; for a fact that moves none alone, the one that says so."""
    said = tuple(
        f"{consequence.value}: {_moves(consequence, label)}"
        for consequence in consequences
        if consequence.by_disposition
    )
    return said or (TOGETHER,)


def _moves(consequence: Consequence, label: Callable[[str], str]) -> str:
    return "; ".join(f"{VERBS[name]} {_named(codes, label)}" for name, codes in consequence.by_disposition)


def _named(codes: tuple[str, ...], label: Callable[[str], str]) -> str:
    named = [label(code) for code in codes[:MOST_NAMED]]
    more = len(codes) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
