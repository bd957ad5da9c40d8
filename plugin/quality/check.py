"""Checking templates: everything that is wrong, what should be closed before a release, and what is good to know."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from plugin.errors import TemplateError, UsageError
from plugin.library.content import content_folder
from plugin.library.rules import Template
from plugin.library.side_by_side import side_by_side
from plugin.library.template import compiled, read_source
from plugin.quality.bookkeeping import LONG, SECTIONS
from plugin.quality.cases import case_documents, cases_in
from plugin.quality.charts.files import read_chart_cases
from plugin.quality.charts.running import run_chart_cases
from plugin.quality.material import Material, gathered
from plugin.quality.origin import origin_of, with_source
from plugin.quality.report import Section, TemplateReport, remark_of
from plugin.quality.running import Outcome
from plugin.quality.side_by_side import WORTH_IT, run_cases, settle_cases

# (cases done, cases in all), called after each case.
Progress = Callable[[int, int], None]


def check_template(
    folder: Path,
    as_of: date,
    profiles: Path | None = None,
    progress: Progress | None = None,
    *,
    thorough: bool = False,
) -> TemplateReport:
    """What there is to say about the template in `folder`; a template that does not load has its faults and no more.

    as_of: the day of the check.
    profiles: the folder of ValueSets and CodeSystems; the installed one when None.
    thorough: make a draft for every case, also where the policy over all of them tells what it gets.
    """
    day = as_of.isoformat()
    began = time.monotonic()
    profiles = profiles or content_folder("profiles")
    origin = origin_of(folder, profiles)
    try:
        source = read_source(folder)
        template = compiled(source, profiles)
    except TemplateError as error:
        broken = with_source([Section("Loading", 1, tuple(map(remark_of, error.faults)))], origin)
        return TemplateReport(folder.name, "", broken, (), time.monotonic() - began, as_of=day, origin=origin)
    case_files, malformed = case_documents(folder)
    cases, faults = cases_in(case_files, template)
    outcomes: dict[int, Outcome] = {}
    running = enumerate(run_cases(cases, template)) if thorough else settle_cases(cases, template)
    for place, outcome in running:
        outcomes[place] = outcome
        if progress is not None:
            progress(len(outcomes), len(cases))
    charts = read_chart_cases(folder, template)
    read = tuple(run_chart_cases(charts.cases, template))
    material = replace(
        gathered(template, source, case_files, tuple(outcomes[place] for place in range(len(cases))), as_of),
        charts=charts,
        chart_outcomes=read,
    )
    worth_it = 1 if len(cases) >= WORTH_IT else len(SECTIONS) + 1
    longest_first = sorted(SECTIONS, key=lambda check: LONG.index(check) if check in LONG else len(LONG))
    found = side_by_side(partial(_section, material=material), longest_first, worth_it=worth_it, together=1)
    said = dict(zip(longest_first, found, strict=True))
    sections = (
        Section("Loading", len(template.resources)),
        Section("Case files", len(cases), tuple(map(remark_of, (*malformed, *faults)))),
        *(said[check] for check in SECTIONS),
    )
    return TemplateReport(
        folder.name,
        _title(template),
        with_source(sections, origin),
        material.outcomes,
        time.monotonic() - began,
        template.version,
        template.date,
        day,
        origin,
    )


def _section(check: Callable[[Material], Section], material: Material) -> Section:
    """What a check says, with a name for machines: its own, else that of the function that made it."""
    section = check(material)
    return section if section.id else replace(section, id=check.__name__.strip("_").replace("_", "-"))


def template_folders(names: tuple[str, ...]) -> tuple[Path, ...]:
    """The folders that the command line names, by path or by the name of a template that came along; all when none.

    Raises UsageError for a name that is neither.
    """
    home = content_folder("templates")
    known = sorted(path for path in home.iterdir() if path.is_dir())
    if not names:
        return tuple(known)
    return tuple(_folder(name, known) for name in names)


def _folder(name: str, known: list[Path]) -> Path:
    by_name = {path.name: path for path in known}
    if name in by_name and not Path(name).is_dir():
        return by_name[name]
    if Path(name).is_dir():
        return Path(name).resolve()
    raise UsageError(f"'{name}' is no template; give a folder, or one of: {', '.join(by_name)}")


def _title(template: Template) -> str:
    return f"{template.title}, version {template.version}"
