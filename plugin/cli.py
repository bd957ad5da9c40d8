"""The `careplan` command. It only dispatches; imports wait until a command needs them, so that --help is instant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plugin import __version__
from plugin.errors import CareplanError, InputError

if TYPE_CHECKING:
    from plugin.drafting.model import Draft
    from plugin.library.rules import Template

FORMATS = ("text", "json", "fhir", "html")


class Careplan(click.Group):
    """Turns our errors into one message on stderr and the exit code of the contract."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a CareplanError ends it with its own exit code, never with a traceback."""
        try:
            return super().invoke(ctx)
        except CareplanError as error:
            click.echo(f"careplan: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=Careplan)
@click.version_option(__version__, prog_name="careplan")
def main() -> None:
    """Draft guideline-consistent care plans from FHIR charts, for a clinician to review.

    Decision support: it never orders, doses or activates anything.
    """


def _day(_: click.Context, __: click.Parameter, value: str | None) -> date:
    if value is None:
        return datetime.now(tz=UTC).astimezone().date()
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is no date; write it as 2026-11-22") from None


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--as-of", callback=_day, metavar="DATE", help="The day to draft for; today when left out.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "--templates", type=click.Path(path_type=Path), help="Another template folder than the one that came along."
)
def draft(files: tuple[str, ...], as_of: date, form: str, templates: Path | None) -> None:
    """Draft a plan from FILE: a Bundle, a JSON array or NDJSON of one patient's resources; - for stdin."""
    from plugin.chart.files import resources_from_files
    from plugin.drafting.plan import draft_plan
    from plugin.findings.reader import read_findings
    from plugin.library.content import default_template_folder
    from plugin.library.template import load_template

    resources = resources_from_files(list(files))
    template = load_template(templates or default_template_folder())
    findings = read_findings(resources, template.vocabulary, as_of)
    _print(_rendered(draft_plan(findings, template, as_of), template, form))


def _print(text: str) -> None:
    """Data goes out as UTF-8 wherever we run, and all of it or an error."""
    try:
        click.echo(text.encode(), nl=False)
    except OSError as error:
        raise InputError(
            f"the draft cannot be written to standard output: {error.strerror}; free some space"
        ) from error


def _rendered(plan: Draft, template: Template, form: str) -> str:
    if form in ("json", "fhir"):
        import orjson

        from plugin.drafting.as_json import draft_json
        from plugin.drafting.bundle import draft_bundle
        from plugin.drafting.checked import checked

        document = draft_json(plan) if form == "json" else checked(draft_bundle(plan, template, __version__))
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"
    from plugin.drafting.narrative import as_html, as_text

    return as_html(plan, template) if form == "html" else as_text(plan, template)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Port of the sandbox EHR.")
@click.option("--fhir-server", metavar="URL", help="Use this FHIR R4 server instead of starting one.")
def demo(port: int, fhir_server: str | None) -> None:
    """Start a sandbox EHR with sample patients and the plug-in on this machine."""
    from plugin.sandbox.demo import run_demo

    run_demo(port=port, fhir_server=fhir_server)


@main.command()
@click.option(
    "--config", type=click.Path(path_type=Path), help="TOML file with settings; CAREPLAN_* variables win over it."
)
@click.option("--bind", default="127.0.0.1:8766", show_default=True, metavar="HOST:PORT")
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes of 16 threads. Each keeps its own copy of the charts under review.",
)
def serve(config: Path | None, bind: str, workers: int) -> None:
    """Serve the plug-in alone, for real EHRs, on a production WSGI server."""
    from plugin.web.serving import serve_forever

    serve_forever(config, bind, workers)
