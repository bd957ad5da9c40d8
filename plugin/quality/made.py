"""What a book or a package was made from, when and with what: so that a signature is bound to a content."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plugin.quality.origin import content_hash


@dataclass(frozen=True, slots=True)
class Made:
    """The stamp of a document.

    content: folder of a template -> `sha256:…` of it. profiles: the same of the profiles.
    on: the day for which it was made, as ISO writes it. software: name and version.
    commit: of the software; empty where nobody knows.
    """

    content: dict[str, str]
    profiles: str
    on: str
    software: str
    commit: str

    @property
    def template(self) -> str:
        """The hash of the only template, or of the first."""
        return next(iter(self.content.values()))


def made(folders: Sequence[Path], profiles: Path, on: str, software: str) -> Made:
    """The stamp of what is made of these folders now."""
    return Made({each.name: content_hash(each) for each in folders}, content_hash(profiles), on, software, commit())


@cache
def commit() -> str:
    """The commit of the software's own checkout, `-dirty` where it was changed; empty where it is none."""
    home, git = Path(__file__).resolve().parents[1], shutil.which("git")
    if git is None or not (home.parent / ".git").exists():
        return ""
    command = [git, "-C", str(home), "describe", "--always", "--dirty", "--abbrev=12", "--exclude", "*"]
    told = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603
    return told.stdout.strip() if told.returncode == 0 else ""
