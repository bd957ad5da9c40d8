"""The setting `contacts`: whom a patient calls, as the page for the patient prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from plugin.setting_entries import entries
from plugin.setting_kinds import text

_MOST = 6
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call. name: who or what it is; phone: as people dial it; hours: when they answer, in words."""

    name: str
    phone: str
    hours: str = ""


def contacts(value: object) -> tuple[Contact, ...]:
    """A list of tables with `name` and `phone`; in the environment the same as JSON.

    Raises ValueError with the accepted form.
    """
    found = entries(
        value,
        Contact,
        _contact,
        "a list of tables with name and phone",
        'a JSON list such as [{"name": "…", "phone": "…", "hours": "…"}]',
    )
    if len(found) > _MOST:
        raise ValueError(f"{len(found)} contacts are too many for one page: keep the {_MOST} that matter most")
    return tuple(found)


def _contact(entry: object) -> Contact:
    if not isinstance(entry, Mapping):
        raise ValueError("it must be a table with name and phone")
    known = [item.name for item in fields(Contact)]
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}: it may have {', '.join(known)}")
    values = {name: text(entry.get(name, "")) for name in known}
    for name in ("name", "phone"):
        if not values[name]:
            raise ValueError(f"it needs {name}, as it is to be printed")
    long = next((name for name in known if len(values[name]) > _LONGEST), "")
    if long:
        raise ValueError(f"{long} has {len(values[long])} characters; a line of the page holds {_LONGEST}")
    return Contact(**values)
