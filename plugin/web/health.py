"""Is the plug-in alive? For load balancers and container health checks."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def check() -> dict[str, str]:
    """Answers as long as requests are served; tells nothing else."""
    return {"status": "ok"}
