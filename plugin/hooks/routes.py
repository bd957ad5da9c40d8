"""The addresses below `/cds-services`: discovery, the services, feedback. JSON only, and open to other origins."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
import structlog
from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from plugin.cds_clients import CdsClient
from plugin.chart.http import Limits
from plugin.errors import CareplanError, HookError
from plugin.hooks.call import read_call
from plugin.hooks.callers import Callers
from plugin.hooks.card import override_reasons
from plugin.hooks.conformance import response_faults
from plugin.hooks.feedback import read_feedback
from plugin.hooks.key_sets import KeySets
from plugin.hooks.order_drugs import chart_with_drugs
from plugin.hooks.services import Advisor, Service, services_of
from plugin.library.rules import Template
from plugin.settings import Settings
from plugin.storage.cds import keep_feedback
from plugin.storage.database import Database

blueprint = Blueprint("cds_services", __name__, url_prefix="/cds-services")
log = structlog.get_logger("plugin.hooks")

EXTENSION = "careplan.hooks"
LARGEST_CALL = 10_000_000  # bytes; a chart of 5,000 results is about 5 million
LARGEST_FEEDBACK = 200_000
PREFLIGHT_SECONDS = "3600"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]  # all of them, so that what is wrong is said as JSON


@dataclass(frozen=True, slots=True)
class HooksDesk:
    """What all calls share; one for the application, under `app.extensions`."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    services: tuple[Service, ...]
    advisor: Advisor
    callers: Callers
    limits: Limits
    reasons: frozenset[str]

    def url(self, path: str) -> str:
        """The address of one of our endpoints as clients know it."""
        return f"{self.settings.public_url}/cds-services/{path}"


def init_hooks(
    app: Flask, settings: Settings, template: Template, database: Database, clock: Callable[[], datetime]
) -> None:
    """Add the CDS Hooks service to an app. The blueprint takes POST without form tokens: exempt it from CSRF checks."""
    whole = settings.cds_timeout
    connect, read = min(settings.connect_timeout, whole), min(settings.read_timeout, whole)
    limits = replace(Limits.of(settings), connect=connect, read=read, whole=whole, retries=0)
    app.extensions[EXTENSION] = HooksDesk(
        settings=settings,
        database=database,
        clock=clock,
        services=services_of(template),
        advisor=Advisor(template, settings),
        callers=Callers(settings, database, KeySets(limits)),
        limits=limits,
        reasons=frozenset(reason["code"] for reason in override_reasons(template.terminology)),
    )
    app.register_blueprint(blueprint)


@blueprint.route("", methods=METHODS, strict_slashes=False)
def discovery() -> Response:
    """Which services there are, for everybody to see (CDS Hooks 2.0, Discovery)."""
    if request.method != "GET":
        raise HookError("discovery takes GET only; each service has an address of its own below it", 405)
    return _json({"services": [service.described() for service in _desk().services]})


@blueprint.route("/<service>", methods=METHODS)
def answer(service: str) -> Response:
    """Cards for one call (CDS Hooks 2.0, Calling a CDS Service)."""
    desk, hooks = _of(service)
    client = _caller(desk, (desk.url(service),))
    call = read_call(_body(LARGEST_CALL), hooks)
    as_of = desk.clock().astimezone(desk.settings.zone).date()
    chart = chart_with_drugs(call, client, desk.limits)
    response = {"cards": desk.advisor.cards(call, chart, as_of)}
    if faults := response_faults(response):
        return _failure(500, "a card broke the specification and was held back", faults=faults[:5])
    topics = [card["source"]["topic"]["code"] for card in response["cards"]]
    log.info("cds call", service=service, hook=call.hook, cards=topics, gaps=len(chart.gaps))
    return _json(response)


@blueprint.route("/<service>/feedback", methods=METHODS)
def feedback(service: str) -> Response:
    """What became of cards (CDS Hooks 2.0, Feedback)."""
    desk, _ = _of(service)
    client = _caller(desk, (desk.url(f"{service}/feedback"), desk.url(service)))
    given = read_feedback(_body(LARGEST_FEEDBACK), desk.reasons)
    with desk.database.session() as session:
        keep_feedback(session, service, client.iss, given, desk.clock())
    log.info("cds feedback", service=service, outcomes=[each.outcome for each in given])
    return _json({})


@blueprint.after_request
def open_to_other_origins(response: Response) -> Response:
    """Let a client in a browser read our answers (CDS Hooks 2.0, Cross-Origin Resource Sharing).

    Any origin, never with cookies: a caller is known by the token in its header, which no foreign page can have.
    """
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response


@blueprint.errorhandler(CareplanError)
def _ours(error: CareplanError) -> Response:
    status = error.status if isinstance(error, HookError) else 500
    message = str(error) if status < 500 or isinstance(error, HookError) else "the fault is in the plug-in"
    response = _failure(status, message, kind=type(error).__name__)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


@blueprint.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    return _failure(error.code or 500, error.description or error.name, kind=type(error).__name__)


@blueprint.errorhandler(Exception)
def _unexpected(error: Exception) -> Response:
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    message = "the fault is in the plug-in, not in the call; no card was made"
    return _failure(500, message, kind=type(error).__name__, at=places[-5:])


def _of(service: str) -> tuple[HooksDesk, frozenset[str]]:
    """The desk, and the hooks that a service answers; HookError 404 or 405 where the request meets none."""
    desk = _desk()
    hooks = frozenset(each.hook for each in desk.services if each.id == service)
    if not hooks:
        known = ", ".join(dict.fromkeys(each.id for each in desk.services))
        raise HookError(f"there is no such service here; discovery at {desk.url('').rstrip('/')} names: {known}", 404)
    if request.method != "POST":
        raise HookError("this address takes POST only", 405)
    return desk, hooks


def _caller(desk: HooksDesk, audiences: tuple[str, ...]) -> CdsClient:
    return desk.callers.identify(request.headers.get("Authorization", ""), audiences, desk.clock())


def _body(largest: int) -> bytes:
    """The body of the request; HookError 415 for another kind than JSON, 413 for one that is too large."""
    if request.mimetype not in ("application/json", "application/fhir+json"):
        raise HookError("send the call as Content-Type: application/json", 415)
    message = f"the call is larger than {largest:,} bytes; prefetch less, and let us read the rest from fhirServer"
    request.max_content_length = largest + 1  # a body in chunks is cut off there, without a word
    try:
        content = request.get_data(cache=False)
    except HTTPException as refusal:
        if refusal.code != 413:
            raise
        raise HookError(message, 413) from refusal
    if len(content) > largest:
        raise HookError(message, 413)
    return content


def _failure(status: int, message: str, **facts: Any) -> Response:
    """An error in words, with the id under which the log holds its kind and place; never its contents."""
    error_id = secrets.token_hex(4)
    report = log.error if status >= 500 else log.info
    report("cds refusal", error_id=error_id, status=status, route=request.endpoint, **facts)
    return _json({"error": message, "error_id": error_id}, status)


def _json(document: object, status: int = 200) -> Response:
    return Response(orjson.dumps(document), status, content_type="application/json")


def _desk() -> HooksDesk:
    desk: HooksDesk = current_app.extensions[EXTENSION]
    return desk
