"""`careplan outbox`: what waits to be sent to an EHR, and sending it now. For operators: no word about a patient."""

from __future__ import annotations

from typing import Any

from plugin.errors import RemoteError, UsageError
from plugin.settings import Settings
from plugin.storage.database import Database, existing_database
from plugin.storage.outbox import Waiting, listed

CAUSES = {
    "interrupted": "the plug-in stopped before the EHR had answered",
    "no-answer": "the EHR gave no answer",
    "slow-down": "the EHR asks to slow down",
    "launch-ended": "the launch has ended; the next launch of this patient offers to send it",
    "changed": "review or chart changed since; the next launch of this patient offers to send it",
    "answered": "the EHR gave its answer; the page of the review shows it",
    "superseded": "saved anew",
    "": "",
}


def entries_of(settings: Settings, everything: bool = False) -> list[Waiting]:
    """What waits and what was given up; with `everything` also what was sent or saved anew.

    Raises UsageError where there is no database, or where it cannot be opened.
    """
    database = existing_database(settings.database)
    try:
        with database.session() as session:
            return listed(session, everything)
    finally:
        database.close()


def looked_into(settings: Settings) -> str:
    """A sentence that names the database, without its password."""
    return f"looked into {Database(settings.database).address}"


def retry(settings: Settings, number: int | None) -> None:
    """Try everything that waits, or one entry, at once.

    Raises UsageError for a number that does not wait, RemoteError where something still could not be sent.
    """
    from plugin import create_app  # loads the templates, which a list does not need
    from plugin.web.outbox import Outbox

    entries = [each for each in entries_of(settings) if each.state == "waiting" and number in (None, each.delivery_id)]
    if number is not None and not entries:
        raise UsageError(f"delivery {number} does not wait to be sent; `careplan outbox` lists what does")
    tried = Outbox(create_app(settings)).send(entries) if entries else []
    left = [each.delivery_id for each in tried if each.state == "waiting"]
    if left:
        numbers = ", ".join(map(str, left))
        raise RemoteError(f"{len(left)} of {len(entries)} could not be sent ({numbers}); they are tried again later")


def as_json(entries: list[Waiting], settings: Settings) -> list[dict[str, Any]]:
    """The entries as data; an EHR by the name that the site gave it."""
    return [
        {
            "delivery": each.delivery_id,
            "ehr": _name(each, settings),
            "state": each.state,
            "cause": each.cause,
            "attempts": each.attempts,
            "next_at": each.next_at.isoformat(timespec="seconds") if each.state == "waiting" else None,
            "updated": each.updated.isoformat(timespec="seconds"),
        }
        for each in entries
    ]


def as_text(entries: list[Waiting], settings: Settings) -> str:
    """One line an entry, or a sentence where there is none; ending in a newline."""
    if not entries:
        return "Nothing waits to be sent.\n"
    return "".join(f"{_line(each, settings)}\n" for each in entries)


def _line(each: Waiting, settings: Settings) -> str:
    when = f", next at {each.next_at:%Y-%m-%d %H:%M} UTC" if each.state == "waiting" else ""
    again = {0: "not tried again yet", 1: "tried again once"}.get(each.attempts, f"tried again {each.attempts} times")
    return f"{each.delivery_id}  {each.state}  {_name(each, settings)}  {again}{when}  {CAUSES[each.cause]}".rstrip()


def _name(each: Waiting, settings: Settings) -> str:
    issuer = settings.issuer(each.patient.iss)
    return issuer.name if issuer else each.patient.iss
