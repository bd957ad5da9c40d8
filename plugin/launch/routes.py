"""The addresses of the launch: `/smart/launch`, `/smart/standalone`, `/smart/callback`; and the page of a refusal."""

from __future__ import annotations

import secrets

import structlog
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as Answer

from plugin.errors import CareplanError, LaunchError, RemoteError, Unreachable
from plugin.launch.context import EXTENSION, launch_service
from plugin.launch.cookies import HANDED_OVER, CookiePolicy, configure_sessions
from plugin.launch.keys import KEY_SET_PATH
from plugin.launch.service import LAUNCH_SECONDS, Begun, Clock, LaunchService, cookie_of, utc_now
from plugin.setting_kinds import origin_of
from plugin.settings import Settings
from plugin.storage.database import Database

blueprint = Blueprint("launch", __name__, url_prefix="/smart", template_folder="templates", static_folder="static")
key_set_blueprint = Blueprint("keys", __name__)
log = structlog.get_logger()

KEY_SET_SECONDS = 3600  # how long servers may keep our key set: a new key is published so long before it signs

_CALLBACK = "/smart/callback"
_LANDING = "careplan.landing"
_TITLE = "The plug-in could not be opened"
_REMEDY = "If launching it from the EHR once more does not help, show this page to whoever looks after the plug-in."


def init_launch(
    app: Flask,
    settings: Settings,
    database: Database,
    clock: Clock = utc_now,
    landing: str = "review.page",
) -> LaunchService:
    """Add the launch to an app.

    landing: endpoint that a completed launch leads to; it gets `workspace`, and its address must begin with
        `/w/<workspace>`, because that is the path of the cookie that opens the workspace.
    The blueprint takes launches by POST from EHRs, which carry no form token of ours: exempt it from CSRF protection.
    """
    service = LaunchService(settings, database, clock)
    app.extensions |= {EXTENSION: service, _LANDING: landing}
    configure_sessions(app, settings)
    app.register_blueprint(blueprint)
    app.register_blueprint(key_set_blueprint)
    app.register_error_handler(LaunchError, refusal_page)
    return service


@blueprint.route("/launch", methods=["GET", "POST"])
def launch() -> Answer:
    """An EHR launches us: `iss` is its FHIR base, `launch` stands for its session."""
    iss, token = request.values.get("iss", ""), request.values.get("launch", "")
    if not iss or not token:
        raise LaunchError("a launch needs the parameters iss and launch: start the plug-in from inside the EHR")
    return _depart(iss, token)


@blueprint.get("/standalone")
def standalone() -> Answer:
    """A launch from outside the EHR, which then asks for the patient itself."""
    iss = request.values.get("iss", "")
    if not iss:
        raise LaunchError("a standalone launch needs the parameter iss, the FHIR address of the EHR")
    return _depart(iss, "")


@key_set_blueprint.get(KEY_SET_PATH)
def key_set() -> Answer:
    """Our public keys (JWK Set, RFC 7517), for authorization servers that verify our assertions."""
    response = jsonify(launch_service().keys.public())
    response.headers["Cache-Control"] = f"public, max-age={KEY_SET_SECONDS}"
    return response


@blueprint.get("/callback", defaults={"own": ""})
@blueprint.get("/callback/<own>")
def callback(own: str) -> Answer:
    """The authorization server sends the browser back; `own` is the setting `callback` of its EHR."""
    service, policy = _service()
    answer = request.args.to_dict()
    cookie = cookie_of(answer.get("state", ""))
    opened = service.complete(answer, policy.get(cookie), own)
    landing = url_for(current_app.extensions[_LANDING], workspace=opened.workspace)
    response = make_response(redirect(landing, 303))
    policy.put(response, cookie, "", _CALLBACK, 0)
    lifetime = int(service.settings.session_hours * 3600)
    policy.put(response, "workspace", opened.secret, f"/w/{opened.workspace}", lifetime)
    if policy.get(HANDED_OVER):
        policy.put(response, HANDED_OVER, "", "/", 0)  # who can launch from the EHR has the tablet back
    return response


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """No copy of a launch in caches, no address of it in a referrer, framed only by EHRs on the list."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Content-Security-Policy", _policy())
    return response


@blueprint.errorhandler(RemoteError)
def failure_page(failure: RemoteError) -> tuple[str, int]:
    """The EHR failed during the launch."""
    return _page(failure, 504 if isinstance(failure, Unreachable) else 502)


def refusal_page(refusal: LaunchError) -> tuple[str, int]:
    """A launch, or a page of a launch, that we refuse."""
    return _page(refusal, refusal.status)


def _page(error: CareplanError, status: int) -> tuple[str, int]:
    error_id = secrets.token_hex(4)
    log.warning("launch_refused", error_id=error_id, status=status, kind=type(error).__name__)
    message = f"{str(error)[:1].upper()}{str(error)[1:]}."
    page = render_template("launch/refused.html", title=_TITLE, message=message, remedy=_REMEDY, error_id=error_id)
    return page, status


def _depart(iss: str, token: str) -> Answer:
    service, policy = _service()
    begun = service.begin(iss, token)
    response = make_response(_posted(begun) if begun.request.fields else redirect(begun.request.address, 303))
    policy.put(response, begun.cookie, begun.secret, _CALLBACK, LAUNCH_SECONDS)
    return response


def _posted(begun: Begun) -> Response:
    """A page that posts the request by itself; its button is for browsers that run no script."""
    response = make_response(render_template("launch/authorize.html", request_=begun.request, ehr=begun.ehr))
    # The answer to the form is a redirect, perhaps by way of a login elsewhere, and browsers hold those to form-action.
    target = f"'self' https: {origin_of(begun.request.address)}"
    response.headers["Content-Security-Policy"] = _policy(f"script-src 'self'; form-action {target}; base-uri 'none'")
    return response


def _policy(more: str = "form-action 'self'") -> str:
    ancestors = " ".join(("'self'", *launch_service().settings.frame_ancestors))
    ours = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'"
    return f"{ours}; {more}; frame-ancestors {ancestors}"


def _service() -> tuple[LaunchService, CookiePolicy]:
    service = launch_service()
    return service, CookiePolicy.of(service.settings)
