"""Taking back a statement: by another entry, so that the history stays and what stood before stands again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from plugin.errors import InputError
from plugin.storage.reviews import Author, Fact, undone_among

Act = Literal["stated", "withdrawn", "undone", "redone"]


@dataclass(frozen=True, slots=True)
class LastAct:
    """The newest entry of a reviewer.

    act: what it did. about: the statement that it makes, takes back or makes again. before: the reviewer's statement
    before that one which may be taken back as well, None where there is none.
    """

    entry: Fact
    act: Act
    about: Fact
    before: Fact | None


def last_act(entries: Sequence[Fact], author: Author, since: datetime) -> LastAct | None:
    """What a reviewer did last since a moment and may still undo; entries: of one patient, oldest first.

    None where the reviewer did nothing, or where somebody else spoke on the same fact afterwards.
    """
    mine = [entry for entry in entries if entry.author.reference == author.reference and entry.at >= since]
    if not mine or why_not(entries, mine[-1], author):
        return None
    entry = mine[-1]
    act, about = _act_of(entry, entries)
    undone = undone_among(entries)
    standing = [each for each in mine if each.undoes is None and each.id not in undone and each is not entry]
    before = next((each for each in reversed(standing) if not why_not(entries, each, author)), None)
    return LastAct(entry, act, about, before if act == "undone" else None)


def _act_of(entry: Fact, entries: Sequence[Fact]) -> tuple[Act, Fact]:
    """What an entry did, and the statement that it did it to."""
    by_id = {each.id: each for each in entries}
    about, steps = entry, 0
    while about.undoes is not None:
        about, steps = by_id[about.undoes], steps + 1
    if steps:
        return ("undone" if steps % 2 else "redone"), about
    return ("withdrawn" if about.value is None else "stated"), about


def undoable(entries: Sequence[Fact], author: Author) -> Mapping[str, tuple[Fact, Act]]:
    """By finding, the entry that a reviewer may take back at the fact itself, and what it did.

    It is the last word on the fact, whenever it was said, where it is theirs.
    """
    last = {entry.finding: entry for entry in entries}
    mine = {code: entry for code, entry in last.items() if not why_not(entries, entry, author)}
    return {code: (entry, _act_of(entry, entries)[0]) for code, entry in mine.items()}


def to_undo(entries: Sequence[Fact], number: int, author: Author) -> Fact:
    """The entry with this id; raises InputError, in words for the reviewer, where it cannot be taken back."""
    entry = next((each for each in entries if each.id == number), None)
    why = "There is no such statement about this patient." if entry is None else why_not(entries, entry, author)
    if entry is None or why:
        raise InputError(why)
    return entry


def why_not(entries: Sequence[Fact], entry: Fact, author: Author) -> str:
    """Why a reviewer may not take an entry back; empty where nothing speaks against it."""
    undone = undone_among(entries)
    if entry.author.reference != author.reference:
        return "Somebody else stated this; correct or withdraw it at the fact itself, under your own name."
    if entry.id in undone:
        return "This was taken back already; look at the plan as it stands now."
    later = [each for each in entries if each.id > entry.id and each.finding == entry.finding]
    if any(each.undoes is None and each.id not in undone for each in later):
        return "Something newer was stated about this fact meanwhile; look at it before you change it."
    return ""
