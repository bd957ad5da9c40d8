"""A chart from files instead of a server: Bundles, JSON arrays, NDJSON, single resources, plain or gzipped."""

from __future__ import annotations

import codecs
import gzip
import sys
import zlib
from pathlib import Path
from typing import Any

import orjson

from plugin.errors import InputError, NoResources
from plugin.findings.bundle import resources_of, unfetched

GZIP_MAGIC = b"\x1f\x8b"
STDIN = "-"


def resources_from_files(names: list[str]) -> list[dict[str, Any]]:
    """All resources in the named files (`-` for standard input), in order.

    Raises InputError that names the file, what came and what to do.
    """
    documents = [(_shown(name), _document(name)) for name in names]
    found = [resource for shown, document in documents for resource in _resources(document, shown)]
    return [*found, *unfetched(document for _, document in documents)]


def _shown(name: str) -> str:
    return "standard input" if name == STDIN else name


def _document(name: str) -> Any:
    shown = _shown(name)
    content = _bytes(name, shown)
    if not content.strip():
        raise InputError(f"{shown} is empty; give a FHIR Bundle, a JSON array of resources or NDJSON of one patient")
    try:
        return _json(content, shown)
    except InputError as error:
        raise InputError(f"{shown}: {error}") from error


def _resources(document: Any, shown: str) -> list[dict[str, Any]]:
    try:
        found = resources_of(document)
    except NoResources as error:
        raise NoResources(f"{shown}: {error}") from error
    if isinstance(document, dict) and document.get("resourceType") == "OperationOutcome":
        raise InputError(f"{shown} holds no chart but a server's answer that something failed; ask the server again")
    return found


def _bytes(name: str, shown: str) -> bytes:
    try:
        content = sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
        content = gzip.decompress(content) if content.startswith(GZIP_MAGIC) else content
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{shown} cannot be read: {why}; check the path, and that the file is complete") from error
    return content.removeprefix(codecs.BOM_UTF8)


def _json(content: bytes, shown: str) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        lines = [line for line in content.splitlines() if line.strip()]
        if len(lines) < 2 or not _is_object(lines[0]):
            raise InputError(_not_json(error, "it")) from error
        return [_line(line, number) for number, line in enumerate(lines, start=1)]


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _line(line: bytes, number: int) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(_not_json(error, f"line {number} of the NDJSON")) from error


def _not_json(error: orjson.JSONDecodeError, what: str) -> str:
    return f"{what} is not JSON (line {error.lineno}, column {error.colno}: {error.msg}); export it again as FHIR JSON"
