"""Stylesheets, scripts and icons, at an address that changes with what they say: no new page meets an old script."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app

FOLDER = Path(__file__).parent / "static"
LENGTH = 12
blueprint = Blueprint("assets", __name__)


@cache
def static_path() -> str:
    """The address below which this version's files stand; scripts that load each other stay below it."""
    said = hashlib.sha256()
    for file in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        said.update(f"{file.relative_to(FOLDER).as_posix()}\0{file.stat().st_size}\0".encode())
        said.update(file.read_bytes())
    return f"/static/{said.hexdigest()[:LENGTH]}"


@blueprint.get("/static/<version>/<path:filename>")
def of_another_version(version: str, filename: str) -> Response:
    """The file of this version, for a page of another one while servers are replaced; browsers ask anew each time."""
    return current_app.send_static_file(filename)
