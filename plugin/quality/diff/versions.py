"""The two versions to compare: folders, names of templates that came along, or a folder in a git revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from plugin.errors import UsageError
from plugin.library.content import content_folder
from plugin.library.rules import Template
from plugin.library.template import load_template
from plugin.quality.check import template_folders

PROFILES = "profiles"


@dataclass(frozen=True, slots=True)
class Version:
    """One version, loaded. name: as it was asked for."""

    name: str
    template: Template


@contextmanager
def version(name: str) -> Iterator[Version]:
    """The version that `name` stands for, for as long as its files are needed.

    name: a folder, a template's name, or `REVISION:FOLDER` of the git repository that we stand in.
    Raises UsageError where there is no such folder or revision, and TemplateError where the template is broken.
    """
    revision, colon, path = name.partition(":")
    if not colon or Path(name).is_dir():
        [folder] = template_folders((name,))
        yield Version(name, load_template(folder, _profiles_beside(folder)))
        return
    with TemporaryDirectory() as root:
        folder = _checked_out(revision, path.rstrip("/"), Path(root))
        yield Version(name, load_template(folder, _profiles_beside(folder)))


def _profiles_beside(folder: Path) -> Path:
    """The profiles of the same working copy; the installed ones where the folder stands alone."""
    beside = folder.parent.parent / PROFILES
    return beside if beside.is_dir() else content_folder(PROFILES)


def _checked_out(revision: str, path: str, root: Path) -> Path:
    """The template's folder and the profiles as they were in a revision, under `root`."""
    if not path:
        raise UsageError(f"'{revision}:' names no folder; write REVISION:FOLDER, such as v0.1.0:templates/my-template")
    profiles = Path(path).parent.parent / PROFILES
    archived = _archived(revision, [path, str(profiles)]) or _archived(revision, [path])
    if archived is None:
        raise UsageError(
            f"git has no '{path}' in '{revision}'; stand in the repository, and name a revision and folder"
        )
    with tarfile.open(fileobj=io.BytesIO(archived)) as archive:
        archive.extractall(root, filter="data")
    return root / path


def _archived(revision: str, paths: list[str]) -> bytes | None:
    command = ["git", "archive", "--format=tar", revision, "--", *paths]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise UsageError(f"git is not installed, so that '{revision}' cannot be read; give a folder") from error
    return done.stdout if done.returncode == 0 else None
