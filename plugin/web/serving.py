"""The production server: gunicorn with threads, configured from our settings and three options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from plugin import create_app
from plugin.settings import check_ready_to_serve, load_settings

THREADS = 16


def serve_forever(config: Path | None, bind: str, workers: int) -> None:
    """Serve the plug-in until stopped.

    config: TOML settings file, or None for the environment alone. Raises UsageError for a setting that cannot be used.
    """
    settings = load_settings(config)
    check_ready_to_serve(settings)
    _Server(create_app(settings), bind, workers).run()


class _Server(BaseApplication):
    def __init__(self, app: Any, bind: str, workers: int) -> None:
        self._app = app
        self._options = {
            "bind": bind,
            "workers": workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "preload_app": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._app
