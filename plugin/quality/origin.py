"""Where a report comes from: the files that were checked, their content as a hash, and what stands where in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from plugin.library.yaml_places import first_line
from plugin.quality.report import Place, Remark, Section

START = re.compile(r"[\s-]*")


@dataclass(frozen=True, slots=True)
class Origin:
    """The folders of one check.

    content, profiles_content: `sha256:…` over names and bytes of all their files, the same on any machine.
    """

    folder: Path
    profiles: Path
    content: str
    profiles_content: str

    def path(self, file: str) -> Path | None:
        """The file that a remark names; None where neither folder has it."""
        return next((each / file for each in (self.folder, self.profiles) if (each / file).is_file()), None)


def origin_of(folder: Path, profiles: Path) -> Origin:
    """The origin of a check of these folders; a folder that is not there has the hash of an empty one."""
    return Origin(folder, profiles, content_hash(folder), content_hash(profiles))


def content_hash(folder: Path) -> str:
    """`sha256:…` over the relative names and the bytes of all files, hidden ones left out."""
    return hashed(hashes(folder))


def hashes(folder: Path) -> dict[str, str]:
    """Relative name -> SHA-256 of the bytes of every file, hidden ones left out, in the order of names."""
    found = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder)
        if not any(part.startswith(".") for part in name.parts):
            found[name.as_posix()] = sha256(path.read_bytes()).hexdigest()
    return found


def hashed(files: Mapping[str, str]) -> str:
    """`sha256:…` over the names and hashes of files, as `hashes` gives them."""
    digest = sha256()
    for name, each in files.items():
        digest.update(f"{name}\0{each}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def with_source(sections: Iterable[Section], origin: Origin) -> tuple[Section, ...]:
    """The sections, with column and offending text on each remark that names only a line of a file."""
    read = cache(_lines)
    return tuple(
        replace(section, remarks=tuple(_with_source(remark, origin, read) for remark in section.remarks))
        for section in sections
    )


def _with_source(remark: Remark, origin: Origin, read: Callable[[Path], tuple[str, ...]]) -> Remark:
    place = remark.place
    if place is None or place.line is None or (place.column is not None and remark.offending):
        return remark
    path = origin.path(place.file)
    lines = read(path) if path else ()
    if place.line > len(lines):
        return remark
    line = lines[place.line - 1]
    if place.column is not None:
        return replace(remark, offending=first_line(line[place.column - 1 :]))
    start = START.match(line)
    column = 1 + (start.end() if start else 0)
    where = Place(place.file, place.line, column)
    return replace(remark, where=str(where), offending=remark.offending or first_line(line[column - 1 :]))


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8", errors="replace").splitlines())
