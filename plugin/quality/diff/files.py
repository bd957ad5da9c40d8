"""Files that differ: what a comparison of rules says nothing of may still stand in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that only one version has, or that says something else. name: with its folder."""

    name: str
    change: Literal["added", "removed", "changed"]


def changed_files(folder: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[ChangedFile]:
    """old, new: relative name -> hash; folder: what stands before the names, or nothing."""
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name):
            continue
        change: Literal["added", "removed", "changed"] = "changed"
        if name not in old:
            change = "added"
        elif name not in new:
            change = "removed"
        yield ChangedFile(f"{folder}{name}", change)
