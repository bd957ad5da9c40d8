"""Lines that a reviewer adds in their own words: what a form may send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast, get_args

from plugin.errors import InputError
from plugin.review.decisions import read_seen, short_text
from plugin.storage.database import Database
from plugin.storage.own_lines import Action, OwnKind, OwnLine, own_lines_of, write_own_line
from plugin.storage.patients import Author, PatientKey

KEY = re.compile(r"[0-9a-f]{32}")
PUT_BACK = "put-back"


@dataclass(frozen=True, slots=True)
class OwnWish:
    """What a person asks for a line of their own, checked; kind and text are empty where the line keeps its own.

    item: code of the template's item that a new line is taken from; empty where the words are their own.
    """

    action: Action
    kind: OwnKind | None
    text: str
    reason: str
    seen: int
    item: str = ""


def read_own_wish(form: Mapping[str, str]) -> OwnWish:
    """The wish in a form; raises InputError in words for the person who filled it in."""
    action, seen = form.get("action", ""), read_seen(form)
    if action in ("take-away", PUT_BACK):
        return OwnWish("take-away" if action == "take-away" else "change", None, "", "", seen)
    if action not in get_args(Action):
        raise InputError("Choose add, change or take away.")
    kind, text = form.get("kind", ""), short_text(form.get("text", ""), "The line")
    if kind not in get_args(OwnKind):
        raise InputError("A line of your own needs a kind: choose treatment, test or care.")
    if not text:
        raise InputError("A line of your own needs its text: say what the plan should hold.")
    reason = short_text(form.get("reason", ""), "The reason")
    return OwnWish(cast(Action, action), cast(OwnKind, kind), text, reason, seen)


def keep_own_line(
    database: Database, patient: PatientKey, key: str, wish: OwnWish, author: Author, at: datetime
) -> OwnLine:
    """Keep what was asked; raises InputError for a line that is not there, ChangedMeanwhile for one changed since."""
    if not KEY.fullmatch(key):
        raise InputError("This line has no name; open the page again, and add it once more.")
    with database.session() as session:
        if wish.kind is not None:
            kind, text, reason = wish.kind, wish.text, wish.reason
        else:
            now = next((each.now for each in own_lines_of(session, patient) if each.first.key == key), None)
            if now is None:
                raise InputError("This line is not there; look at the plan as it stands now.")
            kind, text, reason = now.kind, now.text, now.reason
        return write_own_line(
            session,
            patient,
            key=key,
            action=wish.action,
            kind=kind,
            text=text,
            reason=reason,
            author=author,
            at=at,
            seen=wish.seen,
            item=wish.item,
        )
