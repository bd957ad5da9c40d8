"""The whole demo on one machine: FHIR server, sandbox EHR in front of it, and the plug-in."""

from __future__ import annotations

import secrets
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugin.sandbox import try_out
from plugin.sandbox.fhir_server import fhir_server, free_port
from plugin.sandbox.oauth_store import Client
from plugin.sandbox.sample_patients import sample_patients, seed
from plugin.sandbox.serving import serving
from plugin.sandbox.smart_server import TOKEN_SECONDS, create_sandbox_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

EHR_PORT = 8765
PLUGIN_PORT = EHR_PORT + 1
CLIENT_ID = "careplan-plugin"
APP_NAME = "Care plan"
_TRY_OUT = ", ".join(client.client_id for client in try_out.CLIENTS)


@dataclass(frozen=True, slots=True)
class SandboxEHR:
    """A running sandbox: `url` of its launch page, `fhir_url` is its `iss`, `backend_url` the server behind that."""

    url: str
    fhir_url: str
    backend_url: str


MakePlugin = Callable[[SandboxEHR, str, Path], "WSGIApplication"]


@contextmanager
def sandbox_ehr(
    port: int | None = None,
    plugin_url: str = f"http://127.0.0.1:{PLUGIN_PORT}",
    fhir_server_url: str | None = None,
    token_seconds: int = TOKEN_SECONDS,
    client_secret: str = "",
    jwks_uri: str = "",
    progress: Callable[[int, int], None] | None = None,
    more_clients: tuple[Client, ...] = (),
) -> Iterator[SandboxEHR]:
    """A seeded sandbox EHR that runs while the block does, with the plug-in registered as the app that it opens.

    port: of the EHR; None takes a free one.
    plugin_url: where the plug-in is reached; its launch and redirect addresses are below it.
    fhir_server_url: FHIR R4 server to use instead of starting one.
    token_seconds: lifetime of access tokens.
    client_secret: makes the plug-in a confidential client.
    jwks_uri: makes it one that signs, and a backend service besides; read at every request.
    more_clients: other apps that are registered there.
    """
    port = free_port() if port is None else port
    client = Client(
        client_id=CLIENT_ID,
        redirect_uris=(f"{plugin_url}/smart/callback",),
        launch_url=f"{plugin_url}/smart/launch",
        name=APP_NAME,
        secret=client_secret,
        jwks_uri=jwks_uri,
    )
    with ExitStack() as stack:
        backend_url = stack.enter_context(fhir_server(fhir_server_url))
        url = f"http://127.0.0.1:{port}"
        app = create_sandbox_app(url, backend_url, (client, *more_clients), token_seconds)
        stack.enter_context(serving(app, port))
        seed(backend_url, progress)
        yield SandboxEHR(url, f"{url}/fhir", backend_url)


def run_demo(
    port: int = EHR_PORT,
    fhir_server: str | None = None,
    plugin_port: int | None = None,
    make_plugin: MakePlugin | None = None,
) -> None:
    """Run the demo until Ctrl-C or SIGTERM; prints the address to open once everything answers, to stderr the others.

    port: of the sandbox EHR; 0 takes free ports. plugin_port: of the plug-in; the next one when left out.
    fhir_server: base URL of a FHIR R4 server to use instead of starting one.
    make_plugin: builds the plug-in from a sandbox, its own address and a folder for its data; None takes our own.
    Raises UsageError (port taken, extra not installed), Unreachable or Refused (FHIR server).
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # both end the blocks below in order, also while they start
        signal.signal(number, signal.default_int_handler)
    plugin_port = plugin_port or (port + 1 if port else free_port())
    port = port or free_port()
    try:
        with _demo(port, plugin_port, fhir_server, make_plugin or plugin_of_this_package) as ehr:
            _say(f"{len(sample_patients())} synthetic patients are ready; Ctrl-C stops everything.")
            _say(f"Plug-in: http://127.0.0.1:{plugin_port} (CDS Hooks below /cds-services, its own FHIR below /fhir)")
            _say(f"FHIR server of the sandbox EHR, its iss: {ehr.fhir_url}")
            _say(f"Apps for a plug-in of your own, see docs/smart.md: {_TRY_OUT}")
            _say("Open:")
            sys.stdout.write(f"{ehr.url}\n")
            sys.stdout.flush()
            threading.Event().wait()
    except KeyboardInterrupt:
        _say("stopped")


@contextmanager
def _demo(port: int, plugin_port: int, fhir_server: str | None, make_plugin: MakePlugin) -> Iterator[SandboxEHR]:
    plugin_url = f"http://127.0.0.1:{plugin_port}"
    _say("starting the sandbox EHR ...")
    with ExitStack() as stack:
        ehr = stack.enter_context(
            sandbox_ehr(port, plugin_url, fhir_server, progress=_show_progress, more_clients=try_out.CLIENTS)
        )
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="careplan-demo-"))
        stack.enter_context(serving(make_plugin(ehr, plugin_url, Path(folder)), plugin_port))
        yield ehr


def plugin_of_this_package(ehr: SandboxEHR, plugin_url: str, folder: Path) -> WSGIApplication:
    """The plug-in as `careplan serve` would run it, with the sandbox as its one EHR and its database in `folder`."""
    from plugin import create_app
    from plugin.settings import Issuer, load_settings
    from plugin.web.outbox import Outbox

    settings = load_settings(
        overrides={
            "secret_key": secrets.token_urlsafe(48),
            "public_url": plugin_url,
            "instance_folder": folder,
            "allowed_issuers": [Issuer(iss=ehr.fhir_url, client_id=CLIENT_ID, label="Sandbox EHR")],
            "cds_anonymous": True,  # it listens on this machine only, and its patients are synthetic
        }
    )
    app = create_app(settings)
    Outbox(app).start()
    return app


def _show_progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    sys.stderr.write(f"\rwriting sample patients {done}/{total}{end}")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
