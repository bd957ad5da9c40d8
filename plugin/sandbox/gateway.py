"""The FHIR endpoint of the sandbox: checks the bearer token, keeps it to its patient, forwards the rest."""

from __future__ import annotations

from typing import Any

import orjson
import requests
from flask import Blueprint, Response, request

from plugin.errors import Unreachable
from plugin.sandbox.access import Access, Denied
from plugin.sandbox.authorization import SmartAuthorizationServer
from plugin.sandbox.backend import FHIR_JSON, Backend
from plugin.sandbox.smart_config import security_statement

_FORWARDED = ("Cache-Control", "Prefer", "If-Match", "If-None-Match", "If-None-Exist", "If-Modified-Since")
_RETURNED = ("ETag", "Last-Modified", "Location", "Content-Location", "Retry-After")
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def gateway_blueprint(server: SmartAuthorizationServer, backend: Backend) -> Blueprint:
    """Routes under `/fhir`: open metadata, and everything else behind a token."""
    blueprint = Blueprint("gateway", __name__, url_prefix="/fhir")

    @blueprint.get("/metadata")
    def metadata() -> Response:
        answer = backend.send("GET", "metadata")
        if not answer.ok:
            return _answer(backend, answer)
        statement = orjson.loads(backend.outward(answer.text))
        for rest in statement.get("rest", []):
            rest["security"] = security_statement(server)
        return _fhir(200, statement)

    @blueprint.route("/", methods=_METHODS, defaults={"path": ""}, strict_slashes=False)
    @blueprint.route("/<path:path>", methods=_METHODS)
    def forward(path: str) -> Response:
        access = Access(_token(server), backend)
        body = _json_body(backend)
        form = list(request.form.items(multi=True))
        parameters = [*request.args.items(multi=True), *form]
        access.check(request.method, path, parameters, body)
        if path.endswith("/_search"):
            answer = backend.send("GET", path.removesuffix("/_search"), parameters)
        else:
            headers = {name: backend.inward(request.headers[name]) for name in _FORWARDED if name in request.headers}
            sent = None if body is None else orjson.dumps(body)
            headers |= {"Content-Type": FHIR_JSON} if sent else {}
            answer = backend.send(request.method, path, parameters, sent, headers)
        return _answer(backend, answer, access)

    @blueprint.errorhandler(Denied)
    def denied(refusal: Denied) -> Response:
        response = _fhir(refusal.status, _outcome(refusal.code, str(refusal)))
        if refusal.status == 401:
            error = f', error="{refusal.oauth_error}"' if refusal.oauth_error else ""
            response.headers["WWW-Authenticate"] = f'Bearer realm="sandbox"{error}'
        return response

    @blueprint.errorhandler(Unreachable)
    def unreachable(error: Unreachable) -> Response:
        return _fhir(502, _outcome("transient", str(error)))

    return blueprint


def _token(server: SmartAuthorizationServer) -> Any:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        raise Denied(401, "login", "this FHIR server needs an access token: Authorization: Bearer ...")
    token = server.store.access_token(value.strip())
    if token is None:
        raise Denied(401, "expired", "the access token is unknown, expired or revoked", "invalid_token")
    return token


def _json_body(backend: Backend) -> Any:
    if request.method not in ("POST", "PUT") or request.mimetype == "application/x-www-form-urlencoded":
        return None
    try:
        return orjson.loads(backend.inward(request.get_data(as_text=True)))
    except orjson.JSONDecodeError as error:
        raise Denied(400, "structure", f"the body is not JSON: {error}") from error


def _answer(backend: Backend, answer: requests.Response, access: Access | None = None) -> Response:
    """The server's answer with our addresses, without anything that is not the patient's."""
    content = answer.text
    if access and answer.ok and content:
        resource = orjson.loads(content)
        if access.withhold(resource):
            content = orjson.dumps(resource).decode()
    kind = answer.headers.get("Content-Type", FHIR_JSON)
    response = Response(backend.outward(content), status=answer.status_code, content_type=kind)
    for name in _RETURNED:
        if name in answer.headers:
            response.headers[name] = backend.outward(answer.headers[name])
    return response


def _fhir(status: int, resource: dict[str, Any]) -> Response:
    return Response(orjson.dumps(resource), status=status, content_type=FHIR_JSON)


def _outcome(code: str, text: str) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": text}],
    }
