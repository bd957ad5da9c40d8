"""Headers that every answer carries: what a page may load, who may frame it, and that nobody keeps a copy."""

from __future__ import annotations

from flask import Flask, Response, request

from plugin.settings import Settings

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
STATIC_SECONDS = 31_536_000


def page_policy(ancestors: str, **changes: str) -> str:
    """The policy of pages that need another one. ancestors: who may frame them. changes: directives, `_` for `-`."""
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in {**POLICY, **changed, "frame-ancestors": ancestors}.items())


def init_security(app: Flask, settings: Settings) -> None:
    """Add the headers to every response. Only the origins of allowed EHRs may frame us."""
    ancestors = " ".join(settings.frame_ancestors) or "'none'"
    policy = page_policy(ancestors)

    @app.after_request
    def _protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if settings.tls:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint == "static":
            headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}, immutable"  # `plugin.web.assets`
        else:
            # Pages hold a patient's data: neither the browser's disk nor a proxy may keep them. What holds none
            # (our public keys, definitions) says so itself.
            headers.setdefault("Cache-Control", "no-store")
        return response
