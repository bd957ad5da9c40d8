"""The way of one transaction: all of the plan is stored or nothing, and it is read back as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from plugin.chart.client import FhirClient
from plugin.delivery.compare import differences
from plugin.delivery.failures import (
    UNKNOWN_HERE,
    is_change,
    is_refusal,
    is_unsupported,
    parts_refused,
    why_again,
    without_answer,
)
from plugin.delivery.in_log import cause_of
from plugin.delivery.look import version_of
from plugin.delivery.parts import Outcome, Part, not_certain, not_sent
from plugin.errors import RemoteError

Resource = dict[str, Any]
MOST_SHOWN = 5
NO_TRANSACTION = ("*", "transaction")


def send_together(bundle: Resource, client: FhirClient, base: str, on_step: Callable[[], None]) -> Outcome:
    """Send a transaction, read every part back, compare. The first entry leads.

    on_step: called before each request. A failure of the EHR is an outcome, not an exception.
    """
    on_step()
    try:
        answer = client.transaction(bundle)
    except RemoteError as failure:
        return _failed(failure, bundle)
    answers = answer.get("entry", [])
    stored = [_place(entry, said) for entry, said in zip(bundle["entry"], answers, strict=False)]
    if len(answers) != len(bundle["entry"]) or not all(stored):
        told = "The EHR took the plan but did not say where it stored every part of it."
        return Outcome("failed", message=told, parts=_uncertain(bundle), cause="answer-without-places")
    return _read_back(bundle, stored, client, base, on_step)


def _read_back(
    bundle: Resource, stored: list[str], client: FhirClient, base: str, on_step: Callable[[], None]
) -> Outcome:
    links = {entry["fullUrl"]: where for entry, where in zip(bundle["entry"], stored, strict=True)}
    parts: list[Part] = []
    leading: Resource = {}
    for entry, where in zip(bundle["entry"], stored, strict=True):
        on_step()
        try:
            held = client.read(*where.split("/"))
        except RemoteError as failure:
            told = f"The EHR took the plan, but reading it back failed: {without_answer(failure)}."
            version, parts_now = version_of(leading), _uncertain(bundle)
            again, cause = why_again(failure), f"read-back: {cause_of(failure)}"
            return Outcome("failed", stored[0], told, version, parts_now, again, cause=cause)
        leading = leading or held
        found = differences(entry["resource"], held, links, base)
        kind = entry["resource"]["resourceType"]
        parts.append(Part(kind, "differs" if found else "stored", where, tuple(found)))
    found = [words for part in parts for words in part.words]
    if found:
        shown = "; ".join(found[:MOST_SHOWN])
        told = f"The EHR stored something else than was sent ({len(found)}): {shown}"
        return Outcome("failed", stored[0], told, version_of(leading), tuple(parts))
    return Outcome("saved", stored[0], version=version_of(leading), parts=tuple(parts))


def _place(entry: Resource, answer: Resource) -> str:
    """`CarePlan/7`: where an entry was stored; empty where the server does not say and it is not ours to know."""
    if entry["request"]["method"] == "PUT":
        return str(entry["request"]["url"])
    location = str(answer.get("response", {}).get("location", "")).split("/_history/")[0]
    return "/".join(location.rstrip("/").split("/")[-2:]) if "/" in location else ""


def _failed(failure: RemoteError, bundle: Resource) -> Outcome:
    if is_refusal(failure):
        lacks = (NO_TRANSACTION,) if is_unsupported(failure, UNKNOWN_HERE) else ()
        parts = parts_refused(failure, bundle)
        changed, cause = is_change(failure), cause_of(failure)
        return Outcome("refused", message=str(failure), parts=parts, lacks=lacks, changed=changed, cause=cause)
    message = not_certain("CarePlan", without_answer(failure))
    parts = _uncertain(bundle)
    return Outcome("failed", message=message, parts=parts, again=why_again(failure), cause=cause_of(failure))


def _uncertain(bundle: Resource) -> tuple[Part, ...]:
    return tuple(replace(part, state="uncertain") for part in not_sent(bundle))
