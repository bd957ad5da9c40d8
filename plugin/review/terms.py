"""What a form says beside its words: days, lines of the plan, results to wait for. The plan says what can be chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from plugin.delivery.lines import Line, decidable_lines, key_of, kind_of
from plugin.drafting.model import CategoryLine, Draft
from plugin.errors import InputError
from plugin.library.vocabulary import Vocabulary
from plugin.storage.reviews import Choice
from plugin.storage.terms import Named, Terms

LONGEST_NAME = 200
FURTHEST = timedelta(days=5 * 365)  # a date beyond is a slip of the keyboard
FINDING = "finding"
PARTS: dict[Choice, tuple[str, ...]] = {
    "change": ("after", "not_before", "setting"),
    "decline": ("instead",),
    "defer": ("until_date", "until"),
}


@dataclass(frozen=True, slots=True)
class Raw:
    """The parts of a decision as a form sent them, not yet held against the plan."""

    instead: str = ""
    after: str = ""
    not_before: str = ""
    setting: str = ""
    until_date: str = ""
    until: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str], choice: Choice) -> Raw:
        """Those parts that belong to a choice."""
        return cls(**{name: " ".join(form.get(name, "").split()) for name in PARTS.get(choice, ())})

    def __bool__(self) -> bool:
        return self != Raw()


def read_terms(
    raw: Raw, line: Line, draft: Draft, vocabulary: Vocabulary, settings: tuple[str, ...], today: date
) -> Terms:
    """The parts of a decision on `line`; raises InputError in words for the person who filled in the form."""
    if raw.setting and raw.setting not in settings:
        raise InputError(f"“{raw.setting[:LONGEST_NAME]}” is none of the settings to choose from; write it in words.")
    return Terms(
        instead=_line_or_words(raw.instead, line, draft, "In its place"),
        after=_line_or_words(raw.after, line, draft, "Start after"),
        not_before=_day(raw.not_before, today, "Not before"),
        setting=raw.setting,
        until_date=_day(raw.until_date, today, "Until this day"),
        until=_result(raw.until, line, draft, vocabulary),
    )


def results_to_wait_for(line: Line, draft: Draft, vocabulary: Vocabulary) -> tuple[Named, ...]:
    """What a deferral of this line may wait for: the facts and tests that it waits for itself, else the tests due."""
    return tuple(_results(line, draft, vocabulary))


def _results(line: Line, draft: Draft, vocabulary: Vocabulary) -> Iterator[Named]:
    due = {test.code: test for test in draft.assessments if key_of(test) != key_of(line)}
    waits = isinstance(line, CategoryLine) and bool(line.missing)
    if isinstance(line, CategoryLine):
        yield from (Named(vocabulary[code].label, FINDING, code) for code in line.missing)
    for code, test in due.items():
        if not waits or (isinstance(line, CategoryLine) and code in line.waits_for):
            yield Named(test.label, "assessment", code)


def _result(text: str, line: Line, draft: Draft, vocabulary: Vocabulary) -> Named | None:
    if not text:
        return None
    for named in results_to_wait_for(line, draft, vocabulary):
        if f"{named.kind}/{named.code}" == text:
            return named
    raise InputError("This line does not wait for that result now; look at the plan as it stands, and choose again.")


def _line_or_words(text: str, line: Line, draft: Draft, field: str) -> Named | None:
    """The line of the plan that is called so, or the reviewer's own words."""
    if not text:
        return None
    if len(text) > LONGEST_NAME:
        raise InputError(f"“{field}” has {len(text)} characters; keep it to {LONGEST_NAME}.")
    if text.casefold() == line.label.casefold():
        raise InputError(f"“{field}” names this line itself; choose another one.")
    for other in decidable_lines(draft):
        if other.label.casefold() == text.casefold():
            return Named(other.label, kind_of(other), other.code)
    return Named(text)


def _day(text: str, today: date, field: str) -> str:
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(f"“{field}”: {text[:20]} is no date; write it as year-month-day, like 2026-12-31.") from None
    if day <= today:
        raise InputError(f"“{field}” has to be a day to come; {text} is not.")
    if day - today > FURTHEST:
        raise InputError(f"“{field}”: {text} is more than five years from now; check the year.")
    return day.isoformat()
