"""`careplan package` at work: which templates, which charts, where to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from plugin.errors import InputError
from plugin.library.content import content_folder
from plugin.quality.as_text import counted
from plugin.quality.check import template_folders
from plugin.quality.command import run_checks, write_file
from plugin.quality.made import made
from plugin.quality.package.archive import archive
from plugin.quality.package.contents import Contents, gather
from plugin.quality.report import Remark

MOST_NAMED = 10  # faults that a refusal repeats


def refuse_faulty(names: tuple[str, ...], as_of: date) -> None:
    """Check the templates that are named, all when none is; raises InputError with the first faults of all of them.

    as_of: the day of the check. Raises UsageError for a name that is no template.
    """
    reports = run_checks(names, as_of)
    faults = [
        f"{report.name}/{fault}"
        for report in reports
        for fault in (
            *(f"{each.case.file}:{each.case.line}: the case {each.case.id} fails" for each in report.failed),
            *(_named(remark) for section in report.sections for remark in section.remarks if remark.level == "fault"),
        )
    ]
    if not faults:
        return
    more = [f"and {len(faults) - MOST_NAMED} more"] if len(faults) > MOST_NAMED else []
    listed = "\n  ".join([*faults[:MOST_NAMED], *more])
    raise InputError(
        f"nothing was written: the templates have {counted(len(faults), 'fault')}\n  {listed}\n"
        "mend them with careplan check, or write the package all the same with --unchecked"
    )


def _named(remark: Remark) -> str:
    return f"{remark.where}: {remark.text}" if remark.where else remark.text


def write_package(
    path: Path,
    names: tuple[str, ...],
    charts: Mapping[str, Sequence[dict[str, Any]]],
    version: str,
    as_of: date | None = None,
) -> Contents:
    """Write the templates that are named, all when none is, with the profiles as a FHIR package to `path`.

    charts: sample patients whose drafts go along as examples; version: of this software, and so of the package.
    as_of: the day of the examples and of the package; without it that of each template, and of the newest resource.
    Gives what went in. Raises UsageError for a name that is no template, TemplateError where something is no sound
    FHIR, and InputError where the file cannot be written.
    """
    folders, profiles = template_folders(names), content_folder("profiles")
    contents = gather(folders, profiles, charts, as_of, version)
    dates = (str(resource.get("date", "")) for resource in contents.resources.values())
    day = as_of.isoformat() if as_of else max(dates, default="")
    stamp = made(folders, profiles, day, f"careplan-plugin {version}")
    write_file(path, archive(contents, version, stamp))
    return contents
