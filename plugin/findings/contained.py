"""Contained resources set free: their ids are local to the resource around them, and two of those may use the same."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson

from plugin.findings.elements import Json, code_of, objects, text_of


def apart(resource: Json) -> Iterator[Json]:
    """A resource, then those it contains, of the same subject as the resource around them where they name none.

    `#s` of Observation o becomes Specimen `o#s`, in the references as well. A contained Patient is left where it is.
    """
    inner = [part for part in objects(resource.get("contained")) if text_of(part.get("resourceType"))]
    inner = [part for part in inner if part["resourceType"] != "Patient"]
    if not inner:
        yield resource
        return
    around = code_of(resource.get("id")) or _fingerprint(resource)
    names = {
        f"#{code_of(part.get('id'))}": f"{part['resourceType']}/{around}#{code_of(part.get('id'))}" for part in inner
    }
    outer = {key: value if key == "contained" else _renamed(value, names) for key, value in resource.items()}
    yield outer
    for part in inner:
        free = _renamed(part, names)
        if code_of(part.get("id")):
            free["id"] = f"{around}#{code_of(part['id'])}"
        yield free if "subject" in part or "subject" not in resource else {**free, "subject": outer["subject"]}


def _renamed(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {
            key: names.get(value, value) if key == "reference" and isinstance(value, str) else _renamed(value, names)
            for key, value in node.items()
        }
    return [_renamed(item, names) for item in node] if isinstance(node, list) else node


def _fingerprint(resource: Json) -> str:
    """A name for a resource without id that is the same wherever it stands in the input."""
    return sha256(orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
