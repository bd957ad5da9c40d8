"""Feedback on cards: what became of each, and the reason where it was set aside; nothing about the patient."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from plugin.errors import HookError
from plugin.hooks.card import REASONS
from plugin.hooks.conformance import validator
from plugin.storage.cds import Feedback

OTHER = "other"


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
        rule = f"{wrong.validator}: {wrong.validator_value}"
        raise HookError(f"the feedback cannot be read at {wrong.json_path}, which must hold to {rule}")
    return [_entry(entry, number, known_reasons) for number, entry in enumerate(document["feedback"])]


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
        message = "must be a date and time with zone, such as 2026-11-22T11:30:00Z"
        raise HookError(f"the feedback cannot be read: $.feedback[{number}].outcomeTimestamp {message}")
    return moment
