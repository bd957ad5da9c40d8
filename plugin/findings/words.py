"""Values of findings in words, for lines and tables that people read."""

from __future__ import annotations

from plugin.library.unit_words import unit_in_words
from plugin.library.vocabulary import Value


def value_in_words(value: Value | None, unit: str) -> str:
    """`yes`, `positive`, `61 %`: a value with its unit, without decimals that say nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    written = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{written} {unit_in_words(unit)}" if unit else written
