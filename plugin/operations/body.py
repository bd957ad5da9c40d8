"""The body of a request as JSON, read strictly: bounded in size and depth, and no key said twice."""

from __future__ import annotations

import json
from typing import Any

import orjson

from plugin.operations.faults import OperationFault

DEEPEST = 100  # a Questionnaire nested twenty deep in a Bundle in Parameters needs fifty
FHIR_JSON = ("application/fhir+json", "application/json")


class _SaidTwice(ValueError):
    """A key stands twice in one object."""


def read_json(content: bytes, media_type: str, encoding: str) -> Any:
    """The document in `content`; media_type and encoding: as the headers of the request say, empty where they do not.

    Two readers may take different ones of two values for one key, so such a document is refused. Raises OperationFault
    with 400 for what is no JSON, 415 for another format.
    """
    if encoding and encoding.lower() != "identity":
        raise OperationFault(415, "not-supported", "a compressed body is not read; send it without Content-Encoding")
    if media_type not in FHIR_JSON:
        came = "a body without Content-Type" if not media_type else "a body of another Content-Type"
        raise OperationFault(415, "not-supported", f"{came} came; send FHIR JSON as application/fhir+json")
    if not content.strip():
        raise OperationFault(400, "required", "the body is empty; send a Parameters resource")
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise OperationFault(400, "structure", f"the body is not JSON ({where}); send FHIR JSON in UTF-8") from None
    if _deeper_than(document, DEEPEST):
        raise OperationFault(400, "too-long", f"the body is nested more than {DEEPEST} deep; send it flatter")
    try:
        json.loads(content, object_pairs_hook=_once, parse_float=str, parse_int=str)
    except _SaidTwice:
        message = "one object of the body holds the same key twice, so it could be read in two ways; send each key once"
        raise OperationFault(400, "structure", message) from None
    return document


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise _SaidTwice


def _deeper_than(document: Any, depth: int) -> bool:
    level = [document]
    for _ in range(depth):
        level = [
            member
            for node in level
            if isinstance(node, dict | list)
            for member in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return any(isinstance(node, dict | list) for node in level)
