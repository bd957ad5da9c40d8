"""Resources from exports of any size: NDJSON line by line, Bundles one at a time, folders file by file."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import orjson

from plugin.errors import InputError
from plugin.findings.bundle import resources_of
from plugin.findings.elements import Json

SUFFIXES = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
GZIP_MAGIC = b"\x1f\x8b"
LONGEST_LINE = 64 * 1024 * 1024


def export_files(paths: list[Path]) -> list[Path]:
    """The files of an export: those named, and those below the folders named, in order of their names.

    Raises InputError where a path is not there, or a folder holds no FHIR file.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.is_file() and file.name.lower().endswith(SUFFIXES))
            if not found:
                raise InputError(f"{path} holds no file that ends in {', '.join(SUFFIXES)}; name the export's folder")
            files += found
        elif path.is_file():
            files.append(path)
        else:
            raise InputError(f"{path} is neither a file nor a folder; name an export, or the address of a FHIR server")
    return files


def resources_in(file: Path) -> Iterator[Json]:
    """The resources of one file, one after the other.

    NDJSON is read line by line, so memory does not grow with the file; a file that is one document is read whole.
    Raises InputError with file and line where it cannot be read.
    """
    try:
        with file.open("rb") as plain:
            packed = plain.read(2) == GZIP_MAGIC
            plain.seek(0)
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=plain)) if packed else plain
            yield from _resources(stream, file)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{file} cannot be read: {why}; check that the file is complete") from error


def _resources(stream: IO[bytes], file: Path) -> Iterator[Json]:
    first = stream.readline(LONGEST_LINE)
    while first and not first.strip():
        first = stream.readline(LONGEST_LINE)
    document = _parsed(first)
    if document is None:
        yield from _opened(_whole(first + stream.read(), file), file)
        return
    yield from _opened(document, file)
    number = 1
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if not line.strip():
            continue
        document = _parsed(line)
        if document is None:
            raise InputError(
                f"{file}: line {number} of the NDJSON is not JSON, or is longer than 64 MB; export it again"
            )
        yield from _opened(document, file)


def _parsed(line: bytes) -> object | None:
    try:
        return cast("object", orjson.loads(line))
    except orjson.JSONDecodeError:
        return None


def _whole(content: bytes, file: Path) -> object:
    try:
        return cast("object", orjson.loads(content))
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{file} is not JSON ({where}: {error.msg}); export it again as FHIR JSON") from error


def _opened(document: object, file: Path) -> list[Json]:
    try:
        return resources_of(document)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
