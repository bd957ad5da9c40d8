"""Facts to confirm as an SDC form: rendered by lforms, prefilled from the draft, its answers kept as statements."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from plugin.delivery.statements import reference_to
from plugin.drafting.questionnaires import questionnaires
from plugin.errors import InputError
from plugin.forms.facts_answers import Statement, facts_shown, read_facts
from plugin.forms.given_back import GivenBack, given_back
from plugin.launch.context import launch_service
from plugin.operations.populate import populated
from plugin.review.words import value_in_words
from plugin.review.workbench import Review
from plugin.storage.forms import keep_form
from plugin.web.desk import Desk
from plugin.web.review_page import PatientUnread, ready, review_of
from plugin.web.review_pages import patient_unread
from plugin.web.security import page_policy

blueprint = Blueprint("facts_form", __name__, url_prefix="/w/<workspace>/forms/facts")
blueprint.register_error_handler(PatientUnread, patient_unread)

FORM = "facts-to-confirm"
NOTHING = "No answer was changed, and none was confirmed."
LFORMS = "vendor/lforms/40.1.3"


@blueprint.get("/")
def page(workspace: str) -> Response:
    """The form, with what is known of each fact already in it."""
    desk, reading = ready(workspace)
    return _page(desk, review_of(desk, reading))


@blueprint.post("/")
def answer(workspace: str) -> Response:
    """Keep what was answered, all of it or nothing, and the form as it was answered."""
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    try:
        statements = _statements(desk, review)
    except InputError as fault:
        response = _page(desk, review, str(fault))
        response.status_code = 422
        return response
    for each in statements:
        desk.workbench.state(desk.patient, review, each.code, each.value, each.reason, desk.author)
    _keep(desk, review_of(desk, reading))
    return redirect(url_for("review.page", workspace=workspace, _anchor="changes"), 303)


def _statements(desk: Desk, review: Review) -> tuple[Statement, ...]:
    workbench, draft = desk.workbench, review.draft
    response, untouched, shown = _json("response"), _json("untouched"), _json("shown")
    known = {code: str(value) for code, value in shown.items() if code in draft.findings}
    confirmed = frozenset(request.form.getlist("confirm"))
    statements = read_facts(response, untouched, known, confirmed, draft, workbench.template.vocabulary)
    if not statements:
        raise InputError(NOTHING)
    for each in statements:
        workbench.check_statement(review, each.code, each.value, each.reason)
    return statements


def _given_back(form: dict[str, Any], review: Review) -> GivenBack | None:
    """The form as it was answered; None where no answers arrived."""
    try:
        response, untouched, shown = _json("response"), _json("untouched"), _json("shown")
    except InputError:
        return None
    return given_back(form, response, untouched, {code: str(value) for code, value in shown.items()}, review.draft)


def _json(name: str) -> dict[str, Any]:
    try:
        found = orjson.loads(request.form.get(name, ""))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise InputError("The answers did not arrive, since the form needs scripts; state facts on the review page.")
    return found


def _keep(desk: Desk, review: Review) -> None:
    template, now = desk.workbench.template, desk.workbench.now()
    filled = populated(template.questionnaires[FORM]["id"], review.draft, template) | {
        "status": "completed",
        "authored": now.isoformat(timespec="seconds"),
        "author": reference_to(desk.author),
    }
    with desk.workbench.database.session() as session:
        keep_form(session, desk.patient, FORM, filled, now)


def _page(desk: Desk, review: Review, problem: str = "") -> Response:
    template, draft = desk.workbench.template, review.draft
    form = questionnaires(draft, template)[FORM]
    shown = facts_shown(form, draft)
    answered = _given_back(form, review) if problem else None
    open_facts = [
        (code, template.vocabulary[code].label, value_in_words(finding.value, template.vocabulary[code]), finding.state)
        for code in shown
        if (finding := draft.findings[code]).value is not None and not finding.stated
    ]
    response = make_response(
        render_template(
            "review/facts_form.html",
            workspace=desk.workspace,
            form=answered.form if answered else form,
            untouched=answered.untouched if answered else None,
            confirmed=frozenset(request.form.getlist("confirm")),
            shown=shown,
            open_facts=open_facts,
            patient=draft.findings.patient,
            lforms=LFORMS,
            problem=problem,
        )
    )
    # The renderer sets styles by itself; this page alone allows that, and no script but ours all the same.
    ancestors = " ".join(launch_service().settings.frame_ancestors) or "'none'"
    changes = {"style-src": "'self' 'unsafe-inline'", "img-src": "'self' data:", "font-src": "'self' data:"}
    response.headers["Content-Security-Policy"] = page_policy(ancestors, **changes)
    return response
