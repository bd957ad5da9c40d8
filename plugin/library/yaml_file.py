"""YAML as JSON-shaped data that remembers where each element stands, so that a fault can name its place.

Only the JSON schema of YAML is taken: dates stay text, and the words that YAML 1.1 would silently turn into booleans
(`yes`, `no`, `on`, `off`) are refused, because in a clinical text they are words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import yaml

from plugin.errors import Fault, TemplateError
from plugin.library.yaml_places import LOADER, ElementPath, first_line, spot

__all__ = ["Document", "ElementPath", "read_yaml"]

BOOLEANS = {"true": True, "false": False}
SURPRISING = re.compile(r"^(yes|no|on|off|y|n)$", re.IGNORECASE)
INTEGER = re.compile(r"^-?(0|[1-9][0-9]*)$")
DECIMAL = re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$")
# Words that a message quotes; the last of them that stands in the element is what it is about.
QUOTED = re.compile(r"""'([^']+)'|"([^"]+)"|(%\w+)""")
KEPT_FILES = 512  # of a template and its cases, so that a check at every save reads what changed
QUOTE = "put it in quotes if it is a word, write true or false if it is an answer"


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its data, the file it came from, and the line of every element by its path.

    source: the text of the file; number: which of its documents, from 0. They give a fault its column and text.
    """

    file: str
    data: Any
    lines: dict[ElementPath, int]
    source: str = ""
    number: int = 0

    def line(self, *path: str | int) -> int:
        """The line of the element at `path`, or of its nearest enclosing element that is there; counts from 1."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def fault(
        self, path: ElementPath, message: str, remedy: str, word: str | None = None, offset: int | None = None
    ) -> Fault:
        """A fault at the element that `path` leads to.

        word: the part of the element that is wrong; when None, what the message quotes, where that stands in the
            element. Empty where the element is wrong as a whole.
        offset: characters into that word, or into the element, where it is wrong.
        """
        if not self.source:
            return Fault(self.file, self.line(*path), message, remedy)
        words = ["".join(found) for found in QUOTED.findall(message)][::-1] if word is None else [word] * bool(word)
        found = spot(self.source, self.number, path, tuple(words), offset)
        return Fault(self.file, found.line, message, remedy, found.column, found.text)


def read_yaml(path: Path, name: str | None = None) -> list[Document]:
    """Every document in a YAML file; raises TemplateError with the line of the first syntax fault.

    name: how messages call the file; its last two path segments when None.
    """
    shown = name or "/".join(path.parts[-2:])
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(
            [Fault(shown, None, f"cannot be read: {error}", "check the path and that it is UTF-8")]
        ) from error
    return list(_documents(shown, source))


@lru_cache(maxsize=KEPT_FILES)
def _documents(shown: str, source: str) -> tuple[Document, ...]:
    """The documents of a text, which say the same as long as it does: nobody changes what was read."""
    try:
        nodes = list(yaml.compose_all(source, Loader=LOADER))
    except yaml.MarkedYAMLError as error:
        raise TemplateError([_not_yaml(shown, source, error)]) from error
    except yaml.reader.ReaderError as error:
        line = source.encode()[: error.position].count(b"\n") + 1  # the position counts bytes
        message = f"not YAML: the character U+{error.character:04X} must not stand in it"
        raise TemplateError([Fault(shown, line, message, "delete it; it cannot be seen in most editors")]) from error
    faults: list[Fault] = []
    documents = tuple(_document(shown, node, faults, source, number) for number, node in enumerate(nodes))
    if not documents:
        faults.append(Fault(shown, 1, "the file is empty", "write one FHIR resource into it or remove it"))
    if faults:
        raise TemplateError(faults)
    return documents


def _not_yaml(file: str, source: str, error: yaml.MarkedYAMLError) -> Fault:
    message, remedy = f"not YAML: {error.problem}", "mend the indentation, quotes or brackets there"
    mark = error.problem_mark
    if mark is None:
        return Fault(file, None, message, remedy)
    text = first_line("".join(source.splitlines()[mark.line : mark.line + 1]))
    return Fault(file, mark.line + 1, message, remedy, mark.column + 1, text)


def _document(file: str, root: yaml.Node, faults: list[Fault], source: str, number: int) -> Document:
    lines: dict[ElementPath, int] = {}

    def build(node: yaml.Node, path: ElementPath) -> Any:
        lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [build(item, (*path, index)) for index, item in enumerate(node.value)]
        return scalar(cast(yaml.ScalarNode, node), path)

    def mapping(node: yaml.MappingNode, path: ElementPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                faults.append(fault(key_node, f"'{key}' stands twice in one element", "keep one of the two"))
            result[key] = build(value_node, (*path, key))
        return result

    def scalar(node: yaml.ScalarNode, path: ElementPath) -> Any:
        text: str = node.value
        if node.style in ("'", '"', "|", ">"):
            return text
        if text in BOOLEANS:
            return BOOLEANS[text]
        if INTEGER.match(text):
            return int(text)
        if DECIMAL.match(text):
            return float(text)
        if SURPRISING.match(text) or text in ("", "~", "null"):
            faults.append(fault(node, f"'{text}' without quotes can be read in two ways", QUOTE))
        return text

    def fault(node: yaml.Node, message: str, remedy: str) -> Fault:
        mark = node.start_mark
        return Fault(file, mark.line + 1, message, remedy, mark.column + 1, str(node.value))

    return Document(file, build(root, ()), lines, source, number)
