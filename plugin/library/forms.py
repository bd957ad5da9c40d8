"""When an item of a form, or one of its answers, belongs there: read from the extensions that a template puts on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plugin.errors import Fault
from plugin.library.content import extension_url
from plugin.library.elements import extensions, parts
from plugin.library.yaml_file import Document, ElementPath

Item = dict[str, Any]
# The two extensions that say when an item belongs there: in the form, and on the page that the patient takes home.
IN_FORM = ("item-when", "item-with")
ON_PAGE = ("page-when", "page-with")
REST = "correct the linkId in item-rest, or add that item"


@dataclass(frozen=True, slots=True)
class Marked:
    """An item or an answer option of a form that carries a mark. `number` is that of the option, None for the item."""

    link_id: str
    number: int | None
    element: Item
    path: ElementPath

    def where(self, name: str) -> ElementPath:
        """The path of its extension of ours with this name; its own path where it has none."""
        for index, each in enumerate(self.element.get("extension", [])):
            if each.get("url") == extension_url(name):
                return (*self.path, "extension", index)
        return self.path

    @property
    def key(self) -> str:
        """How its mark is found again."""
        return mark_key(self.link_id, self.number)


def mark_key(link_id: str, number: int | None = None) -> str:
    """The key of the mark on an item, or on its answer option with this number from 0."""
    return link_id if number is None else f"{link_id}#{number}"


def marked(form: Item, names: tuple[str, str] = IN_FORM) -> Iterator[Marked]:
    """Every item and answer option of a form that says when it belongs there, in reading order.

    names: of the extensions that say it (`IN_FORM`, `ON_PAGE`).
    """
    for each in _items(form.get("item", []), ()):
        if _has_mark(each.element, names):
            yield each
        for number, option in enumerate(each.element.get("answerOption", [])):
            if _has_mark(option, names):
                yield Marked(each.link_id, number, option, (*each.path, "answerOption", number))


def lost_answers(document: Document) -> Iterator[Fault]:
    """A fault for every item whose answers that do not fit would go to an item that the form does not have."""
    known = {item["linkId"] for item in every_item(document.data)}
    for each in _items(document.data.get("item", []), ()):
        if any(rest not in known for rest in extensions(each.element, "item-rest")):
            message = f"answers of '{each.link_id}' that do not fit would go to an item that is not there"
            yield document.fault(each.where("item-rest"), message, REST)


def items_placed(form: Item) -> Iterator[tuple[str, Item, ElementPath]]:
    """LinkId, item and path of every item of a form, in reading order."""
    for each in _items(form.get("item", []), ()):
        yield each.link_id, each.element, each.path


def _items(items: list[Item], path: ElementPath) -> Iterator[Marked]:
    for place, item in enumerate(items):
        here: ElementPath = (*path, "item", place)
        yield Marked(item["linkId"], None, item, here)
        yield from _items(item.get("item", []), here)


def _has_mark(element: Item, names: tuple[str, str]) -> bool:
    urls = {extension.get("url") for extension in element.get("extension", [])}
    return bool(urls & set(map(extension_url, names)))


def every_item(form: Item) -> Iterator[Item]:
    """Every item of a form, at any depth, in reading order."""
    for item in form.get("item", []):
        yield item
        yield from every_item(item)


def reasons_offered(form: Item, decision: str) -> tuple[str, ...]:
    """The reasons that a review form offers beside a decision (`decline`, `defer`), in its order."""
    found = (values for _, values in parts(form, "decision-reason"))
    return tuple(str(values["text"][0]) for values in found if values["decision"] == [decision])


def settings_offered(form: Item) -> tuple[str, ...]:
    """The settings that a review form offers for a changed line (where it is carried out), in its order."""
    return tuple(str(setting) for setting in extensions(form, "change-setting"))
