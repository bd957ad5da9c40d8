"""A setting that is a list of tables, one for each EHR or server: read one by one, and named where one does not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson

Entry = TypeVar("Entry")


def entries(value: object, made: type[Entry], read: Callable[[Any], Entry], as_list: str, as_json: str) -> list[Entry]:
    """The entries of `value`, a list of tables; in the environment the same list as JSON. Those `made` already stay.

    read: makes one of a table. as_list, as_json: the accepted forms, for messages.
    Raises ValueError naming the entry by its number and its label or iss: the value itself may hold secrets.
    """
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise ValueError(f"it must be {as_json}") from None
    if not isinstance(value, list | tuple):
        raise ValueError(f"it must be {as_list}")
    found: list[Entry] = []
    for number, entry in enumerate(value, start=1):
        try:
            found.append(entry if isinstance(entry, made) else read(entry))
        except ValueError as fault:
            raise ValueError(f"entry {number}{_called(entry)}: {fault}") from fault
    return found


def listed_once(values: list[str], key: str = "iss") -> None:
    """Raise ValueError where two entries have the same `key`, empty ones aside, naming both by their numbers."""
    for number, value in enumerate(values, start=1):
        first = values.index(value) + 1
        if value and first != number:
            raise ValueError(f"each {key} may be listed once, and entries {first} and {number} have the same")


def _called(entry: object) -> str:
    """What people call it, in brackets; nothing of an address that holds a name and a password."""
    if not isinstance(entry, Mapping):
        return ""
    names = (entry.get("label"), entry.get("iss"))
    name = next((each for each in names if isinstance(each, str) and each and not set("@?#") & set(each)), "")
    return f" ({name})" if name else ""
