"""What a decision says beside its words: what comes in its place, when, where, until what. JSON in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a decision points at: a line of the plan, a fact, or something in the reviewer's own words.

    kind: the CodeSystem of the code (`treatment-category`, `assessment`, `finding` …); both empty for own words.
    label: as it was called when it was decided, so that the record can be read when the template has changed.
    """

    label: str
    kind: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was decided beside the words; empty where it says nothing.

    instead: what takes the place of a declined line. after, not_before, setting: when and where a changed line starts.
    until_date, until: the day (ISO), and the fact or test, for which a deferred line waits.
    """

    instead: Named | None = None
    after: Named | None = None
    not_before: str = ""
    setting: str = ""
    until_date: str = ""
    until: Named | None = None

    def __bool__(self) -> bool:
        return self != NO_TERMS


NO_TERMS = Terms()


def terms_as_json(terms: Terms) -> dict[str, Any]:
    """What is stored: only the parts that say something."""
    return {name: value for name, value in asdict(terms).items() if value}


def terms_from_json(stored: Mapping[str, Any]) -> Terms:
    """The terms that `terms_as_json` stored."""
    read: dict[str, Any] = {name: Named(**said) if isinstance(said, dict) else said for name, said in stored.items()}
    return Terms(**read)
