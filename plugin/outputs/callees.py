"""Whom the patient calls: what the form for it may send, and how many rows it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plugin.errors import InputError
from plugin.storage.page_notes import Callee

ROWS = 4
LONGEST = 80  # characters of a line of the page
WHEN = {"day": "By day", "night": "Nights and weekends", "always": "Day and night"}


def read_callees(names: Sequence[str], phones: Sequence[str], times: Sequence[str]) -> tuple[Callee, ...]:
    """The rows that were filled in, in their order; raises InputError in words for the person who filled them in."""
    return tuple(_filled(names, phones, times))


def _filled(names: Sequence[str], phones: Sequence[str], times: Sequence[str]) -> Iterator[Callee]:
    for number, row in enumerate(zip(names, phones, times, strict=False), start=1):
        name, phone, when = (" ".join(each.split()) for each in row)
        if not (name or phone):
            continue
        if not phone:
            raise InputError(f"Whom to call, row {number}: it needs a phone number, or leave the row empty.")
        if max(len(name), len(phone)) > LONGEST:
            raise InputError(f"Whom to call, row {number}: at most {LONGEST} characters stand on a line of the page.")
        if when and when not in WHEN:
            raise InputError(f"Whom to call, row {number}: choose when to call, or leave that open.")
        yield Callee(name, phone, when)
