"""What the patient said in the form of the template, for the page: in the order of the form, what cannot wait apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from plugin.findings.dates import day_of
from plugin.findings.elements import objects, reference_of, text_of
from plugin.findings.wishes import GIVEN, UNFINISHED
from plugin.library.elements import extension
from plugin.library.forms import every_item
from plugin.library.languages import translations
from plugin.library.rules import Template

Resource = dict[str, Any]
FORM = "for-the-patient"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
YES = "Yes"
OWN_WORDS = frozenset({"string", "text"})


@dataclass(frozen=True, slots=True)
class Words:
    """One answer. shown: as the patient saw it, where that was in another language than the form's own."""

    text: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One question that was answered. own: in own words. urgent: it says something that cannot wait."""

    question: str
    words: tuple[Words, ...]
    own: bool
    urgent: bool


@dataclass(frozen=True, slots=True)
class WhatWasSaid:
    """The newest filled-in form. language: in which it was answered. urgent: what cannot wait, in words.

    groups: title and answers, in the order of the form. unfinished: it was not sent; it is being filled in, or was
    broken off. at: when it was sent or last changed, aware; None where the resource gives no more than a day.
    """

    date: str
    language: str
    reference: str
    urgent: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Said, ...]], ...]
    unfinished: bool = False
    at: datetime | None = None


def what_was_said(resources: Iterable[Resource], template: Template) -> WhatWasSaid | None:
    """The newest answers of the patient to the form of the template; None where there are none.

    What cannot wait is also taken from other forms that nobody finished and that no later one took the place of.
    """
    form = template.questionnaires.get(FORM)
    if form is None:
        return None
    given = sorted((each for each in resources if _is_hers(each, form["url"])), key=_authored)[::-1]
    if not given:
        return None
    newest = given[0]
    answers = _answers(newest)
    urgent = [words for each in takewhile(_is_unfinished, given) for words in _urgent(form, _answers(each))]
    groups = tuple((group["text"], tuple(_said(group, answers))) for group in form["item"])
    return WhatWasSaid(
        date=day_of(newest.get("authored")),
        language=text_of(newest.get("language")),
        reference=f"QuestionnaireResponse/{newest.get('id', '')}",
        urgent=tuple(dict.fromkeys([*_urgent(form, answers), *urgent])),
        groups=tuple((title, said) for title, said in groups if said),
        unfinished=_is_unfinished(newest),
        at=_moment(_authored(newest)),
    )


def _answers(response: Resource) -> dict[str, list[Resource]]:
    return {text_of(item.get("linkId")): objects(item.get("answer")) for item in every_item(response)}


def _authored(response: Resource) -> str:
    return text_of(response.get("authored"))


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if INSTANT.fullmatch(text) else None


def _is_unfinished(response: Resource) -> bool:
    return text_of(response.get("status")) == UNFINISHED


def _is_hers(resource: Resource, url: str) -> bool:
    named = text_of(resource.get("questionnaire")).split("|")[0]
    return (
        resource.get("resourceType") == "QuestionnaireResponse"
        and named == url
        and text_of(resource.get("status")) in {*GIVEN, UNFINISHED}
        and reference_of(resource.get("source") or resource.get("author")).startswith("Patient/")
    )


def _said(group: Resource, answers: dict[str, list[Resource]]) -> Iterator[Said]:
    for item in every_item(group):
        words = tuple(word for answer in answers.get(item["linkId"], ()) if (word := _words(answer)).text)
        if words:
            own = item["type"] in OWN_WORDS
            yield Said(item["text"], words, own, any(_cannot_wait(item, word) for word in words))


def _urgent(form: Resource, answers: dict[str, list[Resource]]) -> Iterator[str]:
    for item in every_item(form):
        for word in map(_words, answers.get(item["linkId"], ())):
            if _cannot_wait(item, word):
                yield item["text"] if word.text == YES else f"{item['text']}: {word.text}"


def _cannot_wait(item: Resource, word: Words) -> bool:
    if extension(item, "item-urgent", False):
        return word.text == YES
    limit = extension(item, "item-urgent-from")
    if limit is not None:
        return word.text.isdecimal() and int(word.text) >= int(limit)
    options = [each for each in item.get("answerOption", ()) if each.get("valueString") == word.text]
    return any(extension(option, "item-urgent", False) for option in options)


def _words(answer: Resource) -> Words:
    if "valueBoolean" in answer:
        return Words(YES if answer["valueBoolean"] is True else "No")
    if "valueInteger" in answer:
        return Words(str(answer["valueInteger"]))
    coding = answer.get("valueCoding")
    coded = text_of(coding.get("display")) or text_of(coding.get("code")) if isinstance(coding, dict) else ""
    shown = translations(answer, "valueString") if "_valueString" in answer else {}
    return Words(text_of(answer.get("valueString")) or coded, next(iter(shown.values()), ""))
