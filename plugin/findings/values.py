"""What an Observation or component answers, in every shape that FHIR allows, before anything is interpreted."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from plugin.findings.elements import Coding, Json, code_of, codings_of, objects, text_of, texts_of, words_of
from plugin.findings.interval import Interval
from plugin.library.code_sets import WORDS

PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
# How UCUM writes a number without a unit.
UNITY = "1"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    codings, texts: of a concept, a string or a boolean. number, unit: of a quantity, range, ratio or integer.
    absent: why there is no value, in the sender's words. unread: why a value that is there cannot be read.
    words: the answer in the chart's own words, for the screen.
    """

    codings: tuple[Coding, ...] = ()
    texts: tuple[str, ...] = ()
    number: Interval | None = None
    unit: str = ""
    ratio: bool = False
    absent: str = ""
    unread: str = ""
    words: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing at all is said."""
        return not (self.codings or self.texts or self.number or self.absent or self.unread)


NOTHING = Answer()


def answer_of(node: Json) -> Answer:
    """The answer under value[x], else the reason why there is none; an empty answer where neither is there."""
    keys = sorted([key for key in node if key[:5] == "value" and key != "value" and node[key] is not None])
    reason = node.get("dataAbsentReason")
    if keys and isinstance(reason, dict):
        text = "a value and the reason why there is none stand side by side"
        return Answer(unread=text, words=", ".join(_read(key, node[key]).words for key in keys))
    if len(keys) == 1:
        return _read(keys[0], node[keys[0]])
    if keys:
        readings = [_read(key, node[key]) for key in keys]
        words = ", ".join(reading.words for reading in readings)
        return Answer(unread=f"{len(keys)} values stand side by side where FHIR allows one", words=words)
    if isinstance(reason, dict):
        return Answer(absent=words_of(reason) or "no reason given", words=words_of(reason))
    return Answer()


def interpretation_of(node: Json) -> Answer:
    """What `interpretation` says, for results that have no value."""
    if "interpretation" not in node:
        return NOTHING
    read = [_concept(concept) for concept in objects(node["interpretation"])]
    if len(read) == 1:
        return read[0]
    codings = tuple(coding for one in read for coding in one.codings)
    texts = tuple(text for one in read for text in one.texts)
    return Answer(codings=codings, texts=texts, words=", ".join(one.words for one in read))


def _read(key: str, value: Any) -> Answer:
    match key:
        case "valueCodeableConcept":
            return _concept(value)
        case "valueString" if isinstance(value, str):
            return Answer(texts=(value,), words=value) if value.strip() else Answer()
        case "valueBoolean" if isinstance(value, bool):
            word = "true" if value else "false"
            return Answer(codings=(Coding(WORDS, word, ""),), texts=(word,), words="Yes" if value else "No")
        case "valueQuantity":
            return _quantity(value)
        case "valueInteger":
            return _integer(value)
        case "valueRange":
            return _range(value)
        case "valueRatio":
            return _ratio(value)
    return Answer(unread=f"a {key} is not a shape that this result can have", words=text_of(value))


def _concept(value: Any) -> Answer:
    if not isinstance(value, dict):
        return Answer(unread="the concept is not an object", words=text_of(value))
    codings, texts = tuple(codings_of(value)), tuple(texts_of(value))
    if not codings and not texts:
        return NOTHING
    return Answer(codings=codings, texts=texts, words=words_of(value, codings))


def _quantity(value: Any) -> Answer:
    if not isinstance(value, dict):
        return Answer(unread="the quantity is not an object", words=text_of(value))
    unit = text_of(value.get("unit")) or code_of(value.get("code"))
    code = code_of(value.get("code"))
    comparator = text_of(value.get("comparator"))
    named = "" if unit == UNITY else unit
    shown = " ".join([part for part in (comparator, _shown(value.get("value")), named) if part])
    number = as_number(value.get("value"))
    if number is None:
        texts = (code,) if code and value.get("value") is None else ()
        return Answer(texts=texts, unread="" if texts else "the quantity has no number", words=shown)
    interval = Interval.compared(comparator, number)
    if interval is None:
        return Answer(unread=f"the comparator '{comparator}' is none of FHIR's", words=shown)
    return Answer(number=interval, unit=code or unit, words=shown)


def _integer(value: Any) -> Answer:
    number = as_number(value)
    if number is None or not number.is_integer():
        return Answer(unread="the integer is no whole number", words=_shown(value))
    return Answer(number=Interval.exactly(number), words=_shown(value))


def _range(value: Any) -> Answer:
    if not isinstance(value, dict):
        return Answer(unread="the range is not an object")
    low, high = _quantity(value.get("low") or {}), _quantity(value.get("high") or {})
    words = f"{low.words or '…'} - {high.words or '…'}"
    if low.number is None and high.number is None:
        return Answer(unread="the range has no numbers", words=words)
    start = low.number.low if low.number else -math.inf
    end = high.number.high if high.number else math.inf
    if start > end or (low.unit and high.unit and low.unit != high.unit):
        return Answer(unread="the ends of the range do not fit", words=words)
    return Answer(number=Interval(start, end), unit=low.unit or high.unit, words=words)


def _ratio(value: Any) -> Answer:
    parts = [_quantity(value.get(side)) for side in ("numerator", "denominator")] if isinstance(value, dict) else []
    words = " : ".join(part.words for part in parts)
    numbers = [part.number.exact if part.number else None for part in parts]
    if len(numbers) != 2 or numbers[0] is None or not numbers[1]:
        return Answer(unread="the ratio is not one number over another", words=words)
    return Answer(number=Interval.exactly(numbers[0] / numbers[1]), ratio=True, words=words)


def as_number(value: Any) -> float | None:
    """A JSON number, or a number written as text; None for anything else, NaN and infinity included."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not PLAIN_NUMBER.fullmatch(value.strip()):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _shown(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
