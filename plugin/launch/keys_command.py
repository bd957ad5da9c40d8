"""`careplan keys`: make a key pair that proves who we are, and show the public halves that an EHR wants to have."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def keys() -> None:
    """Our own keys for EHRs that know us by a signature (private_key_jwt); see docs/smart.md."""


@keys.command("new")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--alg",
    "algorithm",
    type=click.Choice(("ES384", "RS384")),
    default="ES384",
    show_default=True,
    help="Algorithm of the signature.",
)
def new_key_file(file: Path, algorithm: str) -> None:
    """Make a key pair and write it to FILE, readable by you alone; then name FILE in the setting signing_keys."""
    from plugin.launch.keys import new_key, write_key

    key = new_key(algorithm)
    write_key(key, file)
    click.echo(key.kid)
    click.echo(
        f"careplan: {file} holds a private key for {algorithm}: keep it secret, name it in signing_keys", err=True
    )


@keys.command("show")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def show(files: tuple[Path, ...]) -> None:
    """Print the public halves of key FILES as the JWK Set that the plug-in publishes, for EHRs that take it by hand."""
    import orjson

    from plugin.launch.keys import ClientKeys, read_key

    published = ClientKeys(tuple(read_key(file) for file in files)).public()
    click.echo(orjson.dumps(published, option=orjson.OPT_INDENT_2).decode())
