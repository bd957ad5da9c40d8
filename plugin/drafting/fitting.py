"""A form of the template fitted to one draft: what does not belong there is left out, what fits surely comes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugin.drafting.facts import Facts
from plugin.drafting.model import Draft
from plugin.library.content import extension_url
from plugin.library.elements import extension
from plugin.library.expressions import Truth
from plugin.library.forms import IN_FORM, ON_PAGE, mark_key
from plugin.library.rules import Mark, Template

Item = dict[str, Any]
# What only drafting needs: the form that a patient gets has it applied already.
APPLIED = frozenset(map(extension_url, (*IN_FORM, *ON_PAGE, "item-rest")))
SURE, PLAIN, UNSURE = range(3)


def fitted(form: Item, draft: Draft, template: Template) -> Item:
    """The form for this patient.

    An item or an answer whose condition is false, or whose treatment is not open, is left out; one whose condition is
    not known stays. Answers of an item with a rest (extension `item-rest`) are not left out but moved there.
    """
    fit = _Fit(draft, template, template.marks.get(form["id"], {}))
    moved: dict[str, list[Item]] = {}
    items = _ordered(fit, form["item"], moved)
    return form | {"item": _filled(items, form["item"], moved)}


class _Fit:
    """How well the marked items and answers of a form fit a draft."""

    def __init__(self, draft: Draft, template: Template, marks: Mapping[str, Mark]) -> None:
        self.marks = marks
        self.facts = Facts(draft.findings, template.vocabulary)
        self.open: dict[str, Truth] = {}
        for line in draft.categories:
            if line.disposition != "not-offered":
                self.open[line.code] = None if line.disposition == "conditional" else True

    def rank(self, link_id: str, number: int | None = None) -> int | None:
        """Where an element stands among its neighbours; None where it does not belong there."""
        mark = self.marks.get(mark_key(link_id, number))
        if mark is None:
            return PLAIN
        truths = [self._beside(mark)] if mark.beside else []
        truths += [self.facts.truth(mark.condition)] if mark.condition else []
        if False in truths:
            return None
        return UNSURE if None in truths else SURE

    def _beside(self, mark: Mark) -> Truth:
        found = [self.open[code] for code in mark.beside if code in self.open]
        return False if not found else (True if True in found else None)


def _ordered(fit: _Fit, items: list[Item], moved: dict[str, list[Item]]) -> list[Item]:
    """The items that belong there, those that fit surely first; a line of help keeps its place before them all."""
    kept: list[tuple[int, Item]] = []
    for item in items:
        rank = fit.rank(item["linkId"])
        if rank is not None:
            kept.append((rank if item["type"] != "display" else SURE - 1, _item(fit, item, moved)))
    return [item for _, item in sorted(kept, key=lambda pair: pair[0])]


def _item(fit: _Fit, item: Item, moved: dict[str, list[Item]]) -> Item:
    result = _bare(item)
    if "item" in item:
        result["item"] = _ordered(fit, item["item"], moved)
    if "answerOption" in item:
        rest = extension(item, "item-rest", "")
        options = enumerate(item["answerOption"])
        ranked = [(fit.rank(item["linkId"], number), _bare(option)) for number, option in options]
        if rest:
            moved.setdefault(rest, []).extend(option for rank, option in ranked if rank is None)
        staying = sorted(((rank, option) for rank, option in ranked if rank is not None), key=lambda pair: pair[0])
        result["answerOption"] = [option for _, option in staying]
    return result


def _filled(items: list[Item], templates: list[Item], moved: Mapping[str, list[Item]]) -> list[Item]:
    """The items with what was moved to them; a choice without answers and a group without questions are left out."""
    asked = {item["linkId"]: item for item in templates}
    result = []
    for item in items:
        filled = dict(item)
        if item["type"] == "choice":
            filled["answerOption"] = [*item.get("answerOption", ()), *moved.get(item["linkId"], ())]
        if "item" in item:
            filled["item"] = _filled(item["item"], asked[item["linkId"]]["item"], moved)
        if not _is_empty(filled, asked[item["linkId"]]):
            result.append(filled)
    return result


def _is_empty(item: Item, as_written: Item) -> bool:
    if item["type"] == "choice":
        return not item["answerOption"]
    had_questions = any(inner["type"] != "display" for inner in as_written.get("item", ()))
    return had_questions and all(inner["type"] == "display" for inner in item["item"])


def _bare(element: Item) -> Item:
    kept = [each for each in element.get("extension", ()) if each["url"] not in APPLIED]
    bare = {name: value for name, value in element.items() if name != "extension"}
    return bare | ({"extension": kept} if kept else {})
