"""`careplan new`: the pieces of a template, each begun with one command. Imports wait until a command needs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

IN_TEMPLATE = "TEMPLATE: a template's folder or name."


def _folder(_: click.Context, __: click.Parameter, value: str) -> Path:
    from plugin.library.content import default_template_folder
    from plugin.quality.check import template_folders

    return template_folders((value,))[0] if value else default_template_folder()


template_argument = click.argument("template", callback=_folder, metavar="TEMPLATE")


@click.group()
def new() -> None:
    """Begin a template or a piece of one: comments of what is there stay, and nothing is ever overwritten."""


@new.command("template")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--title", required=True, help="What the template is for, as people read it.")
def template_command(folder: Path, title: str) -> None:
    """Begin a whole template in FOLDER, which must not be there yet: it loads and passes `careplan check` at once."""
    from plugin.quality.authoring.new_template import new_template

    files = new_template(folder, title)
    _tell(
        folder,
        files,
        f"see it green, and what is still to be written: careplan check {folder}",
        "add a source, a finding, a category and a rule: careplan new --help, or docs/authoring.md",
    )


@new.command("source")
@template_argument
@click.argument("source", metavar="ID")
@click.option("--organisation", required=True, help="Who published it, in short.")
@click.option("--title", required=True)
@click.option("--year", required=True, type=click.IntRange(1900, 2200))
@click.option("--url", default="", help="Its address, best a DOI.")
@click.option(
    "--kind",
    default="guideline",
    show_default=True,
    type=click.Choice(("guideline", "label", "trial", "consensus", "regulation", "review")),
)
@click.option(
    "--read",
    type=click.DateTime(("%Y-%m-%d",)),
    help="The day on which you read the document itself; without it the source is never printed as a citation.",
)
def source_command(
    template: Path, source: str, organisation: str, title: str, year: int, url: str, kind: str, read: object
) -> None:
    """Add a source to evidence.yaml, for rules to cite by its ID."""
    from plugin.quality.authoring.new_source import SourceWish, new_source

    day = f"{read:%Y-%m-%d}" if read else ""
    files = new_source(template, SourceWish(source, organisation, title, kind, year, url, day))
    _tell(template, files, f"cite it: careplan new rule … --cites {source}")


@new.command("finding")
@template_argument
@click.argument("finding", metavar="CODE")
@click.option("--label", required=True, help="What people read.")
@click.option("--type", "kind", required=True, type=click.Choice(("boolean", "code", "integer", "decimal")))
@click.option("--group", required=True, help="The heading under which it stands, such as Laboratory.")
@click.option("--value", "values", multiple=True, help="A value of a code; once for each.")
@click.option("--unit", default="", help="Of a number, as UCUM writes it: %, g/dL, mmol/L.")
@click.option("--minimum", type=float, help="Of a number: less is a mistake and no result.")
@click.option("--maximum", type=float, help="Of a number: more is a mistake and no result.")
@click.option("--tests", multiple=True, metavar="VALUESET", help="The tests, or Conditions, that tell it in the chart.")
@click.option("--valid-days", type=click.IntRange(1), help="How many days a result of the tests counts.")
@click.option("--answers", multiple=True, metavar="CONCEPTMAP", help="What the tests answer, as values of a code.")
@click.option("--settled-by", default="", metavar="ASSESSMENT", help="The assessment that would settle it.")
@click.option("--asked-of", default="chart", show_default=True, type=click.Choice(("chart", "clinician")))
@click.option(
    "--presumed", default="", metavar="'VALUE: REASON'", help="What is taken as so while nothing is recorded, and why."
)
def finding_command(template: Path, finding: str, kind: str, **wishes: Any) -> None:
    """Add a finding: a fact that conditions can ask for. CODE my-fact is %myFact in them."""
    from plugin.library.vocabulary import variable_name
    from plugin.quality.authoring.new_finding import FindingWish, new_finding

    wish = FindingWish(code=finding, type=kind, **wishes)
    files = new_finding(template, wish)
    read = "" if wish.tests else "; nothing in the chart tells it yet, only a clinician can state it"
    _tell(template, files, f"ask for it in a condition: %{variable_name(finding)}{read}")


@new.command("category")
@template_argument
@click.argument("code", metavar="CODE")
@click.option("--title", required=True, help="What people read.")
@click.option("--description", default="", help="What it is, in words for a clinician: no dose, no order.")
@click.option(
    "--kind",
    default="treatment",
    show_default=True,
    type=click.Choice(("treatment", "assessment", "support", "alert")),
)
@click.option("--topic", default="", help="The heading under which the page groups it.")
@click.option(
    "--request",
    default="",
    type=click.Choice(("", "MedicationRequest", "ServiceRequest", "DeviceRequest", "NutritionOrder", "Appointment")),
    help="The FHIR request that it would become; what is usual for its kind when left out.",
)
def category_command(
    template: Path, code: str, title: str, description: str, kind: str, topic: str, request: str
) -> None:
    """Add what rules can list: a treatment category, an assessment, supportive care, or the code of an alert."""
    from plugin.quality.authoring.new_item import new_item

    files = new_item(template, code, title, description, kind, topic, request)
    _tell(template, files, f"write the rule that lists it: careplan new rule {_shown(template)} ID --for {code} …")


@new.command("rule")
@template_argument
@click.argument("rule", metavar="ID")
@click.option(
    "--for", "item", required=True, metavar="CODE", help="The category, assessment, care or alert it is about."
)
@click.option("--when", required=True, metavar="CONDITION", help='When it holds, such as "%pain and %ecog <= 2".')
@click.option("--title", required=True, help="In a few words what the rule says.")
@click.option("--reason", default="", help="What a clinician reads as the reason; the title when left out.")
@click.option("--part", default="", metavar="NAME", help="Of a treatment rule: its file, pathways/NAME.yaml.")
@click.option("--judgement", is_flag=True, help="It leaves the category to the clinician instead of offering it.")
@click.option(
    "--gate",
    default="",
    type=click.Choice(("", "not-offered", "judgement", "conditional")),
    help="It opens nothing: where it holds, the category is moved there.",
)
@click.option("--level", default="warning", show_default=True, type=click.Choice(("info", "warning", "critical")))
@click.option("--cites", multiple=True, metavar="SOURCE", help="A source of evidence.yaml; once for each.")
@click.option("--unsourced", is_flag=True, help="No source was read: the rule says so wherever it is shown.")
@click.option(
    "--encodes", multiple=True, metavar="TEXT", help="The recommendation it encodes, as the source numbers it."
)
@click.option(
    "--evidence",
    default="guideline-consensus",
    show_default=True,
    type=click.Choice(
        (
            *("guideline-evidence-based", "guideline-consensus", "label", "accelerated-label", "phase-3-trial"),
            *("phase-2-trial", "single-arm", "consensus-definition", "regulation", "knowledge"),
        )
    ),
)
@click.option("--confidence", default="moderate", show_default=True, type=click.Choice(("high", "moderate", "low")))
def rule_command(template: Path, cites: tuple[str, ...], unsourced: bool, rule: str, **wishes: str) -> None:
    """Add a rule with its first cases: one where it holds, one where it does not, one not decided."""
    from plugin.quality.authoring.new_rule import RuleWish, new_rule

    if bool(cites) == unsourced:
        raise click.UsageError("give --cites SOURCE, or --unsourced where no source was read; never both")
    made = new_rule(template, RuleWish(id=rule, cites=cites, **wishes))  # type: ignore[arg-type]
    _tell(
        template,
        made.files,
        "read the cases that were made from the condition, and say what each patient must get",
        *made.to_do,
        f"see what comes: careplan check --watch {_shown(template)}",
    )


def _shown(template: Path) -> str:
    """The folder as it can be typed from here."""
    here = Path.cwd()
    return str(template.relative_to(here) if template.is_relative_to(here) else template)


def _tell(folder: Path, files: tuple[str, ...], *next_steps: str) -> None:
    """What was written, as data; what to do next, as words."""
    for file in files:
        click.echo(f"{_shown(folder)}/{file}")
    for step in next_steps:
        click.echo(f"careplan: next, {step}", err=True)


@click.command()
@click.argument("template", callback=_folder, default="", metavar="[TEMPLATE]")
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), metavar="DIR")
def schemas(template: Path, folder: Path) -> None:
    """Write JSON Schemas of one template in DIR, so that an editor completes its codes; print the editor's settings.

    TEMPLATE: a template's folder or name.
    """
    import orjson

    from plugin.library.template import load_template
    from plugin.quality.authoring.schemas import editor_settings, schema_files
    from plugin.quality.command import write_file

    loaded = load_template(template)
    files = schema_files(loaded)
    for name, content in files.items():
        write_file(folder / name, content)
    click.echo(orjson.dumps(editor_settings(loaded, template, folder), option=orjson.OPT_INDENT_2))
    click.echo(f"careplan: {len(files)} schemas in {folder}; put what is above into .vscode/settings.json", err=True)
