"""Going through a resource element by element, each with the way to it, so that a remark can name its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from plugin.library.yaml_file import Document, ElementPath, read_yaml
from plugin.quality.report import Level, Remark, remark_of

# What is read by programs only.
NOT_READ = frozenset(
    {"id", "url", "linkId", "system", "code", "expression", "language", "version", "name", "valueCode", "resourceType"}
)


def elements(data: Any, path: ElementPath = ()) -> Iterator[tuple[ElementPath, dict[str, Any]]]:
    """Every object in `data`, outer before inner, with the path to it."""
    if isinstance(data, dict):
        yield path, data
        for name, member in data.items():
            yield from elements(member, (*path, name))
    elif isinstance(data, list):
        for index, member in enumerate(data):
            yield from elements(member, (*path, index))


def strings(data: Any, path: ElementPath = ()) -> Iterator[tuple[ElementPath, str]]:
    """Every text in `data` with the path to it; the last name on a path is the element that holds the text."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for name, member in data.items():
            yield from strings(member, (*path, name))
    elif isinstance(data, list):
        for index, member in enumerate(data):
            yield from strings(member, (*path, index))


def texts_of(data: Any, path: ElementPath = (), name: str = "") -> Iterator[tuple[ElementPath, str, str]]:
    """Every text for people: its path, its element by names (extensions by their short url), and itself."""
    if isinstance(data, str):
        yield path, name, data
    elif isinstance(data, list):
        for index, member in enumerate(data):
            yield from texts_of(member, (*path, index), name)
    elif isinstance(data, dict):
        for key, member in data.items():
            if key in NOT_READ and isinstance(member, str):
                continue
            yield from texts_of(member, (*path, key), _named(name, key, data))


def _named(name: str, key: str, element: dict[str, Any]) -> str:
    """The name of a member: an extension is called by the end of its url, and its value like itself."""
    is_extension = isinstance(element.get("url"), str) and "resourceType" not in element
    if is_extension and (key == "extension" or key.startswith("value")):
        key = element["url"].rpartition("/")[2]
    elif key == "extension":
        return name
    return f"{name}.{key}" if name else key


def element_name(path: ElementPath) -> str:
    """The name of the element at the end of a path, whichever of its repetitions it is."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def at(document: Document, path: ElementPath, text: str, remedy: str, level: Level = "fault") -> Remark:
    """A remark on one element of a document."""
    return replace(remark_of(document.fault(path, text, remedy)), level=level)


def as_document(file: Path) -> Document:
    """A JSON file with the lines of its elements. JSON is YAML, too; reading it so is slow: for files with faults."""
    return read_yaml(file, f"profiles/{file.name}")[0]
