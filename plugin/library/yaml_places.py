"""Where exactly a fault stands in a YAML file: line, column and the text that is wrong.

Only asked for when there is a fault, so a file is composed again then and loading stays as fast as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import yaml

ElementPath: TypeAlias = tuple[str | int, ...]

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LONGEST = 100
SPACE = re.compile(r"\s")
# What stands for one character of the value, in each style of scalar.
ESCAPED = {"'": re.compile(r"''"), '"': re.compile(r"\\(x..|u.{4}|U.{8}|.)", re.DOTALL)}


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file: line and column count from 1, text is what stands there, on one line."""

    line: int
    column: int
    text: str


def spot(source: str, number: int, path: ElementPath, words: tuple[str, ...] = (), offset: int | None = None) -> Spot:
    """The place of the element at `path`, or of its nearest enclosing element that is there.

    source: the whole file; number: which of its documents, from 0.
    words: the parts of the element, or of its name, that may be wrong: the first of them that stands there is.
    offset: characters into that word, or into the element, where it is wrong.
    """
    key, node = _element(_documents(source)[number], path)
    whole = source[node.start_mark.index : node.end_mark.index]
    scalars = [*([key] if key is not None else []), *_scalars(node)] if words else []
    for word in words:
        for scalar in scalars:
            found = _inside(source, scalar, word, offset or 0)
            if found is not None:
                return found
    if offset is not None and isinstance(node, yaml.ScalarNode):
        return _at(source, _position(source, node, offset), _first_word(node.value[offset:]) or node.value)
    start = node.start_mark.index
    return _at(source, start, whole)


def _inside(source: str, node: yaml.ScalarNode, word: str, offset: int) -> Spot | None:
    """The first place in a scalar where `word` stands as a word of its own."""
    before = r"(?<![\w-])" if re.match(r"\w", word) else ""
    match = re.search(rf"{before}{re.escape(word)}(?![\w-])", node.value)
    if match is None:
        return None
    shown = _first_word(word[offset:]) if offset else word
    return _at(source, _position(source, node, match.start() + offset), shown)


@lru_cache(maxsize=8)
def _documents(source: str) -> tuple[yaml.Node, ...]:
    return tuple(yaml.compose_all(source, Loader=LOADER))


def _element(root: yaml.Node, path: ElementPath) -> tuple[yaml.ScalarNode | None, yaml.Node]:
    """The name of the element at the path, where it has one, and the element; or the nearest around it."""
    key, node = None, root
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((name, value) for name, value in node.value if name.value == step), None)
            if found is None:
                break
            key, node = found
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            key, node = None, node.value[step]
        else:
            break
    return key, node


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Every text in an element, names too, in the order of the file."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _scalars(name)
            yield from _scalars(value)


def _position(source: str, node: yaml.ScalarNode, offset: int) -> int:
    """Where the character at `offset` of a scalar's value stands in the file; after the last one, where it ends.

    Folding and indentation only change white space, so the other characters are counted.
    """
    wanted = sum(not SPACE.match(each) for each in node.value[:offset])
    at = node.start_mark.index
    if node.style in ("|", ">"):
        at = source.index("\n", at)
    elif node.style:
        at += 1
    escaped = ESCAPED.get(node.style or "")
    end = at
    while at < node.end_mark.index:
        match = escaped.match(source, at) if escaped else None
        if not SPACE.match(source[at]):
            if not wanted:
                return at
            wanted -= 1
            end = match.end() if match else at + 1
        at = match.end() if match else at + 1
    return end


def _at(source: str, index: int, text: str) -> Spot:
    before = source[:index]
    line_start = max(before.rfind("\n"), before.rfind("\r")) + 1
    line = len(re.findall(r"\r\n|\n|\r", before)) + 1
    return Spot(line, index - line_start + 1, first_line(text))


def first_line(text: str) -> str:
    """The first line of a text without the white space around it, cut where it is long."""
    first = (text.strip().splitlines() or [""])[0].strip()
    return first if len(first) <= LONGEST else f"{first[: LONGEST - 1]}…"


def _first_word(text: str) -> str:
    match = re.match(r"\s*([%`']?[\w.-]+'?|\S+)", text)
    return match[1] if match else ""
