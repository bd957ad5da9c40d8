"""Launches inside the page of an EHR, in a real Chromium: two patients at once, on this machine and across sites."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask, redirect, request, session
from playwright.sync_api import Page, Playwright
from werkzeug.serving import BaseWSGIServer, make_server

from plugin.launch.context import current_context
from plugin.settings import Issuer
from tests.launch.fake_ehr import FakeEhr
from tests.launch.launch_app import Plugin, TestClock

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
SITES = ("ehr-site.example", "plugin-site.example")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A self-signed certificate for both sites, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SITES[0])])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(site) for site in SITES]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder: Path = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*encoding))
    return str(folder / "cert.pem"), str(folder / "key.pem")


@contextmanager
def served(app: Flask, tls: tuple[str, str] | None) -> Iterator[BaseWSGIServer]:
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium(playwright: Playwright, *switches: str) -> Iterator[Page]:
    arguments = ["--no-sandbox", "--host-resolver-rules=MAP *.example 127.0.0.1", *switches]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield browser.new_context(ignore_https_errors=True).new_page()
    browser.close()


def ehr_page(ehr: FakeEhr, plugin_url: str) -> Flask:
    """An EHR that shows the plug-in on two patients side by side, and authorizes at once."""
    app = Flask("ehr")

    @app.get("/")
    def two_charts() -> str:
        queries = [urlencode({"iss": ehr.fhir, "launch": patient}) for patient in ("p1", "p2")]
        return "".join(f'<iframe src="{plugin_url}/smart/launch?{query}"></iframe>' for query in queries)

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> Any:
        asked = (request.form if ehr.configuration.get("capabilities") else request.args).to_dict()
        ehr.patients[asked["code_challenge"]] = asked["launch"]
        return redirect(f"{asked['redirect_uri']}?{ehr.authorize(asked)}")

    return app


def add_page(plugin: Plugin) -> None:
    """A page that counts its visits in the session of forms."""

    def counting(workspace: str) -> str:
        session["visits"] = session.get("visits", 0) + 1
        patient = current_context(workspace).patient_id
        return f'<p>{patient} visit {session["visits"]}</p><a href="/w/{workspace}/">again</a>'

    plugin.app.view_functions["review.page"] = counting


@pytest.mark.parametrize(
    ("across_sites", "switches", "method"),
    [
        (False, (), "get"),
        (False, (), "post"),
        (True, (), "get"),
        (True, ("--test-third-party-cookie-phaseout",), "get"),
        (True, ("--test-third-party-cookie-phaseout",), "post"),
    ],
    ids=[
        "this machine",
        "this machine, by POST",
        "another site",
        "another site, third-party cookies blocked",
        "another site, third-party cookies blocked, by POST",
    ],
)
def test_two_launches_in_frames_keep_their_patients_apart(
    build: Callable[..., Plugin],
    ehr: FakeEhr,
    clock: TestClock,
    certificate: tuple[str, str],
    across_sites: bool,
    switches: tuple[str, ...],
    method: str,
    playwright: Playwright,
) -> None:
    clock.at = datetime.now(UTC)
    tls = certificate if across_sites else None
    hosts = [f"https://{site}" for site in SITES] if across_sites else ["http://127.0.0.1"] * 2
    shell = Flask("shell")
    with ExitStack() as stack:
        front = stack.enter_context(served(shell, tls))
        plugin_url = f"{hosts[1]}:{front.server_port}"
        ehr_server = stack.enter_context(served(ehr_page(ehr, plugin_url), tls))
        site = f"{hosts[0]}:{ehr_server.server_port}"
        ehr.configuration = {"authorization_endpoint": f"{site}/authorize"}
        if method == "post":
            ehr.configuration["capabilities"] = ["authorize-post"]
        issuer = Issuer(ehr.fhir, "careplan-plugin", frame_origins=(site,), authorize_method=method)
        plugin = build(public_url=plugin_url, allowed_issuers=(issuer,))
        add_page(plugin)
        front.app = plugin.app
        page = stack.enter_context(chromium(playwright, *switches))
        page.goto(site, wait_until="load")
        frames = [frame for frame in page.frames if frame != page.main_frame]
        patients = dict(zip(frames, ("p1", "p2"), strict=True))
        for frame, patient in patients.items():
            frame.get_by_text(f"{patient} visit 1", exact=True).wait_for()
        for frame in frames:
            frame.get_by_role("link", name="again").click()
        for frame, patient in patients.items():
            frame.get_by_text(f"{patient} visit 2", exact=True).wait_for()
