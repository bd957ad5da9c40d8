"""Reading a failure of the EHR: is it a no, or no answer; which resource is meant; what does it show about the EHR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from plugin.delivery.parts import Part
from plugin.errors import Issue, Refused, RemoteError, Unreachable
from plugin.storage.outbox import Later

Resource = dict[str, Any]
REFUSING = frozenset({*range(300, 500), 501})
SLOW_DOWN = 429
PASSING = frozenset({408, 425, SLOW_DOWN})  # a no to this attempt, not to the plan
CHANGED = frozenset({409, 412})
NOT_FOR_US = frozenset({405, 501})
UNKNOWN_HERE = frozenset({404, 405, 501})
NOT_SUPPORTED = "not-supported"
ENTRY = re.compile(r"^Bundle\.entry\[(\d+)\]")


def is_refusal(failure: RemoteError) -> bool:
    """Whether the EHR said no. A server that broke down, or answered with something else, may have stored it all."""
    return isinstance(failure, Refused) and failure.status in REFUSING and failure.status not in PASSING


def is_change(failure: RemoteError) -> bool:
    """Whether the EHR says that it holds something else by now than what we have seen."""
    return isinstance(failure, Refused) and failure.status in CHANGED


def why_again(failure: RemoteError) -> Later | None:
    """Why the same request may succeed later, and when the EHR wants it; None where it has given its answer."""
    if is_refusal(failure):
        return None
    if not isinstance(failure, Refused):
        return Later("no-answer")
    return Later("slow-down" if failure.status == SLOW_DOWN else "no-answer", failure.retry_after)


def is_unsupported(failure: RemoteError, statuses: frozenset[int] = NOT_FOR_US) -> bool:
    """Whether a refusal says that the EHR cannot do this at all, with any content."""
    if not isinstance(failure, Refused) or not is_refusal(failure):
        return False
    return failure.status in statuses or any(issue.code == NOT_SUPPORTED for issue in failure.issues)


def words_of(failure: RemoteError) -> tuple[str, ...]:
    """The EHR's own words, each with the element that it names; ours where it gave none."""
    issues = failure.issues if isinstance(failure, Refused) else ()
    return tuple(map(_in_words, issues)) or (str(failure),)


def without_answer(failure: RemoteError) -> str:
    """What there was in place of an answer: the same words whichever way a plan took, the EHR's own behind them."""
    if isinstance(failure, Unreachable):
        return f"the EHR gave no answer ({failure.why})"
    if not isinstance(failure, Refused):
        return str(failure)
    if failure.status < 500 and failure.status not in PASSING:
        return str(failure)
    lacking = "the EHR asks to slow down" if failure.status == SLOW_DOWN else "the EHR gave no answer"
    own = f", in its own words: {failure.detail}" if failure.detail else ""
    return f"{lacking} ({failure.status}){own}"


def parts_refused(failure: RemoteError, bundle: Resource) -> tuple[Part, ...]:
    """The parts of a transaction that was refused: all were sent, none is stored; those that it named carry its words.

    It names an entry by its place in the Bundle, or by the type of its resource where only one entry has that type.
    """
    issues = failure.issues if isinstance(failure, Refused) else ()
    named = list(_named(issues, bundle))
    parts = [Part(entry["resource"]["resourceType"], "refused") for entry in bundle["entry"]]
    for place, issue in named:
        parts[place] = replace(parts[place], words=(*parts[place].words, _in_words(issue)))
    return tuple(parts)


def _named(issues: Iterable[Issue], bundle: Resource) -> Iterator[tuple[int, Issue]]:
    types = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    for issue in issues:
        for expression in issue.expressions[:1]:
            place = ENTRY.match(expression)
            kind = expression.partition(".")[0]
            if place and int(place[1]) < len(types):
                yield int(place[1]), issue
            elif types.count(kind) == 1:
                yield types.index(kind), issue


def _in_words(issue: Issue) -> str:
    missing = [expression for expression in issue.expressions if expression not in issue.text]
    return f"{', '.join(missing)}: {issue.text}" if missing else issue.text
