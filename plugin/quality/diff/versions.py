"""The two versions to compare: folders, names of templates that came along, or a folder in a git revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from plugin.errors import Fault, UsageError
from plugin.library.content import content_folder
from plugin.library.rules import Template
from plugin.library.template import load_template
from plugin.quality.cases import Case, read_cases
from plugin.quality.check import template_folders
from plugin.quality.origin import hashed, hashes
from plugin.quality.proof.invariants import Invariant, read_invariants

PROFILES = "profiles"


@dataclass(frozen=True, slots=True)
class Version:
    """One version, loaded. name: as it was asked for.

    files, profiles: relative name -> hash of every file of the template, and of the profiles that it was loaded with.
    unread: what is wrong with the cases and statements that cannot be read.
    """

    name: str
    template: Template
    files: Mapping[str, str]
    profiles: Mapping[str, str]
    statements: tuple[Invariant, ...]
    cases: tuple[Case, ...]
    unread: tuple[Fault, ...]

    @property
    def content(self) -> str:
        """`sha256:…` over all files of the template, as reports of a check have it."""
        return hashed(self.files)

    @property
    def profiles_content(self) -> str:
        """`sha256:…` over all profiles, as reports of a check have it."""
        return hashed(self.profiles)


@contextmanager
def version(name: str) -> Iterator[Version]:
    """The version that `name` stands for, for as long as its files are needed.

    name: a folder, a template's name, or `REVISION:FOLDER` of the git repository that we stand in.
    Raises UsageError where there is no such folder or revision, and TemplateError where the template is broken.
    """
    revision, colon, path = name.partition(":")
    if not colon or Path(name).is_dir():
        [folder] = template_folders((name,))
        yield _loaded(name, folder)
        return
    with TemporaryDirectory() as root:
        yield _loaded(name, _checked_out(revision, path.rstrip("/"), Path(root)))


def _loaded(name: str, folder: Path) -> Version:
    profiles = _profiles_beside(folder)
    template = load_template(folder, profiles)
    statements, wrong = read_invariants(folder, template)
    cases, faults = read_cases(folder, template)
    return Version(name, template, hashes(folder), hashes(profiles), statements, cases, (*wrong, *faults))


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
        raise UsageError(_why_not(revision, path))
    with tarfile.open(fileobj=io.BytesIO(archived)) as archive:
        archive.extractall(root, filter="data")
    return root / path


def _why_not(revision: str, path: str) -> str:
    if _git("rev-parse", "--git-dir") is None:
        return f"this folder is in no git repository, so there is no '{revision}:{path}'; go to one, or give folders"
    if _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        return f"git has no revision '{revision}'; git log and git tag list those that there are"
    return f"git has no '{path}' in '{revision}'; name a folder as seen from here, such as templates/my-template"


def _archived(revision: str, paths: list[str]) -> bytes | None:
    return _git("archive", "--format=tar", revision, "--", *paths)


def _git(*arguments: str) -> bytes | None:
    """What git answers; None where it refuses."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError as error:
        raise UsageError("git is not installed, so that no revision can be read; give folders") from error
    return done.stdout if done.returncode == 0 else None
