"""Who said what of a fact, and when: everything that was entered here, taken back or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plugin.storage.reviews import Fact, undone_among


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry of a fact.

    about: the entry that it takes back; None where it states or withdraws something itself. undone: it was taken back.
    """

    entry: Fact
    about: Fact | None
    undone: bool


def last_entries(entries: Sequence[Fact]) -> Mapping[str, Fact]:
    """The newest entry of each finding, which a form about it has seen; entries: of one patient, oldest first."""
    return {entry.finding: entry for entry in entries}


def history_of(entries: Sequence[Fact]) -> Mapping[str, tuple[HistoryLine, ...]]:
    """The entries of each finding, newest first; entries: of one patient, oldest first."""
    undone, by_id = undone_among(entries), {entry.id: entry for entry in entries}
    found: dict[str, tuple[HistoryLine, ...]] = {}
    for entry in entries:
        about = by_id[entry.undoes] if entry.undoes is not None else None
        found[entry.finding] = (HistoryLine(entry, about, entry.id in undone), *found.get(entry.finding, ()))
    return found
