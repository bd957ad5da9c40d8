"""A patient's form as steps for a page: one for each group, each question with what was answered so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plugin.library.elements import extension
from plugin.library.forms import every_item
from plugin.library.languages import text_in

Item = dict[str, Any]
Answers = Mapping[str, Any]
Kind = Literal["note", "heading", "tick", "several", "one", "scale", "number", "line", "lines"]
COLLAPSIBLE = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-collapsible"
LIMITS = {
    "low": "http://hl7.org/fhir/StructureDefinition/minValue",
    "high": "http://hl7.org/fhir/StructureDefinition/maxValue",
}
LONGEST_SCALE = 11  # points that stand side by side on a narrow tablet


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: its number in the form, its words, whether it is chosen."""

    number: int
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One item as a page shows it. typed: what was written, also where it cannot be used."""

    link_id: str
    kind: Kind
    text: str
    options: tuple[Option, ...] = ()
    typed: str = ""
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One group of the form. folded: it begins closed, since it is a rest that few need."""

    title: str
    questions: tuple[Question, ...]
    folded: bool = False


def steps_of(form: Item, answers: Answers, language: str) -> tuple[Step, ...]:
    """The steps of a form in its order, in a language."""
    return tuple(
        Step(text_in(group, "text", language), tuple(_questions(group, answers, language)), _is_folded(group))
        for group in form["item"]
    )


def items_of_step(form: Item, step: int) -> tuple[Item, ...]:
    """The questions that the step with this number from 0 asks."""
    return tuple(item for item in every_item(form["item"][step]) if kind_of(item) not in ("note", "heading"))


def kind_of(item: Item) -> Kind:
    """How a page asks an item."""
    match item["type"]:
        case "display":
            return "note"
        case "group":
            return "heading"
        case "boolean":
            return "tick"
        case "choice":
            return "several" if item.get("repeats") else "one"
        case "integer":
            return "scale" if scale_of(item) else "number"
        case "text":
            return "lines"
    return "line"


def scale_of(item: Item) -> tuple[int, ...]:
    """The points of a scale; none where an item has no limits, or too many points to stand side by side."""
    limits = {name: _limit(item, url) for name, url in LIMITS.items()}
    low, high = limits["low"], limits["high"]
    if low is None or high is None or high - low >= LONGEST_SCALE:
        return ()
    return tuple(range(low, high + 1))


def is_urgent(form: Item, answers: Answers) -> bool:
    """Whether an answer was given that cannot wait."""
    return bool(urgent_only(form, answers))


def urgent_only(form: Item, answers: Answers) -> dict[str, Any]:
    """The answers that cannot wait."""
    asked = (item for item in every_item(form) if item["linkId"] in answers)
    return {item["linkId"]: answers[item["linkId"]] for item in asked if _is_urgent(item, answers[item["linkId"]])}


def _is_urgent(item: Item, answer: Any) -> bool:
    if extension(item, "item-urgent", False):
        return bool(answer)
    limit = extension(item, "item-urgent-from")
    if limit is not None:
        return isinstance(answer, int) and answer >= int(limit)
    chosen = answer if isinstance(answer, list) else ()
    options = item.get("answerOption", ())
    return any(extension(option, "item-urgent", False) for number, option in enumerate(options) if number in chosen)


def _limit(item: Item, url: str) -> int | None:
    found = [each["valueInteger"] for each in item.get("extension", ()) if each.get("url") == url]
    return int(found[0]) if found else None


def _is_folded(group: Item) -> bool:
    found = [each.get("valueCode") for each in group.get("extension", ()) if each.get("url") == COLLAPSIBLE]
    return found == ["default-closed"]


def _questions(group: Item, answers: Answers, language: str) -> Iterator[Question]:
    for item in every_item(group):
        answer, kind = answers.get(item["linkId"]), kind_of(item)
        yield Question(
            link_id=item["linkId"],
            kind=kind,
            text=text_in(item, "text", language),
            options=tuple(_options(item, answer, language)),
            typed="" if answer is None or isinstance(answer, bool | list) else str(answer),
            ticked=answer is True,
        )


def _options(item: Item, answer: Any, language: str) -> Iterator[Option]:
    chosen = answer if isinstance(answer, list) else ()
    for number, option in enumerate(item.get("answerOption", ())):
        yield Option(number, text_in(option, "valueString", language), number in chosen)
    for point in scale_of(item) if item["type"] == "integer" else ():
        yield Option(point, str(point), answer == point)
