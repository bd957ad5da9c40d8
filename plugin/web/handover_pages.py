"""Handing the tablet over to the patient: prepared on a page of the launch, which is closed by the same press."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from plugin.drafting.questionnaires import questionnaires
from plugin.errors import InputError
from plugin.forms.page_words import page_words
from plugin.forms.patient_answers import answers_in
from plugin.launch.context import hand_over_workspace, launch_service
from plugin.launch.cookies import CookiePolicy
from plugin.library.languages import languages_of
from plugin.review.charts import Reading
from plugin.review.said import FORM
from plugin.storage.forms import FilledForm
from plugin.web.desk import Desk
from plugin.web.patient_pages import handovers
from plugin.web.review_page import PatientUnread, ready, review_of
from plugin.web.review_pages import patient_unread

blueprint = Blueprint("handover", __name__, url_prefix="/w/<workspace>/hand-over")
blueprint.register_error_handler(PatientUnread, patient_unread)

TOKEN = re.compile(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}")
NAME_USES = ("usual", "official")


@blueprint.get("/")
def prepare(workspace: str) -> str:
    """What handing over means, the language to begin with, and the PIN that leads back."""
    desk, reading = ready(workspace)
    return _page(desk, reading)


@blueprint.post("/")
def hand_over(workspace: str) -> Response | tuple[str, int]:
    """Close the chart in this browser and give the address of the patient's form."""
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    template = desk.workbench.template
    if FORM not in template.questionnaires:
        raise NotFound("The template in use has no form for patients.")
    form = questionnaires(review.draft, template)[FORM]
    language = request.form.get("language", "")
    if language not in languages_of(form):
        language = languages_of(form)[0]
    earlier = None if request.form.get("anew") else _unfinished(review.forms)
    answers = answers_in(form, earlier.response) if earlier else {}
    pin = request.form.get("pin", "").strip()
    try:
        token = handovers().begin(workspace, desk.patient, called(reading.resources), form, language, pin, answers)
    except InputError as fault:
        return _page(desk, reading, str(fault)), 422
    hand_over_workspace(desk.context)
    session.clear()
    response = make_response(redirect(url_for("handover.handed_over", workspace=workspace, token=token), 303))
    CookiePolicy.of(launch_service().settings).put(response, "workspace", "", f"/w/{workspace}", 0)
    response.headers["Clear-Site-Data"] = '"cache"'  # pages of the chart that the browser holds ready for going back
    return response


@blueprint.get("/<token>")
def handed_over(workspace: str, token: str) -> str:
    """Where the form is. Nobody needs a launch to read this, and it says nothing that its address does not."""
    if not TOKEN.fullmatch(token):
        raise NotFound("There is no such form.")
    return render_template("review/handed_over.html", token=token)


def called(resources: list[dict[str, Any]]) -> str:
    """What the patient is called: the first given name, which tells whose form it is; empty where none is on record.

    Nothing else that names the patient goes to the form.
    """
    names = [name for each in resources if each["resourceType"] == "Patient" for name in each.get("name", ())]
    ranked = sorted(names, key=lambda name: NAME_USES.index(name["use"]) if name.get("use") in NAME_USES else 9)
    given = [str(part) for name in ranked for part in name.get("given", ())[:1]]
    return given[0] if given else ""


def _unfinished(forms: tuple[FilledForm, ...]) -> FilledForm | None:
    """The form of the patient that was broken off last, to go on with."""
    return next((each for each in reversed(forms) if each.form == FORM and each.is_unfinished), None)


def _page(desk: Desk, reading: Reading, problem: str = "") -> str:
    template = desk.workbench.template
    form = template.questionnaires.get(FORM)
    if form is None:
        raise NotFound("The template in use has no form for patients.")
    review = review_of(desk, reading)
    names = [(each, page_words(template.terminology, each)["language-name"]) for each in languages_of(form)]
    return render_template(
        "review/hand_over.html",
        workspace=desk.workspace,
        languages=names,
        form=form,
        problem=problem,
        patient=review.draft.findings.patient,
        unfinished=_unfinished(review.forms),
    )
