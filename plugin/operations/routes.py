"""The blueprint under `/fhir`: one view that finds the interaction, checks format and token, and answers in FHIR."""

from __future__ import annotations

import secrets
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import BaseConverter, Map, RequestRedirect, Rule

from plugin.library.rules import Template
from plugin.operations.access import Gate
from plugin.operations.body import read_json
from plugin.operations.definitions import Definitions
from plugin.operations.faults import OperationFault
from plugin.operations.interactions import INTERACTIONS, Interaction
from plugin.operations.media import CONTENT_TYPE, rendered, require_json
from plugin.operations.served import Answer, Call, Clock, Service
from plugin.settings import Settings

EXTENSION = "careplan.operations"
ENDPOINT = "operations.answer"
PATH = "/fhir"
FORM = "application/x-www-form-urlencoded"
MEGABYTE = 1_000_000
AT_ONCE = 4  # large charts take memory and time that the clinicians' pages need, which the same threads serve
PATIENCE = 0.5  # seconds to wait for a turn
RETRY_AFTER = 5

blueprint = Blueprint("operations", __name__)
log = structlog.get_logger("plugin.operations")


class FhirId(BaseConverter):
    """An id as FHIR has it, which `_search` is not."""

    regex = "[A-Za-z0-9.-]{1,64}"


class Desk:
    """What the blueprint works with; one for the application, under `app.extensions`."""

    def __init__(self, service: Service, gate: Gate, largest_body: int) -> None:
        self.service = service
        self.gate = gate
        self.largest_body = largest_body
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self.interactions = {each.name: each for each in INTERACTIONS}
        rules = [
            Rule(each.path.replace("<id>", "<fhir:id>"), endpoint=each.name, methods=each.methods)
            for each in INTERACTIONS
        ]
        self.paths = Map(rules, strict_slashes=False, merge_slashes=False, converters={"fhir": FhirId})

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One of the few drafts that may be made at once; raises OperationFault with 503 where none becomes free."""
        if not self._turns.acquire(timeout=PATIENCE):
            message = f"{AT_ONCE} other charts are being drafted for; send the request again in {RETRY_AFTER} seconds"
            raise OperationFault(503, "throttled", message, headers={"Retry-After": str(RETRY_AFTER)})
        try:
            yield
        finally:
            self._turns.release()


def init_operations(
    app: Flask, settings: Settings, template: Template, definitions: Definitions, clock: Clock, version: str
) -> None:
    """Serve the operations for the template in use, and the definitions with it; version: of this software."""
    base = f"{settings.public_url}{PATH}"
    service = Service(template, definitions, clock, settings.zone, base, version, settings.operations_public_read)
    gate = Gate(settings.operations_clients, base)
    app.extensions[EXTENSION] = Desk(service, gate, int(settings.operations_largest_body * MEGABYTE))
    app.register_blueprint(blueprint)
    app.view_functions[ENDPOINT] = answer
    # Rules without methods: what is wrong about a method is answered here, as FHIR, and not by the page for people.
    app.url_map.add(Rule(f"{PATH}/", defaults={"path": ""}, endpoint=ENDPOINT, strict_slashes=False))
    app.url_map.add(Rule(f"{PATH}/<path:path>", endpoint=ENDPOINT))


def answer(path: str) -> Response:
    """Any request below `/fhir`, by any method."""
    desk: Desk = current_app.extensions[EXTENSION]
    request.max_content_length = desk.largest_body + 1
    interaction, names = _found(desk, path)
    require_json(request.args, request.accept_mimetypes)
    _admit(desk, interaction, names.get("type", ""))
    with desk.turn() if interaction.operation else nullcontext():
        return _sent(interaction.serve(desk.service, _call(interaction, names, desk.largest_body)))


def _found(desk: Desk, path: str) -> tuple[Interaction, dict[str, str]]:
    adapter = desk.paths.bind("")
    try:
        name, names = adapter.match(f"/{path}", method=request.method)
    except MethodNotAllowed as error:
        allowed = ", ".join(sorted(error.valid_methods or ()))
        message = f"this address does not take {request.method}; use {allowed}"
        raise OperationFault(405, "not-supported", message, headers={"Allow": allowed}) from None
    except (NotFound, RequestRedirect):
        message = "there is nothing at this address; /metadata lists what is offered"
        raise OperationFault(404, "not-found", message) from None
    return desk.interactions[name], dict(names)


def _admit(desk: Desk, interaction: Interaction, kind: str) -> None:
    needs_token = interaction.access == "token" or (
        interaction.access == "definitions" and not desk.service.public_definitions
    )
    if needs_token:
        need = interaction.scope.format(type=kind)
        caller = desk.gate.require(request.headers.get("Authorization", ""), need, desk.service.clock())
        log.info("operation", name=interaction.name, client=caller.label)


def _call(interaction: Interaction, names: dict[str, str], largest: int) -> Call:
    strict = "handling=strict" in request.headers.get("Prefer", "").replace(" ", "").lower()
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] not in ("_format", "_pretty")]
    if request.method != "POST":
        return Call(names, tuple(pairs), strict=strict)
    if interaction.body == "form":
        if request.mimetype != FORM:
            message = f"another Content-Type than that of a form came; send {FORM}"
            raise OperationFault(415, "not-supported", message)
        return Call(names, (*pairs, *request.form.items(multi=True)), strict=strict)
    document = read_json(_body(largest), request.mimetype, request.headers.get("Content-Encoding", ""))
    return Call(names, tuple(pairs), document=document, strict=strict)


def _body(largest: int) -> bytes:
    """The whole body. One that announces no length is cut off silently at the limit, which is one byte above ours."""
    content = request.get_data(cache=False)
    if len(content) > largest:
        raise RequestEntityTooLarge
    return content


def _sent(given: Answer) -> Response:
    response = _response(given.resource, 200, given.content_type or CONTENT_TYPE)
    response.headers.extend(given.headers)
    if given.etag:
        response.set_etag(given.etag, weak=True)
        # Whoever keeps a copy asks whether it still holds; with a token it is for that caller alone.
        response.headers["Cache-Control"] = "private, no-cache" if request.authorization else "no-cache"
        response.make_conditional(request)
    return response


def _response(resource: dict[str, Any], status: int, content_type: str = CONTENT_TYPE) -> Response:
    content = rendered(resource, pretty=request.args.get("_pretty") == "true")
    response = Response(content, status, content_type=content_type)
    response.headers["Vary"] = "Accept, Authorization"
    return response


@blueprint.errorhandler(OperationFault)
def refused(fault: OperationFault) -> Response:
    """A request of which we say ourselves why it is refused."""
    response = _response(fault.outcome, fault.status)
    response.headers.extend(fault.headers)
    return response


@blueprint.errorhandler(HTTPException)
def refused_by_framework(error: HTTPException) -> Response:
    """What the framework refuses: bodies that are too large, or break off."""
    desk: Desk = current_app.extensions[EXTENSION]
    if error.code == 413:
        most = desk.largest_body / MEGABYTE
        message = f"the body is larger than {most:g} MB; send only what the chart needs, or see operations_largest_body"
        return refused(OperationFault(413, "too-long", message))
    return refused(
        OperationFault(error.code or 400, "invalid", "the request cannot be read; send it again as HTTP has it")
    )


@blueprint.errorhandler(Exception)
def failed(error: Exception) -> Response:
    """A fault of ours: an id to quote, and its kind and place in the log, since its message may quote a chart."""
    error_id = secrets.token_hex(4)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("operation failed", error_id=error_id, kind=type(error).__name__, at=places[-5:])
    message = f"the fault is in this server, not in the request; quote {error_id} to whoever runs it"
    return refused(OperationFault(500, "exception", message))
