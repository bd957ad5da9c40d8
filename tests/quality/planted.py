"""Deliberate faults: each is planted in a copy of the small template, which is then checked.

`python -m tests.quality.planted` prints what is caught, and what survives with what was reported in its place. A fault
of `faults/*.yaml` says:

kind            what sort of fault it is
file            of the small template or its profiles; find, write: the one edit; after: search only behind this text
also            a second edit, where the first alone would be caught by something else
where           the file that must be named, when another than the edited one
at              text on the line that must be named: the nearest at or before the edit, else the first in the file; the
                first line of the edit when left out. line_after: so many lines further down
says            regular expression that the remark must match
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import click
import yaml

from plugin.quality.check import check_template
from plugin.quality.report import TemplateReport
from tests.quality.small_template import small_profiles, small_template

AS_OF = date(2026, 11, 29)
TEMPLATE = "template/"


@dataclass(frozen=True)
class Planted:
    """One deliberate fault, as its file says."""

    id: str
    raw: dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What a check said of a planted fault: the place that should be named, and every (place, text) that was."""

    expected: str
    says: str
    reported: tuple[tuple[str, str], ...]

    @property
    def caught(self) -> bool:
        """Whether the right place is named with the right words."""
        return any(where == self.expected and re.search(self.says, text) for where, text in self.reported)

    @property
    def named(self) -> bool:
        """Whether the right place is named at all."""
        return any(where == self.expected for where, _ in self.reported)


def planted_faults() -> list[Planted]:
    """Every fault of `faults/*.yaml`, in the order of the files."""
    files = sorted((Path(__file__).parent / "faults").glob("*.yaml"))
    return [Planted(raw["id"], raw) for file in files for raw in yaml.safe_load(file.read_text())]


@cache
def shared_profiles() -> Path:
    """The profiles of the small template, for faults that leave them alone."""
    return small_profiles(Path(tempfile.mkdtemp()))


def verdict(fault: Planted, folder: Path) -> Verdict:
    """What the check says once the fault stands in a copy under `folder`."""
    raw = fault.raw
    template = small_template(folder)
    profiles = shared_profiles() if raw["file"].startswith(TEMPLATE) else small_profiles(folder)
    edited = _path(raw["file"], template, profiles)
    position = _edit(edited, raw)
    if "also" in raw:
        _edit(_path(raw["also"]["file"], template, profiles), raw["also"])
    named = raw.get("where", raw["file"].removeprefix(TEMPLATE))
    line = _line(_path(named, template, profiles), raw, position if "where" not in raw else 0)
    report = check_template(template, AS_OF, profiles)
    return Verdict(f"{named}:{line}", raw["says"], tuple(_reported(report)))


def _path(name: str, template: Path, profiles: Path) -> Path:
    if name.startswith("profiles/"):
        return profiles / name.removeprefix("profiles/")
    return template / name.removeprefix(TEMPLATE)


def _edit(path: Path, raw: dict[str, Any]) -> int:
    """Make the edit and give where it begins; what is to be found stands there once."""
    text = path.read_text()
    start = text.index(raw["after"]) if "after" in raw else 0
    found = text.find(raw["find"], start)
    if found < 0 or ("after" not in raw and text.count(raw["find"]) != 1):
        raise AssertionError(f"{path.name} holds {text.count(raw['find'])} times: {raw['find']}")
    path.write_text(text[:found] + raw["write"] + text[found + len(raw["find"]) :])
    return found


def _line(path: Path, raw: dict[str, Any], position: int) -> int:
    text = path.read_text()
    if "at" in raw:
        end_of_edit = position + len(raw["write"])
        before = text.rfind(raw["at"], 0, max(end_of_edit, position + len(raw["at"])))
        position = before if before >= 0 and "where" not in raw else text.index(raw["at"])
    return 1 + text.count("\n", 0, position) + raw.get("line_after", 0)


def _reported(report: TemplateReport) -> Iterator[tuple[str, str]]:
    for section in report.sections:
        for remark in section.remarks:
            if remark.level != "note":
                yield (f"{remark.place.file}:{remark.place.line}" if remark.place else ""), remark.text
    for outcome in report.failed:
        for miss in outcome.misses:
            yield f"{outcome.case.file}:{outcome.case.line}", str(miss)


def main() -> int:
    """Plant every fault and print the score; 1 where one survives that must be caught."""
    faults = planted_faults()
    survivors = 0
    for fault in faults:
        with tempfile.TemporaryDirectory() as folder:
            found = verdict(fault, Path(folder))
        if not found.caught:
            survivors += 1
            click.echo(f"survived: {fault.id} ({fault.raw['kind']}), expected {found.expected}: {found.says}")
            for where, text in found.reported:
                click.echo(f"    {where}: {' '.join(text.split())}")
    click.echo(f"caught {len(faults) - survivors} of {len(faults)}")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
