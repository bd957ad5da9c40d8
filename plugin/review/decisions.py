"""Decisions on lines: what a form may send, and what each needs to be understood later.

Reasons to choose from are the template's; everybody may write their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from plugin.errors import InputError
from plugin.storage.reviews import Choice

LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for one line, checked: a change has a text, a decline and a deferral have a reason.

    standing: where the line stood on the page that they saw.
    brings: codes of the lines that belong with it and are accepted in one go.
    """

    choice: Choice
    text: str
    reason: str
    standing: str
    brings: tuple[str, ...] = ()


def read_wish(form: Mapping[str, str]) -> Wish:
    """The decision in a form; raises InputError in words for the person who filled it in."""
    choice = form.get("choice", "")
    if choice not in get_args(Choice):
        raise InputError("Choose accept, change, decline or defer.")
    text = _short(form.get("text", ""), "The change")
    reasons = [_short(form.get(field, ""), "The reason") for field in ("reason", "reason_text")]
    reason = "; ".join(filter(None, reasons))
    if choice == "decline" and not reason:
        raise InputError("Declining needs a reason: choose one or write your own.")
    if choice == "defer" and not reason:
        raise InputError("Deferring needs a reason: say what the decision waits for.")
    if choice == "change" and not text:
        raise InputError("A change needs its text: say what the plan should say instead.")
    return Wish(
        choice=cast(Choice, choice),
        text=text if choice == "change" else "",
        reason=reason if choice in ("change", "decline", "defer") else "",
        standing=form.get("standing", ""),
        brings=tuple(form.get("bring", "").split()) if choice == "accept" else (),
    )


def _short(text: str, name: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_TEXT:
        raise InputError(f"{name} has {len(text)} characters; keep it to {LONGEST_TEXT}.")
    return text
