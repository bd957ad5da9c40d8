"""The production server: gunicorn with threads, configured from our settings and three options."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from plugin import create_app
from plugin.errors import UsageError
from plugin.settings import Issuer, Settings, check_ready_to_serve, load_settings
from plugin.storage.database import Database
from plugin.web.outbox import Outbox

THREADS = 16


def serve_forever(config: Path | None, bind: str, workers: int) -> None:
    """Serve the plug-in until stopped.

    config: TOML settings file, or None for the environment alone. bind: `HOST:PORT`.
    Raises UsageError for a setting that cannot be used and for an address that cannot be listened on.
    """
    settings = _checked(config, bind)
    sys.stderr.writelines(f"careplan: {line}\n" for line in about_to_serve(settings))
    app = create_app(settings)
    gc.collect()
    gc.freeze()  # the template stays: clearing up walks past it, and the workers share it without copies
    _Server(app, bind, workers).run()


def _checked(config: Path | None, bind: str) -> Settings:
    """The settings. Raises UsageError with all that keeps us from serving, the settings first."""
    faults: list[UsageError] = []
    settings = Settings()
    try:
        settings = load_settings(config)
        check_ready_to_serve(settings)
    except UsageError as fault:
        faults.append(fault)
    try:
        _check_address(bind)
    except UsageError as fault:
        faults.append(fault)
    if faults:
        raise UsageError("\n".join(map(str, faults))) from faults[0]
    return settings


def about_to_serve(settings: Settings) -> list[str]:
    """What an operator compares at the start: our address, who may launch and call, the database without password."""
    named: list[tuple[str, Iterable[tuple[str, str]]]] = [
        ("EHRs that may launch", ((each.label, _launching(each, settings)) for each in settings.allowed_issuers)),
        ("EHRs that may call CDS Hooks", ((each.label, each.iss) for each in settings.cds_clients)),
        ("servers whose tokens open $apply", ((each.label, each.iss) for each in settings.operations_clients)),
    ]
    listed = [
        (title, ", ".join(f"{label} ({iss})" if label else iss for label, iss in entries)) for title, entries in named
    ]
    return [
        f"public_url: {settings.public_url}",
        *(f"{title}: {names}" for title, names in listed if names),
        f"database: {Database(settings.database).address}",
    ]


def _launching(issuer: Issuer, settings: Settings) -> str:
    """Its address, and the redirect address where it has one of its own."""
    return f"{issuer.iss}, answers at {settings.redirect_uri(issuer)}" if issuer.callback else issuer.iss


def _check_address(bind: str) -> None:
    """The server itself would retry a busy or impossible address for seconds and end in a traceback."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"--bind {bind} is no address to listen on; write HOST:PORT, such as 0.0.0.0:8766")
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise UsageError(f"cannot listen on {bind}: {error.strerror or error}; choose another --bind") from error


class _Server(BaseApplication):
    def __init__(self, app: Any, bind: str, workers: int) -> None:
        self._app = app
        self._options = {
            "bind": bind,
            "workers": workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "preload_app": True,
            "control_socket_disable": True,  # nobody uses it, and it would lie in the home folder
            "post_worker_init": lambda _worker: Outbox(app).start(),  # threads do not survive the fork
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            if name in self.cfg.settings:  # older servers have no control socket to disable
                self.cfg.set(name, value)

    def load(self) -> Any:
        return self._app
