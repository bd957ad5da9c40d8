"""New text put into YAML files that people read: nothing else in them moves, and what comes out is read back first."""

from __future__ import annotations

from textwrap import indent

import yaml

from plugin.errors import InputError
from plugin.library.yaml_places import LOADER

BLOCK_STYLES = ("|", ">")
STANDARD_INDENT = 2


def with_item(text: str, key: str, item: str, *, apart: bool, file: str) -> str:
    """The text of a file with one more item at the end of the list `key` of its first document.

    The only document of a file may lack the list: it is then begun at the end.
    item: the item as YAML without indentation, starting with a dash. apart: leave an empty line before it.
    Raises InputError where the file can hold no such list, or where the list is not written item under item.
    """
    text = _ended(text)
    roots = list(yaml.compose_all(text, Loader=LOADER))
    root = roots[0] if roots and isinstance(roots[0], yaml.MappingNode) else None
    found = next((value for name, value in root.value if name.value == key), None) if root else None
    if found is None and root and len(roots) == 1 and not root.flow_style:
        return with_item(f"{text}{key}:\n", key, item, apart=apart, file=file)
    if found is None:
        raise _unplaceable(file, f"it has no list '{key}'", item)
    lines = text.splitlines(keepends=True)
    if isinstance(found, yaml.SequenceNode) and found.value and not found.flow_style:
        margin, at = found.start_mark.column, _last_line(found, lines) + 1
    elif isinstance(found, yaml.ScalarNode) and found.value == "":
        margin, at, apart = STANDARD_INDENT, found.start_mark.line + 1, False
    else:
        raise _unplaceable(file, f"its list '{key}' is not written item under item", item)
    changed = "".join([*lines[:at], *(["\n"] if apart else []), indent(item, " " * margin), *lines[at:]])
    _read_back(text, changed, key, item, file)
    return changed


def with_document(text: str, document: str) -> str:
    """The text of a file with one more YAML document at its end."""
    return f"{_ended(text)}---\n{document}" if text else document


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"


def _last_line(node: yaml.Node, lines: list[str]) -> int:
    """The last line that belongs to a node, counted from 0: without the empty lines and comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last, lines)
    line: int = node.end_mark.line
    if isinstance(node, yaml.ScalarNode) and node.style in BLOCK_STYLES:
        line -= 1
    while not lines[line].strip():
        line -= 1
    return line


def _read_back(before: str, after: str, key: str, item: str, file: str) -> None:
    """What was there is still there, and the item stands behind it: else nothing is written."""
    (old, *others), (new, *after_others) = (list(yaml.load_all(each, Loader=LOADER)) for each in (before, after))
    expected = {**old, key: [*(old[key] or []), *yaml.load(item, Loader=LOADER)]}  # noqa: S506
    if (new, after_others) != (expected, others):
        raise _unplaceable(file, "the new text would change what stands there", item)


def _unplaceable(file: str, why: str, item: str) -> InputError:
    return InputError(f"{file}: {why}; nothing was written. Put this into it by hand:\n\n{item}")
