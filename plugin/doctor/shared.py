"""What `careplan doctor` and `careplan codes` have in common: options, access, the vocabulary, the output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from plugin.errors import InputError, UsageError

if TYPE_CHECKING:
    from plugin.chart.http import Limits
    from plugin.doctor.access import Access
    from plugin.doctor.probe import Clock
    from plugin.library.vocabulary import Vocabulary

Command = TypeVar("Command", bound=Callable[..., object])


def access_options(command: Command) -> Command:
    """How a server is entered: test patients, a token with its scopes, or settings with backend credentials."""
    for option in reversed(
        (
            click.option(
                "--patient", "patients", multiple=True, metavar="ID", help="A test patient; may be given again."
            ),
            click.option(
                "--token",
                envvar="CAREPLAN_DOCTOR_TOKEN",
                default="",
                help="An access token; better in CAREPLAN_DOCTOR_TOKEN, which other users cannot see.",
            ),
            click.option("--granted", default="", metavar="SCOPES", help="The `scope` that came with the token."),
            click.option(
                "--config",
                type=click.Path(path_type=Path),
                help="Settings in which ISS has backend credentials; they are used where no token is given.",
            ),
        )
    ):
        command = option(command)
    return command


def server_address(iss: str) -> str:
    """The address of a FHIR server as it was given. Raises UsageError where it is none."""
    from plugin.setting_kinds import web_address

    try:
        return web_address(iss)
    except ValueError as fault:
        raise UsageError(f"ISS = {iss!r} cannot be used: {fault}") from fault


def limits_of(config: Path | None) -> Limits:
    """The time limits of the settings, or the usual ones."""
    from plugin.chart.http import Limits
    from plugin.settings import load_settings

    return Limits.of(load_settings(config)) if config else Limits()


def let_in(iss: str, token: str, granted: str, config: Path | None, limits: Limits, clock: Clock) -> Access:
    """Access by what was given: a token, backend credentials in the settings, or nothing."""
    from plugin.doctor.access import backend_access, public_access, token_access

    if token:
        return token_access(token, iss, limits, granted)
    if config is not None:
        return backend_access(config, iss, limits, clock)
    return public_access(limits)


def vocabulary_of(templates: Path | None, local_codes: Path | None) -> Vocabulary:
    """The vocabulary that results are read with; what a site's map says in vain goes to stderr."""
    from plugin.library.content import content_folder, default_template_folder
    from plugin.library.template import VOCABULARY_FILE
    from plugin.library.vocabulary_file import load_vocabulary

    folder = templates or default_template_folder()
    vocabulary = load_vocabulary(folder / VOCABULARY_FILE, content_folder("profiles"), local_codes)
    for caution in vocabulary.code_sets.cautions:
        click.echo(f"careplan: {caution}", err=True)
    return vocabulary


def write_out(text: str) -> None:
    """Data goes out as UTF-8 wherever we run, and all of it or an error."""
    try:
        click.echo(text.encode(), nl=False)
    except OSError as error:
        raise InputError(f"the output cannot be written: {error.strerror}; free some space") from error
