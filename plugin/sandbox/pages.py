"""The pages of the sandbox EHR: patients, the frame with the app in it, what is in the chart."""

from __future__ import annotations

from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugin.sandbox.authorization import SmartAuthorizationServer
from plugin.sandbox.chart import Charts, PatientRow, concept_text, narrative_text
from plugin.sandbox.oauth_store import Client, LaunchContext
from plugin.sandbox.users import USERS, User, user_or_first

USER_COOKIE = "sandbox_user"  # cookies are shared between ports of one host, so the name says whose it is


def pages_blueprint(server: SmartAuthorizationServer, charts: Charts, app_client: Client) -> Blueprint:
    """Routes that people open in a browser."""
    blueprint = Blueprint("pages", __name__)
    blueprint.add_app_template_filter(concept_text)
    blueprint.add_app_template_filter(narrative_text)

    @blueprint.app_context_processor
    def signed_in() -> dict[str, object]:
        return {"user": _user(), "users": USERS, "app_name": app_client.name}

    @blueprint.get("/")
    def patients() -> ResponseReturnValue:
        return render_template("patients.html", patients=charts.patients())

    @blueprint.post("/user")
    def choose_user() -> ResponseReturnValue:
        response = redirect(url_for("pages.patients"), code=303)
        response.set_cookie(
            USER_COOKIE, user_or_first(request.form.get("user")).reference, httponly=True, samesite="Lax"
        )
        return response

    @blueprint.get("/patients/<patient_id>/app")
    def app_frame(patient_id: str) -> ResponseReturnValue:
        patient = _patient(patient_id)
        return render_template("frame.html", patient=patient, page="app", app_url=_launch_url(patient, banner=False))

    @blueprint.get("/patients/<patient_id>/launch")
    def launch(patient_id: str) -> ResponseReturnValue:
        return redirect(_launch_url(_patient(patient_id), banner=True))

    @blueprint.get("/patients/<patient_id>/chart")
    def chart(patient_id: str) -> ResponseReturnValue:
        return render_template(
            "chart.html",
            patient=_patient(patient_id),
            page="chart",
            written=charts.written(patient_id),
            problems=charts.problems(patient_id),
            results=charts.results(patient_id),
        )

    @blueprint.get("/resources/<resource_type>/<logical_id>")
    def resource(resource_type: str, logical_id: str) -> ResponseReturnValue:
        """One resource as JSON, for those who want to see what was written to the letter."""
        found = charts.resource(f"{resource_type}/{logical_id}")
        if found is None:
            abort(404)
        return Response(orjson.dumps(found, option=orjson.OPT_INDENT_2), content_type="application/json")

    def _patient(patient_id: str) -> PatientRow:
        found = charts.patient(patient_id)
        if found is None:
            abort(404)
        return found

    def _launch_url(patient: PatientRow, banner: bool) -> str:
        report = charts.latest_report(patient.id)
        context = LaunchContext(
            _user().reference,
            patient.id,
            charts.current_encounter(patient.id),
            banner,
            on_screen=(report,) if report else (),
        )
        query = urlencode({"iss": server.fhir_url, "launch": server.store.add_launch(context)})
        return f"{app_client.launch_url}?{query}"

    return blueprint


def _user() -> User:
    return user_or_first(request.cookies.get(USER_COOKIE))
