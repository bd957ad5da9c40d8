"""A result against the limits of its own laboratory, which stand beside it as `referenceRange`."""

from __future__ import annotations

from plugin.findings.elements import Json, code_of, codings_of, objects, text_of
from plugin.findings.interval import Interval
from plugin.findings.values import Answer, as_number

NORMAL = frozenset({"normal", "recommended"})


def multiple_of_limit(node: Json, answer: Answer, side: str) -> Interval | None:
    """The result as a multiple of the laboratory's limit; None where it gives none, or not in the result's unit.

    node: the Observation or component. side: `high` or `low`. Ranges for somebody else (by age or group), and ranges
    that are no normal ranges, say nothing; neither do two that differ.
    """
    if answer.number is None or not answer.unit or answer.ratio:
        return None
    limits = {limit for found in objects(node.get("referenceRange")) if (limit := _limit(found, answer.unit, side))}
    if len(limits) != 1:
        return None
    limit = limits.pop()
    number = answer.number
    return Interval(number.low / limit, number.high / limit, number.low_open, number.high_open)


def _limit(found: Json, unit: str, side: str) -> float | None:
    kinds = {coding.code for coding in codings_of(found.get("type"))}
    if (kinds and not kinds & NORMAL) or found.get("appliesTo") or found.get("age"):
        return None
    limit = found.get(side)
    if not isinstance(limit, dict) or unit not in (code_of(limit.get("code")), text_of(limit.get("unit"))):
        return None
    number = as_number(limit.get("value"))
    return number if number is not None and number > 0 else None
