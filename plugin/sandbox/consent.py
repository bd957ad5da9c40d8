"""The authorization and token endpoints: at once after an EHR launch, after a choice of patient without one.

Nobody signs in here: whoever holds a launch counts as the clinician who made it. All patients are invented.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from plugin.sandbox.authorization import SmartAuthorizationServer
from plugin.sandbox.chart import Charts
from plugin.sandbox.oauth_store import LaunchContext
from plugin.sandbox.users import USERS, user_or_first


def consent_blueprint(server: SmartAuthorizationServer, charts: Charts) -> Blueprint:
    """Routes under `/oauth` that take part in the authorization code flow."""
    blueprint = Blueprint("consent", __name__, url_prefix="/oauth")

    @blueprint.route("/authorize", methods=["GET", "POST"])
    def authorize() -> ResponseReturnValue:
        try:
            grant = server.get_consent_grant()
        except OAuth2Error as error:
            return _refusal(error)
        parameters = request.values.to_dict()
        context = server.store.launch(parameters.get("launch", ""))
        if context is not None:
            return server.create_authorization_response(grant=grant, grant_user=context)  # type: ignore[no-any-return]
        return render_template(
            "authorize.html",
            pending=server.store.add_pending(parameters),
            client=grant.client,
            scopes=grant.request.scope.split(),
            patients=charts.patients() if "launch/patient" in grant.request.scope.split() else [],
            users=USERS,
        )

    @blueprint.post("/decision")
    def decide() -> ResponseReturnValue:
        pending = server.store.take_pending(request.form.get("pending", ""))
        if pending is None:
            text = "This request was answered already, or is older than ten minutes. Start the app again."
            return render_template("refused.html", text=text), 400
        kept = server.create_oauth2_request(dict(pending.parameters))
        grant = server.get_authorization_grant(kept)
        return server.create_authorization_response(  # type: ignore[no-any-return]
            kept, grant=grant, grant_user=_chosen_context()
        )

    @blueprint.post("/token")
    def token() -> ResponseReturnValue:
        return server.create_token_response()  # type: ignore[no-any-return]

    @blueprint.post("/revoke")
    def revoke() -> ResponseReturnValue:
        return server.create_endpoint_response("revocation")  # type: ignore[no-any-return]

    def _chosen_context() -> LaunchContext | None:
        if request.form.get("decision") != "allow":
            return None
        patient = request.form.get("patient", "")
        encounter = charts.current_encounter(patient) if patient else ""
        return LaunchContext(user_or_first(request.form.get("user")).reference, patient, encounter)

    def _refusal(error: Any) -> ResponseReturnValue:
        """Back to the app with the reason, or a page where its address cannot be trusted (RFC 6749, 4.1.2.1)."""
        if error.redirect_uri:
            return server.handle_error_response(None, error)  # type: ignore[no-any-return]
        return render_template("refused.html", text=f"{error.error}: {error.description}"), 400

    return blueprint
