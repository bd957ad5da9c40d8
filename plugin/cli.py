"""The `careplan` command. It only dispatches; imports wait until a command needs them, so that --help is instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from plugin import __version__
from plugin.doctor.cli import codes, doctor
from plugin.errors import CareplanError, InputError
from plugin.launch.keys_command import keys
from plugin.quality.authoring.cli import new, schemas

if TYPE_CHECKING:
    from plugin.drafting.model import Draft
    from plugin.findings.model import Findings
    from plugin.library.rules import Template

Command = TypeVar("Command", bound=Callable[..., object])

FORMATS = ("text", "json", "fhir", "html")
REPORTS = ("text", "json", "sarif", "html")


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


def _day_of_today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


def _day(_: click.Context, __: click.Parameter, value: str | None) -> date:
    if value is None:
        return _day_of_today()
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is no date; write it as 2026-11-22") from None


def _day_or_none(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    return None if value is None else _day(context, parameter, value)


def _reads_a_chart(command: Command) -> Command:
    """What every command takes that reads one patient's chart from files."""
    for option in reversed(
        (
            click.argument("files", nargs=-1, required=True, metavar="FILE..."),
            click.option("--as-of", callback=_day, metavar="DATE", help="The day to read for; today when left out."),
            click.option(
                "--templates",
                type=click.Path(path_type=Path),
                help="Another template folder than the one that came along.",
            ),
            click.option(
                "--local-codes",
                type=click.Path(path_type=Path),
                metavar="FILE_OR_FOLDER",
                help="ConceptMaps from the site's own codes to standard ones, JSON or YAML.",
            ),
        )
    ):
        command = option(command)
    return command


@main.command()
@_reads_a_chart
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
def draft(files: tuple[str, ...], as_of: date, templates: Path | None, local_codes: Path | None, form: str) -> None:
    """Draft a plan from FILE: a Bundle, a JSON array or NDJSON of one patient's resources; - for stdin."""
    from plugin.drafting.plan import draft_plan

    template, found = _read(files, as_of, templates, local_codes)
    plan = _rendered(draft_plan(found, template, as_of), template, form)
    _print(plan)
    if template.terminology.displays("wording")["placeholder"] in plan:
        click.echo("careplan: this plan prints a text that is still to be written; careplan check names it", err=True)


@main.command()
@_reads_a_chart
@click.option("--format", "form", type=click.Choice(("text", "json", "fhir")), default="text", show_default=True)
@click.option(
    "--all", "everything", is_flag=True, help="List also the facts of which the chart says nothing; JSON and FHIR do."
)
def findings(
    files: tuple[str, ...],
    as_of: date,
    templates: Path | None,
    local_codes: Path | None,
    form: str,
    everything: bool,
) -> None:
    """Read FILE as `draft` does and show the findings: each fact, the results behind it, and what was set aside."""
    template, found = _read(files, as_of, templates, local_codes)
    if form == "text":
        from plugin.findings.as_text import findings_text

        _print(findings_text(found, template.vocabulary, as_of, everything))
        return
    from plugin.drafting.checked import checked
    from plugin.findings.as_fhir import findings_bundle
    from plugin.findings.as_json import findings_json

    if form == "json":
        _print(_json(findings_json(found, template.vocabulary, as_of)))
    else:
        _print(_json(checked(findings_bundle(found, template.vocabulary, as_of, __version__))))


def _read(
    files: tuple[str, ...], as_of: date, templates: Path | None, local_codes: Path | None
) -> tuple[Template, Findings]:
    """The template and what the chart tells by it; what a site's map says in vain goes to stderr."""
    from plugin.chart.files import resources_from_files
    from plugin.findings.reader import read_findings
    from plugin.library.content import default_template_folder
    from plugin.library.template import load_template

    resources = resources_from_files(list(files))
    template = load_template(templates or default_template_folder(), None, local_codes)
    for caution in template.vocabulary.code_sets.cautions:
        click.echo(f"careplan: {caution}", err=True)
    return template, read_findings(resources, template.vocabulary, as_of)


def _json(document: dict[str, Any]) -> str:
    import orjson

    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"


def _print(text: str) -> None:
    """Data goes out as UTF-8 wherever we run, and all of it or an error."""
    try:
        click.echo(text.encode(), nl=False)
    except OSError as error:
        raise InputError(
            f"the output cannot be written to standard output: {error.strerror}; free some space"
        ) from error


def _rendered(plan: Draft, template: Template, form: str) -> str:
    if form in ("json", "fhir"):
        from plugin.drafting.as_json import draft_json
        from plugin.drafting.bundle import draft_bundle
        from plugin.drafting.checked import checked

        return _json(draft_json(plan) if form == "json" else checked(draft_bundle(plan, template, __version__)))
    from plugin.drafting.narrative import as_html, as_text

    return as_html(plan, template) if form == "html" else as_text(plan, template)


@main.command()
@click.argument("templates", nargs=-1, metavar="[TEMPLATE...]")
@click.option("--format", "form", type=click.Choice(REPORTS), default="text", show_default=True)
@click.option("--as-of", callback=_day, metavar="DATE", help="The day of the check; today when left out.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write the results as JUnit XML, too.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the report to file, too.")
@click.option("--sarif", type=click.Path(path_type=Path), metavar="FILE", help="Write the results as SARIF, too.")
@click.option(
    "--thorough",
    is_flag=True,
    help="Make a draft for every case, not only where the check of all at once leaves doubt.",
)
@click.option("--watch", is_flag=True, help="Check again at every save, and tell only what changed; Ctrl-C ends it.")
@click.pass_context
def check(
    ctx: click.Context,
    templates: tuple[str, ...],
    form: str,
    as_of: date,
    junit: Path | None,
    html: Path | None,
    sarif: Path | None,
    thorough: bool,
    watch: bool,
) -> None:
    """Check templates: load them, run their cases, look for rules without cases or sources and for what is unused.

    TEMPLATE: a template's folder or name; all that came along when left out. Exit code 1 where something is to be
    mended.
    """
    if watch:
        from plugin.quality.watching import watch_checks

        ctx.exit(watch_checks(templates, as_of, click.echo))
    from plugin.quality.as_text import verdict
    from plugin.quality.command import rendered, run_checks, write_reports

    reports = run_checks(templates, as_of, thorough=thorough)
    _print(rendered(reports, form, __version__).decode())
    write_reports(reports, {"junit": junit, "html": html, "sarif": sarif}, __version__)
    for report in reports:
        click.echo(f"careplan: {verdict(report)}", err=True)
    if any(report.faults for report in reports):
        ctx.exit(1)


for command in (new, schemas, keys, doctor, codes):
    main.add_command(command)


@main.command()
@click.argument("template", default="", metavar="[TEMPLATE]")
@click.option("--only", default="", metavar="ID", help="Decide this invariant alone.")
@click.option(
    "--counter-example", "example", metavar="ID", help="Print the simplest patient who breaks this invariant, as FHIR."
)
@click.option("--as-of", callback=_day, metavar="DATE", help="The day of a counter-example; today when left out.")
@click.pass_context
def prove(ctx: click.Context, template: str, only: str, example: str | None, as_of: date) -> None:
    """Decide what a template says must hold, over every combination of the facts that it depends on.

    TEMPLATE: a template's folder or name. Exit code 1 where a statement is broken or cannot be decided.
    """
    from plugin.quality.proof.command import counter_example
    from plugin.quality.proof.command import prove as proven

    if example is not None:
        _print(_json(counter_example(template, example, as_of)))
        return
    section, _ = proven(template, only, as_of, lambda line: _print(f"{line}\n"))
    for remark in section.remarks:
        click.echo(f"careplan: {remark.where} {remark.text}", err=True)
    click.echo(f"careplan: {section.summary}", err=True)
    if section.count("fault"):
        ctx.exit(1)


@main.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--cohort",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A file or folder of patients, as Bundles or NDJSON, to draft for by both; may be given again.",
)
@click.option("--as-of", callback=_day, metavar="DATE", help="The day to draft for; today when left out.")
@click.option("--format", "form", type=click.Choice(("text", "json", "html")), default="text", show_default=True)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the difference as a page, too.")
def diff(old: str, new: str, cohort: tuple[Path, ...], as_of: date, form: str, html: Path | None) -> None:
    """What changes between two versions of a template, for every chart there could be, and for whom in a cohort.

    OLD, NEW: a template's folder or name, or REVISION:FOLDER of the git repository that you stand in.
    """
    from plugin.quality.command import write_file
    from plugin.quality.diff.command import find_difference, rendered

    software = f"careplan-plugin {__version__}"
    found = find_difference(old, new, cohort, as_of)
    _print(rendered(found, form, as_of, software).decode())
    if html is not None:
        write_file(html, rendered(found, "html", as_of, software))


@main.command()
@click.argument("template", default="", metavar="[TEMPLATE]")
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--as-of", callback=_day, metavar="DATE", help="The day of a counter-example; today when left out.")
@click.pass_context
def book(ctx: click.Context, template: str, folder: Path, as_of: date) -> None:
    """Write a template as a document that clinicians can read and sign: HTML pages in DIR, and one file to print.

    TEMPLATE: a template's folder or name. Exit code 1 where a case fails, a chart is read otherwise or a statement is
    not proven; the book is written and says so.
    """
    from plugin.quality.command import write_book

    made, first = write_book(folder, template, f"careplan-plugin {__version__}", as_of)
    _print(f"{first}\n")
    if made.failed:
        click.echo(f"careplan: {len(made.failed)} of {made.case_count} cases fail; see careplan check", err=True)
    if made.unproven:
        which = ", ".join(view.verdict.invariant.id for view in made.unproven)
        counted = f"{len(made.unproven)} of {len(made.statements)} statements"
        click.echo(f"careplan: not proven, {counted}: {which}; see careplan prove", err=True)
    if made.charts.failed:
        counted = f"{made.charts.failed} of {made.charts.cases} charts"
        click.echo(f"careplan: {counted} are not read as their cases say; see careplan check", err=True)
    if made.failed or made.unproven or made.charts.failed:
        ctx.exit(1)


@main.command()
@click.argument("templates", nargs=-1, metavar="[TEMPLATE...]")
@click.option("-o", "--output", "path", required=True, type=click.Path(path_type=Path), metavar="FILE.tgz")
@click.option("--as-of", callback=_day_or_none, metavar="DATE", help="The day of the examples; the template's if none.")
@click.option("--unchecked", is_flag=True, help="Write it also where careplan check finds faults, without looking.")
def package(templates: tuple[str, ...], path: Path, as_of: date | None, unchecked: bool) -> None:
    """Write profiles and templates as a FHIR package, with drafts of the sandbox's patients as examples.

    TEMPLATE: a template's folder or name; all that came along when left out. The first drafts the examples, where it
    is for any of these patients. The templates are checked first; exit code 1, and nothing written, where one has a
    fault.
    """
    from plugin.findings.bundle import resources_of
    from plugin.quality.package.write import refuse_faulty, write_package
    from plugin.sandbox.sample_patients import sample_patients

    if not unchecked:
        refuse_faulty(templates, as_of or _day_of_today())
    if not path.parent.is_dir():
        click.echo(f"careplan: making the folder {path.parent}", err=True)
    charts = {patient.id: resources_of(patient.bundle) for patient in sample_patients()}
    made = write_package(path, templates, charts, __version__, as_of)
    _print(f"{path}\n")
    told = f"{len(made.examples)} examples" if made.examples else "no example: the template is for none of our patients"
    click.echo(f"careplan: {len(made.resources)} resources and {told}", err=True)


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


@main.command()
@click.option(
    "--config", type=click.Path(path_type=Path), help="TOML file with settings; CAREPLAN_* variables win over it."
)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--all", "everything", is_flag=True, help="List also what was sent and what was saved anew.")
@click.option("--retry", is_flag=True, help="Send now what waits, without waiting for its time.")
@click.option("--delivery", "number", type=int, metavar="NUMBER", help="With --retry: only this one.")
def outbox(config: Path | None, form: str, everything: bool, retry: bool, number: int | None) -> None:
    """List the plans that wait to be sent to an EHR that gave no answer, and those that were given up.

    Names no patient. Exit code 3 where --retry could not send everything.
    """
    from plugin.settings import load_settings
    from plugin.web import outbox_command

    if number is not None and not retry:
        raise click.UsageError("--delivery says which one to retry: give --retry with it")
    settings = load_settings(config)
    if retry:
        outbox_command.retry(settings, number)
    entries = outbox_command.entries_of(settings, everything)
    if form == "json":
        _print(_json({"outbox": outbox_command.as_json(entries, settings)}))
    else:
        _print(outbox_command.as_text(entries, settings))
    click.echo(f"careplan: {outbox_command.looked_into(settings)}", err=True)


if __name__ == "__main__":
    main()
