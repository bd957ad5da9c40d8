"""What holds for values of a settings file only: paths count from the file, and numbers stand without quotes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plugin import setting_kinds as kinds

_IN_ENTRIES = "jwks"  # of an EHR or a server: its keys, or the path of a file with them
_SQLITE = "sqlite:///"
_UNQUOTED = (kinds.seconds, kinds.hours, kinds.megabytes, kinds.switch)


def from_file(value: object, kind: object, folder: Path) -> object:
    """A value as it stands in a settings file in `folder`, its relative paths made absolute.

    Raises ValueError for a number, true or false in quotes: the environment knows text only, a file knows better.
    """
    if isinstance(value, str) and kind in _UNQUOTED:
        raise ValueError("it stands in quotes: write the number, true or false without them")
    if kind is kinds.path:
        return _from(folder, value)
    if kind is kinds.paths and isinstance(value, list):
        return [_from(folder, each) for each in value]
    if isinstance(value, list):
        return [_entry(each, folder) for each in value]
    return value


def database_from_file(address: object, folder: Path) -> object:
    """The address of a database, the file of an SQLite one counted from `folder`."""
    if not isinstance(address, str) or not address.startswith(_SQLITE):
        return address
    file = address.removeprefix(_SQLITE)
    return f"{_SQLITE}{folder / file}" if file and not file.startswith((":", "/", "file:")) else address


def _entry(entry: object, folder: Path) -> object:
    if not isinstance(entry, Mapping) or not isinstance(entry.get(_IN_ENTRIES), str):
        return entry
    return {**entry, _IN_ENTRIES: _from(folder, entry[_IN_ENTRIES])}


def _from(folder: Path, path: Any) -> Any:
    if not isinstance(path, str) or not path.strip() or path.strip().startswith("~"):
        return path
    return str(folder / path.strip())
