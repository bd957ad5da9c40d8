"""Error pages: what happened in words, an id to quote, and nothing about the patient."""

from __future__ import annotations

import secrets
import traceback

import structlog
from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from plugin.errors import CareplanError, LaunchError, Refused, RemoteError
from plugin.launch.context import current_context
from plugin.launch.routes import refusal_page

TITLES = {
    400: "This request cannot be used",
    403: "This is not allowed",
    404: "There is no such page",
    405: "This address does not take that kind of request",
    413: "This request is too large",
    502: "The EHR did not answer as expected",
}


def init_errors(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(CareplanError, _ours)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def error_page(status: int, message: str, error: BaseException) -> tuple[str, int]:
    """The page for an error, after writing it to the log."""
    error_id = log_error(status, error)
    title = TITLES.get(status, "Something went wrong")
    return render_template("error.html", title=title, message=message, error_id=error_id), status


def log_error(status: int, error: BaseException) -> str:
    """Write the kind of an error to the log, and where it arose if that is in our code; the id that it can be found by.

    Not its message: that of an unexpected error may quote what a chart says.
    """
    error_id = secrets.token_hex(4)
    log = structlog.get_logger("plugin.web")
    report = log.error if status >= 500 else log.info
    # An address that is not there arises in the framework: its frames say nothing that the status does not.
    places = {} if isinstance(error, HTTPException) else {"at": _places(error)}
    report("error page", error_id=error_id, status=status, kind=type(error).__name__, **places)
    return error_id


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _ours(error: CareplanError) -> tuple[str, int]:
    if isinstance(error, LaunchError):
        return error_page(error.status, str(error), error)
    if isinstance(error, Refused) and error.status == 403:
        return error_page(403, str(error), error)
    return error_page(502 if isinstance(error, RemoteError) else 400, str(error), error)


def _stale_form(_error: CSRFError) -> tuple[str, int]:
    """A form without its token: most often the browser has lost the cookies of the launch."""
    try:
        current_context((request.view_args or {}).get("workspace", ""))
    except LaunchError as refusal:
        return refusal_page(refusal)
    message = (
        "the form came without the token that this page gave it, so nothing was stored: open the page anew, "
        "or launch the plug-in from the EHR again"
    )
    return refusal_page(LaunchError(message, 400))


def _http(error: HTTPException) -> tuple[str, int]:
    return error_page(error.code or 500, error.description or error.name, error)


def _unexpected(error: Exception) -> tuple[str, int]:
    return error_page(500, "The fault is in the plug-in, not in the chart. Nothing was saved by this request.", error)
