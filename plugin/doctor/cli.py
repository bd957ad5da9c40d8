"""`careplan doctor`: is a FHIR server fit for us. Imports wait until the command runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plugin import __version__
from plugin.doctor.codes.cli import codes
from plugin.doctor.shared import access_options, write_out
from plugin.errors import UsageError

if TYPE_CHECKING:
    from plugin.doctor.report import Report

__all__ = ["codes", "doctor"]


@click.command()
@click.argument("iss", metavar="ISS")
@access_options
@click.option("--try-writing", is_flag=True, help="Write to the first --patient, a test patient, and remove it again.")
@click.option(
    "--slow-after", type=click.FloatRange(0.01), default=3.0, show_default=True, help="Seconds that a search may take."
)
@click.option(
    "--templates", type=click.Path(path_type=Path), help="Another template folder than the one that came along."
)
@click.option(
    "--local-codes", type=click.Path(path_type=Path), metavar="FILE_OR_FOLDER", help="The site's ConceptMaps."
)
@click.option("--format", "form", type=click.Choice(("text", "json", "html")), default="text", show_default=True)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the report as a page, too.")
@click.pass_context
def doctor(
    ctx: click.Context,
    iss: str,
    patients: tuple[str, ...],
    token: str,
    granted: str,
    config: Path | None,
    try_writing: bool,
    slow_after: float,
    templates: Path | None,
    local_codes: Path | None,
    form: str,
    html: Path | None,
) -> None:
    """Say whether the FHIR server at ISS is fit for the plug-in, and what has to be changed, by whom.

    Without a token only what is public is looked at. Give the token in CAREPLAN_DOCTOR_TOKEN, or backend credentials
    in the settings with --config. Exit code 1 where the server has faults, 3 where it cannot be reached.
    """
    from plugin.doctor.examine import Wish, examine
    from plugin.doctor.shared import let_in, limits_of, server_address, vocabulary_of

    if try_writing and not patients:
        raise click.UsageError("--try-writing needs --patient ID, a test patient whose chart may be written to")
    if html is not None:
        _check_place(html)  # before the examination, which takes its time
    address = server_address(iss)
    limits = limits_of(config)
    wish = Wish(address, patients, try_writing, slow_after)
    access = let_in(address, token, granted, config, limits, _now)
    vocabulary = vocabulary_of(templates, local_codes) if patients else None
    report = examine(wish, access, vocabulary, limits, _now, lambda step: click.echo(f"careplan: {step} …", err=True))
    write_out(_rendered(report, form))
    if html is not None:
        from plugin.quality.command import write_file

        write_file(html, _rendered(report, "html").encode())
        click.echo(f"careplan: the page is in {html}", err=True)
    click.echo(f"careplan: {report.in_words}", err=True)
    if not report.reached:
        ctx.exit(3)
    if report.checks("fault"):
        ctx.exit(1)


def _check_place(page: Path) -> None:
    """Raises UsageError where a page cannot be written; a folder that is not there is a slip of the pen, not a wish."""
    if page.is_dir():
        raise UsageError(f"{page} is a folder: name a file in it for the page")
    if not page.parent.is_dir():
        raise UsageError(f"{page} cannot be written, there is no folder {page.parent}: make it, or name another file")


def _now() -> datetime:
    return datetime.now(tz=UTC).astimezone()


def _rendered(report: Report, form: str) -> str:
    software = f"careplan-plugin {__version__}"
    if form == "json":
        import orjson

        from plugin.doctor.as_json import report_json

        return orjson.dumps(report_json(report, software), option=orjson.OPT_INDENT_2).decode() + "\n"
    if form == "html":
        from plugin.doctor.as_html import report_html

        return report_html(report, software)
    from plugin.doctor.as_text import report_text

    return report_text(report)
