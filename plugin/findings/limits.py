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


def range_beside(node: Json, units: tuple[str, ...]) -> tuple[float | None, float | None]:
    """The normal range that stands beside a result in one of these units: low and high, None where there is none.

    Of several ranges that differ, none is taken; a limit without a unit is taken to be in that of the result.
    """
    ranges = objects(node.get("referenceRange")) if "referenceRange" in node else []
    found = {(_end(each, "low", units), _end(each, "high", units)) for each in ranges if _is_normal(each)}
    return found.pop() if len(found) == 1 else (None, None)


def _end(found: Json, side: str, units: tuple[str, ...]) -> float | None:
    limit = found.get(side)
    if not isinstance(limit, dict):
        return None
    named = {code_of(limit.get("code")), text_of(limit.get("unit"))} - {""}
    return None if named and not named.intersection(units) else as_number(limit.get("value"))


def _is_normal(found: Json) -> bool:
    """Whether a range is one of health, for everybody."""
    kinds = {coding.code for coding in codings_of(found.get("type"))}
    return not (kinds and not kinds & NORMAL) and not found.get("appliesTo") and not found.get("age")


def _limit(found: Json, unit: str, side: str) -> float | None:
    if not _is_normal(found):
        return None
    limit = found.get(side)
    if not isinstance(limit, dict) or unit not in (code_of(limit.get("code")), text_of(limit.get("unit"))):
        return None
    number = as_number(limit.get("value"))
    return number if number is not None and number > 0 else None
