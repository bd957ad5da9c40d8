"""A small, complete template about an invented condition, so that a check takes a moment and a fault can be planted."""

from __future__ import annotations

import shutil
from pathlib import Path

from plugin.library.content import content_folder

HOME = Path(__file__).parent / "small"
# Code sets of the real templates that list codes of categories which the small one does not have.
NOT_SHARED = ("ValueSet-category-group-*.json",)


def small_template(folder: Path) -> Path:
    """A copy of the small template, to be changed at will."""
    return shutil.copytree(HOME / "template", folder / "lantern-fever")


def small_profiles(folder: Path) -> Path:
    """The shared profiles with the small template's own code systems in place of the real ones; the rest are links."""
    profiles = folder / "profiles"
    profiles.mkdir()
    own = {file.name for file in (HOME / "profiles").iterdir()}
    shared = content_folder("profiles")
    left_out = {file.name for pattern in NOT_SHARED for file in shared.glob(pattern)}
    for file in shared.glob("*.json"):
        if file.name not in own | left_out:
            (profiles / file.name).symlink_to(file)
    for name in own:
        shutil.copy(HOME / "profiles" / name, profiles / name)
    return profiles
