"""What a patient answers: read from the page's forms, and turned into a QuestionnaireResponse (FHIR R4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from plugin.forms.steps import Answers, Item, items_of_step, kind_of, none_name, scale_of
from plugin.library.forms import every_item
from plugin.library.languages import with_translation

LONGEST_ANSWER = 2000
LONGEST_NUMBER = 4


class Posted(Protocol):
    """A form as a browser sends it."""

    def getlist(self, key: str) -> list[str]:
        """Every value under a name."""


def read_step(form: Item, step: int, posted: Posted) -> tuple[dict[str, Any], set[str]]:
    """The answers of one step by linkId, without those left open; and the linkIds of numbers that are none.

    "None of these" is kept so that the page shows it again: an empty list, or true under `none_name`.

    What was typed for such a number is kept as text, so that nothing has to be typed twice.
    """
    answers: dict[str, Any] = {}
    faults: set[str] = set()
    for item in items_of_step(form, step):
        answer = _read(item, posted.getlist(item["linkId"]))
        if answer in (None, ""):
            continue
        answers[item["linkId"]] = answer
        if item["type"] == "integer" and not isinstance(answer, int):
            faults.add(item["linkId"])
    none = none_name(form["item"][step])
    if "yes" in posted.getlist(none) and not any(answer is True for answer in answers.values()):
        answers[none] = True
    return answers, faults


def _read(item: Item, values: list[str]) -> Any:
    kind = kind_of(item)
    if kind == "tick":
        return True if "yes" in values else None
    if kind in ("several", "one"):
        known = {str(number): number for number in range(len(item.get("answerOption", ())))}
        chosen = [known[value] for value in dict.fromkeys(values) if value in known]
        if not chosen:
            return [] if kind == "several" and "none" in values else None
        return chosen if kind == "several" else chosen[:1]
    text = values[0].strip()[:LONGEST_ANSWER] if values else ""
    return _number(item, text) if kind in ("scale", "number") else text


def _number(item: Item, text: str) -> int | str:
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        return text
    points = scale_of(item)
    return text if points and int(text) not in points else int(text)


def patient_response(
    form: Item, answers: Answers, language: str, patient_id: str, at: datetime, status: str = "completed"
) -> Item:
    """The answered form, by the patient: in the words of the form, beside them those on the screen.

    form: as it was fitted to the patient; a part of the published one, which the response names with its version.
    answers: by linkId. language: in which it was answered. at: when it was sent, or last changed, aware.
    status: `in-progress` for one that is not sent.
    """
    patient = {"reference": f"Patient/{patient_id}"}
    return {
        "resourceType": "QuestionnaireResponse",
        "language": language,
        "questionnaire": f"{form['url']}|{form['version']}",
        "status": status,
        "subject": patient,
        "authored": at.isoformat(timespec="seconds"),
        "author": patient,
        "source": patient,
    } | _items(form["item"], answers, language)


def answers_in(form: Item, response: Item) -> dict[str, Any]:
    """The answers of an earlier response by linkId, as far as this form asks for them; to go on with it."""
    given = {item["linkId"]: item["answer"] for item in every_item(response) if item.get("answer")}
    found = {
        item["linkId"]: _taken_up(item, given[item["linkId"]]) for item in every_item(form) if item["linkId"] in given
    }
    return {link_id: answer for link_id, answer in found.items() if answer not in (None, [])}


def _taken_up(item: Item, given: list[Item]) -> Any:
    values = [value for answer in given for name, value in answer.items() if name.startswith("value")]
    if kind_of(item) in ("several", "one"):
        options = item.get("answerOption", ())
        return [number for number, option in enumerate(options) if option["valueString"] in values]
    return values[0] if values else None


def _items(items: list[Item], answers: Answers, language: str) -> Item:
    """The answered items under `item`; nothing where none is answered."""
    found = []
    for item in items:
        inner = _items(item.get("item", []), answers, language)
        given = list(_given(item, answers.get(item["linkId"]), language))
        if not given and not inner:
            continue
        answered: Item = {"linkId": item["linkId"], **with_translation(item, "text", language)}
        found.append(answered | ({"answer": given} if given else {}) | inner)
    return {"item": found} if found else {}


def _given(item: Item, answer: Any, language: str) -> Iterator[Item]:
    match answer:
        case None:
            return
        case bool():
            yield {"valueBoolean": answer}
        case int():
            yield {"valueInteger": answer}
        case list():
            for number in answer:
                yield with_translation(item["answerOption"][number], "valueString", language)
        case str() if item["type"] != "integer":
            yield {"valueString": answer}
