"""Every setting once: its name, type, default and help; from a TOML file, then the environment, then the caller.

The file is named by `--config` or `CAREPLAN_CONFIG`; a setting `read_timeout` is `CAREPLAN_READ_TIMEOUT` in the
environment. Relative paths in the file count from the file, all others from the working directory. An unknown name or a
value that does not fit stops the program: a misspelt setting must not pass unnoticed.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from plugin import cds_clients
from plugin import setting_kinds as kinds
from plugin.cds_clients import CdsClient
from plugin.errors import UsageError
from plugin.installed import content_folder, default_template_folder
from plugin.setting_clients import OperationsClient, operations_clients
from plugin.setting_contacts import Contact, contacts
from plugin.setting_file import database_from_file, from_file
from plugin.setting_kinds import Issuer

PREFIX = "CAREPLAN_"
_HIDDEN = frozenset(
    {"secret_key", "allowed_issuers", "cds_clients", "operations_clients"}
)  # may hold secrets, by mistake too

__all__ = ["CdsClient", "Issuer", "Settings", "check_ready_to_serve", "describe", "load_settings"]


def _about(kind: Callable[[object], object], help_text: str) -> dict[str, Any]:
    return {"kind": kind, "help": help_text}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked. Build it with `load_settings`, or directly with values of the right types in tests."""

    secret_key: str = field(
        default="",
        repr=False,
        metadata=_about(
            kinds.secret,
            "protects stored tokens and form tokens: at least 32 random characters; `careplan serve` needs it",
        ),
    )
    public_url: str = field(
        default="http://127.0.0.1:8766",
        metadata=_about(
            kinds.web_address,
            "address under which browsers reach the plug-in; the EHR has <public_url>/smart/callback registered",
        ),
    )
    allowed_issuers: tuple[Issuer, ...] = field(
        default=(),
        metadata=_about(
            kinds.issuers,
            "EHRs that may launch the plug-in: list of {iss, client_id, client_secret, scopes, label, frame_origins, "
            "token_endpoint_auth_method, send_jku, authorize_method, refresh_scope, backend_client_id, "
            "backend_scopes, delivery, callback}; see docs/smart.md and docs/delivery.md",
        ),
    )
    signing_keys: tuple[Path, ...] = field(
        default=(),
        metadata=_about(
            kinds.paths,
            "files of our private keys for private_key_jwt, made by `careplan keys new`: the first signs, "
            "all are published at <public_url>/.well-known/jwks.json",
        ),
    )
    cds_clients: tuple[CdsClient, ...] = field(
        default=(),
        metadata=_about(
            cds_clients.clients,
            "EHRs that may call our CDS Hooks services: list of {iss, jku, jwks, fhir_servers, label}",
        ),
    )
    cds_anonymous: bool = field(
        default=False,
        metadata=_about(
            kinds.switch,
            "answer CDS Hooks calls without a token, from what they bring along only: for a sandbox",
        ),
    )
    cds_timeout: float = field(
        default=3.0,
        metadata=_about(kinds.seconds, "seconds that a CDS Hooks call may spend reading what was not prefetched"),
    )
    instance_folder: Path = field(
        default_factory=lambda: Path.cwd() / "instance",
        metadata=_about(kinds.path, "where the default database is kept"),
    )
    database_url: str = field(
        default="",
        repr=False,
        metadata=_about(kinds.text, "SQLAlchemy address of the database; empty: SQLite in the instance folder"),
    )
    templates_folder: Path = field(
        default_factory=default_template_folder,
        metadata=_about(kinds.path, "folder of the care-plan template in use"),
    )
    profiles_folder: Path = field(
        default_factory=lambda: content_folder("profiles"),
        metadata=_about(kinds.path, "folder of ValueSets, ConceptMaps and profiles"),
    )
    local_codes: Path | None = field(
        default=None,
        metadata=_about(kinds.path, "ConceptMap of the site's own codes, or a folder of them; see docs/local-codes.md"),
    )
    operations_clients: tuple[OperationsClient, ...] = field(
        default=(),
        metadata=_about(
            operations_clients,
            "authorization servers whose tokens open $apply and $populate: list of {iss, jwks, audience, "
            "label}; see docs/operations.md",
        ),
    )
    operations_public_read: bool = field(
        default=True, metadata=_about(kinds.switch, "whether templates and profiles can be read without a token")
    )
    operations_largest_body: float = field(
        default=20.0, metadata=_about(kinds.megabytes, "megabytes of the largest chart that an operation takes")
    )
    connect_timeout: float = field(
        default=5.0, metadata=_about(kinds.seconds, "seconds to wait for a connection to an EHR")
    )
    read_timeout: float = field(
        default=10.0, metadata=_about(kinds.seconds, "seconds that an EHR may be silent before its answer is given up")
    )
    chart_timeout: float = field(
        default=20.0,
        metadata=_about(
            kinds.seconds,
            "seconds after which a chart is drafted from what came, and any other answer of an EHR must have ended",
        ),
    )
    largest_answer: float = field(
        default=64.0,
        metadata=_about(
            kinds.megabytes,
            "megabytes that are read of one answer of an EHR, and of all pages of one search; the rest is a named gap",
        ),
    )
    time_zone: str = field(
        default="UTC",
        metadata=_about(kinds.zone, "time zone that says which day is today, such as Europe/Berlin"),
    )
    contacts: tuple[Contact, ...] = field(
        default=(),
        metadata=_about(
            contacts,
            "whom a patient calls, printed for the patient: list of {name, phone, hours}; none: lines to fill in; "
            "see docs/outputs.md",
        ),
    )
    paper: str = field(
        default="a4", metadata=_about(kinds.paper, "size of the pages in PDFs of the outputs: a4 or letter")
    )
    session_hours: float = field(
        default=8.0, metadata=_about(kinds.hours, "hours after which a launch has to be repeated")
    )
    cookie_secure: bool = field(
        default=True,
        metadata=_about(kinds.switch, "send cookies over TLS only; a plain-http loopback address never does"),
    )
    cookie_partitioned: bool = field(
        default=True,
        metadata=_about(kinds.switch, "keep cookies apart for each EHR that frames the plug-in (CHIPS)"),
    )
    log_level: str = field(default="info", metadata=_about(kinds.log_level, "debug, info, warning or error"))

    @property
    def database(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{self.instance_folder / 'careplan.sqlite'}"

    @property
    def zone(self) -> tzinfo:
        """The time zone in force; UTC works without a time zone database on the machine."""
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)

    @property
    def frame_ancestors(self) -> tuple[str, ...]:
        """Origins that may show the plug-in in a frame, for the Content-Security-Policy, without repeats."""
        return tuple(dict.fromkeys(origin for issuer in self.allowed_issuers for origin in issuer.framing))

    def redirect_uri(self, issuer: Issuer) -> str:
        """The address that the authorization server of this EHR sends the browser back to."""
        own = f"/{issuer.callback}" if issuer.callback else ""
        return f"{self.public_url}/smart/callback{own}"

    @property
    def tls(self) -> bool:
        """Whether browsers reach us over TLS."""
        return urlsplit(self.public_url).scheme == "https"

    def issuer(self, iss: str) -> Issuer | None:
        """The allowed EHR with this FHIR base, a trailing slash aside; None where it is not on the list."""
        wanted = iss.rstrip("/")
        return next((issuer for issuer in self.allowed_issuers if issuer.iss == wanted), None)


def load_settings(
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Read the settings: defaults, then the TOML file, then the environment, then `overrides`.

    With a file, the default instance folder stands beside it, so that every command finds the same database.
    Raises UsageError naming the setting, the value, where it came from and the accepted form.
    """
    environ = os.environ if environ is None else environ
    if config is None and environ.get(f"{PREFIX}CONFIG"):
        config = Path(environ[f"{PREFIX}CONFIG"])
    settings = Settings()
    if config is not None:
        settings = _apply(settings, *_read_file(config))
    settings = _apply(settings, _read_environment(environ), "the environment")
    return _apply(settings, dict(overrides or {}), "the command line")


def check_ready_to_serve(settings: Settings) -> None:
    """Raise UsageError when a setting that real EHRs need is missing; the demo fills them in by itself."""
    if not settings.secret_key:
        raise UsageError(
            "secret_key is not set: stored tokens cannot be protected without it; "
            "set CAREPLAN_SECRET_KEY to the output of `python -c 'import secrets; print(secrets.token_urlsafe(48))'`"
        )
    if not settings.allowed_issuers:
        raise UsageError(
            "allowed_issuers is empty: no EHR could launch the plug-in; "
            "add an [[allowed_issuers]] table with iss and client_id"
        )
    by_key = [issuer.name for issuer in settings.allowed_issuers if issuer.auth_method == "private_key_jwt"]
    if by_key and not settings.signing_keys:
        raise UsageError(
            f"{by_key[0]} is set to private_key_jwt, but signing_keys is empty: "
            "make a key with `careplan keys new FILE` and name the file there"
        )
    kinds.require_tls(settings.public_url, "public_url")
    for issuer in settings.allowed_issuers:
        kinds.require_tls(issuer.iss, "allowed_issuers.iss")
    for client in settings.cds_clients:
        for address in filter(None, (client.jku, *client.fhir_servers)):
            kinds.require_tls(address, "an address of cds_clients")


def describe() -> list[tuple[str, str, str, str]]:
    """One row a setting for documentation: name, environment variable, default, help."""
    rows = []
    for item in fields(Settings):
        rows.append((item.name, f"{PREFIX}{item.name.upper()}", _default_text(item), item.metadata["help"]))
    return rows


def _default_text(item: Field[Any]) -> str:
    if item.name == "instance_folder":
        return "instance, beside the settings file"
    if item.default_factory is not MISSING:
        return f"{item.name.removesuffix('_folder')} shipped with the plug-in"
    if item.default in ("", (), None):
        return "none"
    return str(item.default).lower() if isinstance(item.default, bool) else str(item.default)


def _apply(settings: Settings, values: Mapping[str, object], source: str, folder: Path | None = None) -> Settings:
    """`settings` with these values; `folder`: of the settings file that they stand in."""
    known = {item.name: item for item in fields(Settings)}
    changes: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise UsageError(f"unknown setting {name!r} in {source}: {_did_you_mean(name, list(known))}")
        kind = known[name].metadata["kind"]
        try:
            changes[name] = kind(value if folder is None else from_file(value, kind, folder))
        except ValueError as fault:
            shown = "(hidden)" if name in _HIDDEN else repr(value)
            raise UsageError(f"setting {name} = {shown} in {source} cannot be used: {fault}") from fault
    return replace(settings, **changes)


def _did_you_mean(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known settings are {', '.join(known)}"


def _read_file(path: Path) -> tuple[dict[str, object], str, Path]:
    """The values of a settings file, its name and its folder."""
    folder = path.expanduser().absolute().parent
    values = {"instance_folder": "instance"} | _read_toml(path)
    if "database_url" in values:
        values["database_url"] = database_from_file(values["database_url"], folder)
    return values, str(path), folder


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise UsageError(
            f"the settings file {path} cannot be read ({fault.strerror}): check --config or CAREPLAN_CONFIG"
        ) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise UsageError(f"the settings file {path} is not TOML: {fault}") from fault


def _read_environment(environ: Mapping[str, str]) -> dict[str, object]:
    # CAREPLAN_TEST_* belongs to the test suite, which shares its environment with the program under test;
    # CAREPLAN_DOCTOR_* to `careplan doctor`, whose token is no setting.
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
        and name != f"{PREFIX}CONFIG"
        and not name.startswith((f"{PREFIX}TEST_", f"{PREFIX}DOCTOR_"))
    }
