"""What a form of the patient marks, on questions and on answers: what cannot wait, and signs of findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plugin.library.elements import extension, parts
from plugin.library.forms import every_item
from plugin.library.rules import Template
from plugin.quality.diff.shown import shown


def notices_of(template: Template) -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """By form and question, and answer where it is marked itself: its text, and what is marked on it."""
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    for name, form in template.questionnaires.items():
        for item in every_item(form):
            place = f"{name}/{item['linkId']}"
            found[place] = (item.get("text", ""), dict(_marks(item)))
            for option in item.get("answerOption", ()):
                said = option.get("valueString", "")
                found[f"{place}/{said}"] = (said, dict(_marks(option)))
    return {place: (text, marks) for place, (text, marks) in found.items() if marks}


def _marks(element: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if extension(element, "item-urgent", False):
        yield "cannot wait", "yes"
    limit = extension(element, "item-urgent-from")
    if limit is not None:
        yield "cannot wait from", shown(limit)
    signs = [f"{values['finding'][0]}, {values['days'][0]} days" for _, values in parts(element, "item-sign")]
    if signs:
        yield "sign of", "; ".join(signs)
