"""`careplan check` and `careplan book` at work: progress on stderr, the reports to print, and the files beside."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from plugin.errors import InputError, TemplateError
from plugin.library.content import content_folder, default_template_folder
from plugin.library.template import load_template
from plugin.quality.as_text import report_text
from plugin.quality.book.model import Book, make_book
from plugin.quality.book.render import INDEX, render_book
from plugin.quality.cases import read_cases
from plugin.quality.charts.files import read_chart_cases
from plugin.quality.charts.running import run_chart_cases
from plugin.quality.check import check_template, template_folders
from plugin.quality.junit import junit_xml
from plugin.quality.made import made
from plugin.quality.proof.decide import decided
from plugin.quality.report import TemplateReport
from plugin.quality.reports.as_html import reports_html
from plugin.quality.reports.as_json import reports_json
from plugin.quality.reports.sarif import reports_sarif
from plugin.quality.running import Outcome
from plugin.quality.side_by_side import run_cases

SOFTWARE = "careplan-plugin"
REDRAW_SECONDS = 0.1


def run_checks(names: tuple[str, ...], as_of: date, *, thorough: bool = False) -> tuple[TemplateReport, ...]:
    """The report of every template that is named, all when none is; as_of: the day of the check.

    Raises UsageError for a name that is no template.
    """
    reports = []
    for folder in template_folders(names):
        with ShownProgress(folder.name) as shown:
            reports.append(check_template(folder, as_of, progress=shown.tell, thorough=thorough))
    return tuple(reports)


def rendered(reports: Sequence[TemplateReport], form: str, version: str) -> bytes:
    """The reports as `text`, `json`, `sarif`, `html` or `junit`, in UTF-8; version: of what makes them."""
    match form:
        case "json":
            return _json(reports_json(reports, f"{SOFTWARE} {version}"))
        case "sarif":
            return _json(reports_sarif(reports, (SOFTWARE, version), Path.cwd()))
        case "html":
            return reports_html(reports, f"{SOFTWARE} {version}").encode()
        case "junit":
            return junit_xml(reports)
    return "\n".join(map(report_text, reports)).encode()


def write_reports(reports: Sequence[TemplateReport], files: Mapping[str, Path | None], version: str) -> None:
    """Write the reports beside; files: format -> where to. Raises InputError for one that cannot be written."""
    for form, path in files.items():
        if path is not None:
            write_file(path, rendered(reports, form, version))


def _json(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def write_file(path: Path, content: bytes) -> None:
    """Write a file, making its folder; raises InputError with the reason where that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}; choose a folder that can be") from error


def write_book(folder: Path, name: str, software: str, as_of: date) -> tuple[Book, Path]:
    """Make the book of the template that is named, the default one when the name is empty, in `folder`.

    software: name and version of what makes it. as_of: the day for which it is made.
    Gives the book and its first page. Raises UsageError for a name that is no template, TemplateError where it, its
    cases or its invariants are broken, and InputError where a file cannot be written.
    """
    template_folder = template_folders((name,))[0] if name else default_template_folder()
    template = load_template(template_folder)
    cases, faults = read_cases(template_folder, template)
    if faults:
        raise TemplateError(list(faults))
    outcomes: list[Outcome] = []
    with ShownProgress(template_folder.name) as shown:
        for outcome in run_cases(cases, template):
            outcomes.append(outcome)
            shown.tell(len(outcomes), len(cases))
    verdicts, unread = decided(template, template_folder, as_of)
    if unread:
        raise TemplateError(list(unread))
    charts = read_chart_cases(template_folder, template)
    if charts.faults:
        raise TemplateError(list(charts.faults))
    stamp = made((template_folder,), content_folder("profiles"), as_of.isoformat(), software)
    book = make_book(template, outcomes, verdicts, stamp, tuple(run_chart_cases(charts.cases, template)))
    for file, html in render_book(book).items():
        write_file(folder / file, html.encode())
    return book, folder / INDEX


class ShownProgress:
    """A bar on stderr, on a terminal only, drawn from this thread: the cases fork, which no other thread may see."""

    def __init__(self, name: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        self.task: TaskID = self.bar.add_task(f"{name}: loading", total=None)
        self.name = name
        self.drawn = 0.0

    def __enter__(self) -> ShownProgress:
        self.bar.start()
        self.bar.refresh()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def tell(self, done: int, total: int) -> None:
        """So many of so many cases are done."""
        now = time.monotonic()
        if now - self.drawn >= REDRAW_SECONDS or done == total:
            self.drawn = now
            self.bar.update(self.task, description=f"{self.name}: cases", completed=done, total=total, refresh=True)
