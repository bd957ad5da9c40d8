"""Every place of a template where a clinician or a patient can meet a fact, by kind and code.

rule             id of an action of a PlanDefinition: a rule, a gate, an item, an alert, a combination
category, assessment, support, alert, goal
                 a code of our CodeSystem of that name
finding          a fact of the vocabulary
question         linkId of an item of a form, or the id of the fact that an item or an answer names as its source
agent            a drug that a line names
superseded       id of a statement of older texts, shown with what holds now
open-question    key of a question left to the clinical lead
source           a source that rules cite
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plugin.library.content import extension_url
from plugin.library.elements import extensions
from plugin.library.rules import Template

Places = Mapping[str, Mapping[str, str]]

CODE_SYSTEMS = {
    "category": "treatment-category",
    "assessment": "assessment",
    "support": "supportive-care",
    "alert": "alert",
    "goal": "goal",
}


def places(template: Template) -> Places:
    """Kind -> code -> what people read there. A kind that the template does not hold is empty."""
    return {
        "rule": dict(_rules(template)),
        **{kind: template.terminology.displays(name) for kind, name in CODE_SYSTEMS.items()},
        "finding": {code: definition.label for code, definition in template.vocabulary.items()},
        "marker": {marker.code: marker.label for marker in template.vocabulary.course.markers},
        "question": dict(_questions([*template.questionnaires.values()])),
        "agent": {name: name for activity in template.activities.values() for name in activity.agents}
        | dict(_entries(template, "drug", "name", "name")),
        "superseded": dict(_entries(template, "superseded-statement", "id", "says")),
        "open-question": dict(_entries(template, "open-question", "key", "question")),
        "source": {citation.id: citation.citation for citation in template.citations.values()},
    }


def _rules(template: Template) -> Iterator[tuple[str, str]]:
    for resource in template.resources:
        if resource["resourceType"] == "PlanDefinition" and resource["id"] != template.id:
            yield from ((action["id"], action["title"]) for action in resource.get("action", []))


def _questions(items: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for item in items:
        text = item.get("text", "")
        if "linkId" in item:
            yield item["linkId"], text
        for source in extensions(item, "item-source"):
            yield str(source), text
        for option in item.get("answerOption", []):
            yield from ((str(source), text) for source in extensions(option, "item-source"))
        yield from _questions(item.get("item", []))


def _entries(template: Template, name: str, key: str, words: str) -> Iterator[tuple[str, str]]:
    """The entries of a list that a Library keeps as extensions of this name: their key, and one of their fields."""
    url = extension_url(name)
    for resource in template.resources:
        for entry in resource.get("extension", []):
            if entry["url"] == url:
                fields = {part["url"]: part.get("valueString", "") for part in entry["extension"]}
                yield fields[key], fields[words]
