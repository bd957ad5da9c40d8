"""`careplan codes`: the codes of a site that nothing is read from, and a map begun for them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plugin.doctor.shared import access_options, write_out

if TYPE_CHECKING:
    from plugin.doctor.codes.tally import Tally


@click.group()
def codes() -> None:
    """The codes of a site that nothing is read from: find them (scan), and begin a map for them (map)."""


@codes.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@access_options
@click.option(
    "--templates", type=click.Path(path_type=Path), help="Another template folder than the one that came along."
)
@click.option(
    "--local-codes", type=click.Path(path_type=Path), metavar="FILE_OR_FOLDER", help="Maps that there are already."
)
@click.option("--all", "everything", is_flag=True, help="List also the codes that are near to nothing that is read.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the scan as JSON, too.")
@click.pass_context
def scan(
    ctx: click.Context,
    sources: tuple[str, ...],
    patients: tuple[str, ...],
    token: str,
    granted: str,
    config: Path | None,
    templates: Path | None,
    local_codes: Path | None,
    everything: bool,
    form: str,
    output: Path | None,
) -> None:
    """List the codes in SOURCE that no finding is read from, those that are likely to matter first.

    SOURCE: Bundles or NDJSON of any number of patients, plain or gzipped, folders of them, or the address of a FHIR
    server. Names of codes and counts are written, nothing of a patient. Exit code 3 where a server could not be read to
    its end: the scan then says what is missing and why.
    """
    import orjson

    from plugin.doctor.codes.scan import Missed, scan_json, scan_of, scan_text
    from plugin.doctor.codes.tally import Tally
    from plugin.doctor.shared import let_in, limits_of, server_address, vocabulary_of
    from plugin.errors import RemoteError
    from plugin.findings.index import index_of

    index = index_of(vocabulary_of(templates, local_codes))
    tally = Tally(index)
    servers = [source for source in sources if "://" in source]
    _files(tally, [Path(source) for source in sources if "://" not in source])
    missed: list[Missed] = []
    for server in servers:
        from plugin.doctor.codes.server import count_server, go_in

        address, limits = server_address(server), limits_of(config)
        access = go_in(address, let_in(address, token, granted, config, limits, _now), limits, _now)
        missed += count_server(tally, access, address, patients, limits, _tell)
    made = scan_of(
        tally, index, tuple(Path(each).name if "://" not in each else each for each in sources), tuple(missed)
    )
    document = orjson.dumps(scan_json(made), option=orjson.OPT_INDENT_2) + b"\n"
    write_out(document.decode() if form == "json" else scan_text(made, everything))
    if output is not None:
        from plugin.quality.command import write_file

        write_file(output, document)
    _tell(f"{len(made.likely)} of {len(made.found)} unmapped codes are likely to matter")
    if made.missed:
        _tell(f"the scan is incomplete: {', '.join(dict.fromkeys(each.resource_type for each in made.missed))}")
        ctx.exit(RemoteError.exit_code)


@codes.command("map")
@click.argument("source", metavar="SCAN", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE")
@click.option("--all", "everything", is_flag=True, help="Take in also the codes that are near to nothing that is read.")
def map_command(source: Path, output: Path, everything: bool) -> None:
    """Begin a ConceptMap for the codes of SCAN (the JSON of `careplan codes scan`): proposals, for a person to decide.

    Nothing of it is used until an equivalence is changed from unmatched to equivalent (docs/local-codes.md).
    """
    import orjson

    from plugin.doctor.codes.propose import concept_map
    from plugin.doctor.codes.scan import scan_from
    from plugin.errors import InputError, UsageError
    from plugin.quality.command import write_file

    if output.exists():
        raise UsageError(f"{output} is there already and may hold decisions: give another name, or move it away")
    try:
        document = orjson.loads(source.read_bytes())
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}; give the JSON of careplan codes scan") from error
    except orjson.JSONDecodeError as error:
        raise InputError(f"{source} is not JSON ({error.msg}); give the JSON of careplan codes scan") from error
    made = concept_map(scan_from(document, str(source)), _now().date(), everything)
    if not made["group"]:
        raise InputError(f"{source} names no code that is likely to matter; --all takes in the others")
    write_file(output, orjson.dumps(made, option=orjson.OPT_INDENT_2) + b"\n")
    count = sum(len(group["element"]) for group in made["group"])
    write_out(f"{output}\n")
    _tell(f"{count} entries, all of them unmatched until a person decides")
    if document.get("complete") is False:
        _tell(f"{source} says itself that it is incomplete: codes of what it could not read are missing from the map")


def _files(tally: Tally, paths: list[Path]) -> None:
    from plugin.doctor.codes.exports import export_files, resources_in

    files = export_files(paths)
    for number, file in enumerate(files, start=1):
        _tell(f"file {number} of {len(files)}")
        tally.add(resources_in(file))


def _tell(step: str) -> None:
    click.echo(f"careplan: {step}", err=True)


def _now() -> datetime:
    return datetime.now(tz=UTC).astimezone()
