"""The end of a session: the workspace is closed, its chart forgotten, its tokens revoked at the EHR."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, session

from plugin.launch.context import close_workspace, launch_service
from plugin.launch.cookies import CookiePolicy
from plugin.web.desk import desk_of

blueprint = Blueprint("closing", __name__)


@blueprint.post("/w/<workspace>/close")
def close(workspace: str) -> Response:
    """Close a workspace. What was decided is kept; the page says whether the EHR confirmed the end.

    While a plan waits to be sent, this asks first: only this launch can send it.
    """
    desk = desk_of(workspace)
    if desk.has_unsent() and not request.form.get("unsent"):
        return make_response(render_template("closing.html", workspace=workspace, ehr=desk.context.ehr))
    unsent = desk.give_up_unsent()
    desk.forget_chart()
    revoked = close_workspace(desk.context)
    session.clear()
    response = make_response(render_template("closed.html", ehr=desk.context.ehr, revoked=revoked, unsent=unsent))
    CookiePolicy.of(launch_service().settings).put(response, "workspace", "", f"/w/{workspace}", 0)
    return response
