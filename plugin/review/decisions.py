"""Decisions on lines: what a form may send, and what each needs to be understood later.

Reasons to choose from are the template's; everybody may write their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from plugin.errors import InputError
from plugin.review.terms import Raw
from plugin.storage.reviews import Choice

LONGEST_TEXT = 1000
LONGEST_ID = 18
NOTHING = Raw()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for one line, checked: a change says what changes, a decline and a deferral say why.

    standing: where the line stood on the page that they saw. seen: id of the last decision on it there, 0 for none.
    parts: what it says beside its words, not yet held against the plan.
    brings: codes of the lines that belong with it and are accepted in one go.
    """

    choice: Choice
    text: str
    reason: str
    standing: str
    brings: tuple[str, ...] = ()
    seen: int = 0
    parts: Raw = NOTHING


def read_wish(form: Mapping[str, str], label: str = "") -> Wish:
    """The decision in a form; raises InputError in words for the person who filled it in.

    label: what the line says itself; the form of a change begins with it, and where that stays it is no change.
    """
    chosen = form.get("choice", "")
    if chosen not in get_args(Choice):
        raise InputError("Choose accept, change, decline or defer.")
    choice = cast(Choice, chosen)
    text = short_text(form.get("text", ""), "The change")
    text = "" if text == " ".join(label.split()) else text
    reasons = [short_text(form.get(field, ""), "The reason") for field in ("reason", "reason_text")]
    reason = "; ".join(filter(None, reasons))
    parts = Raw.of(form, choice)
    if choice == "decline" and not reason and not parts:
        raise InputError("Declining needs a reason: choose one or write your own, or name what comes in its place.")
    if choice == "defer" and not reason and not parts:
        raise InputError("Deferring needs a day, a result or a reason: say what the decision waits for.")
    if choice == "change" and not text and not parts:
        raise InputError("A change needs its text: say what the plan should say instead, or when or where it starts.")
    return Wish(
        choice=choice,
        text=text if choice == "change" else "",
        reason=reason if choice in ("change", "decline", "defer") else "",
        standing=form.get("standing", ""),
        brings=tuple(form.get("bring", "").split()) if choice == "accept" else (),
        seen=read_seen(form),
        parts=parts,
    )


def read_seen(form: Mapping[str, str]) -> int:
    """The id of what the person saw last where they decided; 0 where they saw nothing, or the form does not say."""
    seen = form.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= LONGEST_ID else 0


def short_text(text: str, name: str) -> str:
    """What somebody typed, on one line; raises InputError where it is too long to be kept."""
    text = " ".join(text.split())
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{name} has {len(text)} characters; keep it to {LONGEST_TEXT}.")
    return text
