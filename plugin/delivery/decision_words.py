"""What a decision says beside its words, said in words: for the page, the plan and the printed page alike."""

from __future__ import annotations

from datetime import date

from plugin.storage.reviews import Decision
from plugin.storage.terms import Terms

CHOICE_SAID = {"accept": "accepted", "change": "changed", "decline": "declined", "defer": "deferred"}


def day_in_words(iso: str) -> str:
    """`2026-12-12` -> `12 Dec 2026`."""
    return date.fromisoformat(iso).strftime("%d %b %Y").lstrip("0")


def terms_in_words(terms: Terms) -> tuple[str, ...]:
    """Each part of a decision as a short phrase, in the order in which they are read."""
    said = (
        (terms.instead and f"In its place: {terms.instead.label}"),
        (terms.after and f"Start after: {terms.after.label}"),
        (terms.not_before and f"Not before {day_in_words(terms.not_before)}"),
        (terms.setting and f"Setting: {terms.setting}"),
        (terms.until_date and f"Until {day_in_words(terms.until_date)}"),
        (terms.until and f"Until {terms.until.label} is {'done' if terms.until.kind == 'assessment' else 'known'}"),
    )
    return tuple(each for each in said if each)


def line_in_words(label: str, words: str) -> str:
    """A line with what was said of it; words that name the line themselves are not introduced by its name again."""
    if not words:
        return label
    rest = words[len(label) :]
    names_it = words.casefold().startswith(label.casefold()) and not rest[:1].isalnum()
    return words if names_it else f"{label}: {words}"


def decision_in_words(decision: Decision) -> str:
    """All that a decision says, in one line: the text, its parts, the reason."""
    return "; ".join(filter(None, (decision.text, *terms_in_words(decision.terms), decision.reason)))
