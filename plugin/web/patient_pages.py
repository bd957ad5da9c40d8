"""The form in the patient's hands. Nothing on these pages reads a chart: they know a hand-over, and no launch."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from plugin.forms.handover import IDLE, LIFETIME, Handover, Handovers
from plugin.forms.page_words import page_words
from plugin.forms.patient_answers import read_step
from plugin.forms.steps import steps_of
from plugin.launch.context import HandedOver, launch_service
from plugin.launch.cookies import HANDED_OVER, CookiePolicy
from plugin.library.languages import languages_of, text_in
from plugin.library.terminology import Terminology
from plugin.storage.database import Database
from plugin.web.errors import log_error
from plugin.web.security import page_policy

blueprint = Blueprint("patient", __name__, url_prefix="/p/<token>")
EXTENSION = "careplan.handovers"
COOKIE = "patient"
LANGUAGE = "language:"
COVER_SECONDS = 180
Answer = Response | str | tuple[str, int]


def init_patient_pages(app: Flask, database: Database, clock: Any, terminology: Terminology) -> None:
    """Add the patient's pages to an app, and the page that closes charts in a browser that was handed over."""
    app.extensions[EXTENSION] = (Handovers(database, clock), terminology)
    app.register_blueprint(blueprint)
    app.register_error_handler(HandedOver, chart_closed)


def handovers() -> Handovers:
    """The hand-overs of the running app."""
    found: Handovers = current_app.extensions[EXTENSION][0]
    return found


@blueprint.get("/")
def page(token: str) -> Answer:
    """Where the patient is: the beginning, a part of the form, the thanks."""
    held = _held(token)
    if held is None:
        return _message("closed-title", 410)
    if held.state == "waiting":
        response = make_response(_render("patient/landing.html", held, request.args.get("language", held.language)))
        # From here on the tablet is the patient's: charts that are open in other tabs of this browser are closed, too.
        _policy().put(response, HANDED_OVER, token, "/", int(launch_service().settings.session_hours * 3600))
        return response
    if held.state == "sent":
        return _render("patient/sent.html", held)
    if held.asleep:
        return _render("patient/asleep.html", held)
    return _part(held, _number(request.args.get("part", "1"), held))


@blueprint.post("/start")
def start(token: str) -> Answer:
    """Open the form in this browser, and in no other from now on."""
    held = _held(token)
    secret = handovers().open(token, _language(held, request.form.get("language", ""))) if held else None
    if secret is None:
        return _message("closed-title", 410)
    response = make_response(redirect(url_for("patient.page", token=token), 303))
    _policy().put(response, COOKIE, secret, f"/p/{token}", int(LIFETIME.total_seconds()))
    return response


@blueprint.post("/answers")
def answer(token: str) -> Answer:
    """Keep a part of the answers and go where the button leads: on, back, to the other language, or away with them."""
    held = _held(token)
    if held is None or held.state == "waiting":
        return _message("closed-title", 410)
    if held.state == "sent" or held.asleep:
        return redirect(url_for("patient.page", token=token), 303)
    part, action = _number(request.form.get("part", "1"), held), request.form.get("action", "next")
    held, faults = _kept(held, part, action)
    if faults and action == "next":
        return _part(held, part, faults), 422
    if action == "send":
        handovers().send(held)
    place = {"next": part + 1, "back": part - 1, "send": 0}.get(action, part)
    return redirect(url_for("patient.page", token=token, part=place if place > 1 else None), 303)


@blueprint.post("/keep")
def keep(token: str) -> Answer:
    """Keep what stands in a part of the form while it is written, so that a reload loses nothing."""
    held = _held(token)
    if held is None or held.state != "open" or held.asleep:
        return "", 409
    _kept(held, _number(request.form.get("part", "1"), held), "")
    return "", 204


@blueprint.get("/start")
@blueprint.get("/answers")
@blueprint.get("/keep")
def back_to_form(token: str) -> Answer:
    """Somebody reloads the answer to a form: the form as it stands."""
    return redirect(url_for("patient.page", token=token), 303)


@blueprint.get("/team")
def team(token: str) -> Answer:
    """Where the team gets the tablet back."""
    held = _held(token)
    return _message("closed-title", 410) if held is None else _render("patient/team.html", held)


@blueprint.post("/team")
def take_back(token: str) -> Answer:
    """With the PIN: back to the chart, or on with a form that was left alone for too long."""
    held = _held(token)
    if held is None:
        return _message("closed-title", 410)
    if not handovers().check_pin(held, request.form.get("pin", "")):
        return _render("patient/team.html", _held(token) or held, wrong=True), 403
    if request.form.get("action") == "go-on" and held.state == "open":
        handovers().wake(held)
        return redirect(url_for("patient.page", token=token), 303)
    handovers().end(held)
    session.clear()
    secret = launch_service().take_back(held.workspace)
    if secret is None:
        response = make_response(_render("patient/launch_again.html", held))
    else:
        response = make_response(redirect(url_for("review.page", workspace=held.workspace, back="tablet"), 303))
        lifetime = int(launch_service().settings.session_hours * 3600)
        _policy().put(response, "workspace", secret, f"/w/{held.workspace}", lifetime)
    _policy().put(response, HANDED_OVER, "", "/", 0)
    _policy().put(response, COOKIE, "", f"/p/{token}", 0)
    return response


@blueprint.after_request
def keep_apart(response: Response) -> Response:
    """No frame around these pages, and nothing from elsewhere on them."""
    response.headers["Content-Security-Policy"] = page_policy("'none'", **{"connect-src": "'self'"})
    return response


@blueprint.errorhandler(CSRFError)
@blueprint.errorhandler(Exception)
def went_wrong(error: Exception) -> Answer:
    """Whatever failed is for the log; the page says whom to ask."""
    status = (error.code or 500) if isinstance(error, HTTPException) else 500
    log_error(status, error)
    return _message("went-wrong-title", status)


def chart_closed(error: HandedOver) -> Answer:
    """An address of a chart, in a browser that was handed over: nothing of it, and the way back to the form."""
    return _message("chart-closed-title", error.status, error.form)


def _held(token: str) -> Handover | None:
    return handovers().look(token, _policy().get(COOKIE))


def _policy() -> CookiePolicy:
    return CookiePolicy.of(launch_service().settings)


def _kept(held: Handover, part: int, action: str) -> tuple[Handover, set[str]]:
    language = _language(held, action.removeprefix(LANGUAGE)) if action.startswith(LANGUAGE) else held.language
    if part > len(held.form["item"]):
        return handovers().keep(held, (), {}, language), set()
    given, faults = read_step(held.form, part - 1, request.form)
    return handovers().keep(held, _links(held, part), given, language), faults


def _links(held: Handover, part: int) -> set[str]:
    return {question.link_id for question in steps_of(held.form, {}, held.language)[part - 1].questions}


def _part(held: Handover, part: int, faults: set[str] | None = None) -> str:
    steps = steps_of(held.form, held.answers, held.language)
    if part > len(steps):
        return _render("patient/check.html", held, part=part, total=len(steps))
    return _render(
        "patient/step.html", held, step=steps[part - 1], part=part, total=len(steps), faults=faults or frozenset()
    )


def _number(text: str, held: Handover) -> int:
    """The number of a part from 1; one more than there are is the page before sending."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(number, 1), len(held.form["item"]) + 1)


def _language(held: Handover | None, wanted: str) -> str:
    if held is None:
        return wanted
    return wanted if wanted in languages_of(held.form) else held.language


def _render(name: str, held: Handover, language: str = "", **more: Any) -> str:
    language = _language(held, language or held.language)
    return render_template(
        name,
        held=held,
        token=held.token,
        language=language,
        languages=[(each, _words(each)["language-name"]) for each in languages_of(held.form)],
        words=_words(language),
        title=text_in(held.form, "title", language),
        description=text_in(held.form, "description", language),
        cover_seconds=COVER_SECONDS,
        idle_seconds=int(IDLE.total_seconds()),
        **more,
    )


def _message(code: str, status: int, form: str = "") -> tuple[str, int]:
    """A page that knows nobody, so in every language: a heading, and whom to ask or where to go."""
    told = [(language, _words(language)) for language in _page_languages()]
    return render_template("patient/message.html", code=code, told=told, form=form), status


def _page_languages() -> tuple[str, ...]:
    terminology: Terminology = current_app.extensions[EXTENSION][1]
    system = terminology.resource("CodeSystem", "patient-page")
    return (system["language"], *dict.fromkeys(d["language"] for c in system["concept"] for d in c["designation"]))


def _words(language: str) -> Any:
    terminology: Terminology = current_app.extensions[EXTENSION][1]
    return page_words(terminology, language)
