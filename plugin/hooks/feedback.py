"""Feedback on cards: what became of each, and the reason where it was set aside; nothing about the patient."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import orjson
from jsonschema import ValidationError

from plugin.errors import HookError
from plugin.hooks.card import REASONS
from plugin.hooks.conformance import validator
from plugin.storage.cds import Feedback

OTHER = "other"
ENTRY = "must be an object with card, outcome and outcomeTimestamp"
EXPECTED = {
    "": "must be a JSON object with a list named feedback",
    "feedback": "must be a list of 1 to 200 entries, one for each card",
    "card": "must be the uuid of the card, as it stood on it",
    "outcome": "must be 'accepted' or 'overridden'",
    "outcomeTimestamp": "must be a date and time with zone, such as 2026-11-22T11:30:00Z",
    "acceptedSuggestions": "must be a list",
    "overrideReason": "must be an object, with reason or userComment or both",
    "reason": "must be a Coding with a code, one of the overrideReasons of the card",
    "code": "must be the code of one of the overrideReasons of the card",
    "system": "must be the system of one of the overrideReasons of the card",
    "userComment": "must be text",
}


def read_feedback(body: bytes, known_reasons: frozenset[str]) -> list[Feedback]:
    """The feedback in the body of a request (CDS Hooks 2.0, Feedback).

    A reason that is none of ours becomes `other`, and a comment only the fact that there was one: both are free text,
    and may name a patient. Raises HookError 400 that names the place and what is expected.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise HookError(f"the body is not JSON (line {fault.lineno}, column {fault.colno})") from fault
    for wrong in sorted(validator("feedback").iter_errors(document), key=lambda each: each.json_path):
        raise HookError(f"the feedback cannot be read: {_in_words(wrong)}; nothing of it was kept")
    return [_entry(entry, number, known_reasons) for number, entry in enumerate(document["feedback"])]


def _in_words(wrong: ValidationError) -> str:
    """What is wrong, where, and what is expected there; nothing of what came, which may name a patient."""
    if wrong.validator == "required":
        given, needed = cast(dict[str, Any], wrong.instance), cast(list[str], wrong.validator_value)
        name = next(name for name in needed if name not in given)
        return f"{wrong.json_path} has no {name}, which {EXPECTED[name]}"
    path = [*wrong.absolute_path]
    if path and isinstance(path[-1], int):
        return f"{wrong.json_path} {ENTRY}"
    return f"{wrong.json_path} {EXPECTED[str(path[-1]) if path else '']}"


def _entry(entry: dict[str, Any], number: int, known: frozenset[str]) -> Feedback:
    given = entry.get("overrideReason", {})
    return Feedback(
        card=entry["card"].lower(),
        outcome=entry["outcome"],
        reason=_reason(given["reason"], known) if "reason" in given else "",
        commented=bool(given.get("userComment")),
        outcome_at=_moment(entry["outcomeTimestamp"], number),
    )


def _reason(reason: dict[str, Any], known: frozenset[str]) -> str:
    ours = reason.get("system", REASONS) == REASONS and reason["code"] in known
    return str(reason["code"]) if ours else OTHER


def _moment(text: str, number: int) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        where = f"$.feedback[{number}].outcomeTimestamp"
        raise HookError(f"the feedback cannot be read: {where} {EXPECTED['outcomeTimestamp']}; nothing of it was kept")
    return moment
