"""Finding one of many facts by what people type: its name, its code, or some words of its name."""

from __future__ import annotations

from collections.abc import Iterable

from plugin.library.vocabulary import FindingDefinition

MOST_FOUND = 12


def facts_named(text: str, definitions: Iterable[FindingDefinition]) -> tuple[FindingDefinition, ...]:
    """The facts that a typed text may mean, in their order; one where the text is the name or the code of that one.

    Otherwise every fact whose name or code holds all the words; none for an empty text.
    """
    typed = text.strip().casefold()
    known = tuple(definitions)
    named = tuple(each for each in known if typed in (each.code.casefold(), each.label.casefold()))
    if named or not typed:
        return named[:1]
    words = typed.split()
    return tuple(each for each in known if all(word in f"{each.label} {each.code}".casefold() for word in words))
