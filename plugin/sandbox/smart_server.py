"""The sandbox EHR as one web application: launch page, SMART authorization server, FHIR endpoint."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, render_template

from plugin.errors import RemoteError
from plugin.sandbox.authorization import SmartAuthorizationServer
from plugin.sandbox.backend import Backend
from plugin.sandbox.chart import Charts
from plugin.sandbox.consent import consent_blueprint
from plugin.sandbox.gateway import gateway_blueprint
from plugin.sandbox.oauth_store import Client, Store
from plugin.sandbox.pages import pages_blueprint
from plugin.sandbox.smart_config import discovery_blueprint

TOKEN_SECONDS = 3600


def create_sandbox_app(
    public_url: str, fhir_base: str, clients: tuple[Client, ...], token_seconds: int = TOKEN_SECONDS
) -> Flask:
    """The sandbox EHR as browsers reach it at `public_url`, in front of the FHIR server at `fhir_base`.

    clients: the registered apps; the launch page starts the first one.
    token_seconds: lifetime of access tokens.
    """
    app = Flask(__name__)
    fhir_url = f"{public_url}/fhir"
    backend = Backend(fhir_base, fhir_url)
    charts = Charts(backend)
    server = SmartAuthorizationServer(app, Store(clients), fhir_url, f"{public_url}/oauth", token_seconds)
    app.register_blueprint(discovery_blueprint(server))
    app.register_blueprint(gateway_blueprint(server, backend))
    app.register_blueprint(consent_blueprint(server, charts))
    app.register_blueprint(pages_blueprint(server, charts, clients[0]))
    app_origins = sorted({_origin(client.launch_url) for client in clients})

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cache-Control", "no-store")
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = (
                f"default-src 'self'; frame-src 'self' {' '.join(app_origins)}; frame-ancestors 'self'; base-uri 'none'"
            )
        return response

    @app.errorhandler(RemoteError)
    def no_fhir_server(error: RemoteError) -> tuple[str, int]:
        return render_template("refused.html", text=str(error)), 502

    return app


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
