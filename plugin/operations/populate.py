"""`$populate`: a form as a draft fills it, turned into a QuestionnaireResponse (SDC 3.0, Questionnaire-populate)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.drafting.model import Draft
from plugin.drafting.questionnaires import questionnaires
from plugin.findings.as_fhir import subject_of
from plugin.library.content import extension_url
from plugin.library.rules import Template

Resource = dict[str, Any]
Item = dict[str, Any]


def populated(form_id: str, draft: Draft, template: Template) -> Resource:
    """The form of the template with this id, answered as far as chart and draft answer it.

    The form is contained as it is for this patient: the published one is a skeleton without this patient's facts and
    lines, and answers to items that a form does not have would be no answers to it.
    """
    name = next(name for name, form in template.questionnaires.items() if form["id"] == form_id)
    form = questionnaires(draft, template)[name]
    published = f"{form['url']}|{form['version']}"
    inside = {key: value for key, value in form.items() if key != "url"} | {"derivedFrom": [published]}
    return {
        "resourceType": "QuestionnaireResponse",
        "contained": [inside],
        "questionnaire": f"#{form_id}",
        "status": "in-progress",
        "subject": subject_of(draft.findings.patient),
        "authored": draft.as_of,
        "item": list(_items(form["item"])),
    }


def _items(items: list[Item]) -> Iterator[Item]:
    """Every group and question; texts between them are shown by the form and answered by nobody."""
    for item in items:
        if item["type"] == "display":
            continue
        answered: Item = {"linkId": item["linkId"]}
        if "text" in item:
            answered["text"] = item["text"]
        inner = list(_items(item.get("item", [])))
        answers = list(_answers(item))
        if inner and item["type"] == "group":
            answered["item"] = inner
        if inner and answers:  # what belongs to a question stands below its answer
            answers[0] = answers[0] | {"item": inner}
        yield answered | ({"answer": answers} if answers else {})


def _answers(item: Item) -> Iterator[Item]:
    origin = [each for each in item.get("extension", ()) if each["url"] == extension_url("item-origin")]
    marked = {"extension": origin} if origin else {}
    for value in item.get("initial", ()):
        yield marked | value
    for option in item.get("answerOption", ()):
        if option.get("initialSelected"):
            yield marked | {key: value for key, value in option.items() if key.startswith("value")}
