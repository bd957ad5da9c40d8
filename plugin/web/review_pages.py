"""The review page and what its forms send. Every form answers with a redirect to the line it was about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from plugin import __version__
from plugin.errors import InputError
from plugin.review.charts import Reading
from plugin.review.decisions import read_wish
from plugin.review.statements import read_value
from plugin.review.view import PageView
from plugin.review.workbench import Review
from plugin.storage.reviews import Line as LineKey
from plugin.web.desk import Desk, desk_of

blueprint = Blueprint("review", __name__, url_prefix="/w/<workspace>")

PATIENCE = 1.5  # seconds to wait for a chart before a page says that it is being read
ANCHOR = re.compile(r"[a-z0-9-]{1,80}")
LONGEST_REASON = 500
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Why a form was not accepted, and what it held, so that nothing is typed twice."""

    anchor: str
    message: str
    choice: str = ""
    text: str = ""


@blueprint.get("/")
def page(workspace: str) -> Answer:
    """The review of the patient of this launch."""
    desk = desk_of(workspace)
    reading = desk.reading()
    if not reading.finished.wait(PATIENCE):
        return render_template("review/reading.html", reading=reading)
    if reading.failure is not None:
        desk.forget_chart()
        raise reading.failure
    return _page(desk, reading)


@blueprint.post("/lines/<kind>/<code>")
def decide(workspace: str, kind: str, code: str) -> Answer:
    """Accept, change, decline or reopen one line."""
    desk, reading = _ready(workspace)
    anchor = f"line-{kind}-{code}"
    try:
        wish = read_wish(request.form)
        desk.workbench.decide(desk.patient, _review(desk, reading), LineKey(kind, code), wish, desk.author)
    except InputError as fault:
        problem = FormProblem(anchor, str(fault), request.form.get("choice", ""), request.form.get("text", ""))
        return _page(desk, reading, problem), 422
    return _back_to(workspace, anchor)


@blueprint.post("/facts/<code>")
def state_fact(workspace: str, code: str) -> Answer:
    """Confirm, enter, correct or withdraw one fact; the plan is drafted anew."""
    desk, reading = _ready(workspace)
    definition = desk.workbench.template.vocabulary.get(code)
    if definition is None:
        raise NotFound("The template in use has no such fact.")
    anchor = f"fact-{code}"
    try:
        value = None if request.form.get("withdraw") else read_value(request.form.get("value", ""), definition)
        reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
        desk.workbench.state(desk.patient, _review(desk, reading), code, value, reason, desk.author)
    except InputError as fault:
        return _page(desk, reading, FormProblem(anchor, str(fault))), 422
    back = request.form.get("back", "")
    return _back_to(workspace, back if ANCHOR.fullmatch(back) else anchor)


@blueprint.post("/reload")
def reload(workspace: str) -> Answer:
    """Read the chart again."""
    desk_of(workspace).forget_chart()
    return redirect(url_for("review.page", workspace=workspace), 303)


@blueprint.post("/save")
def save(workspace: str) -> Answer:
    """Write the reviewed plan to the EHR and read it back."""
    desk, reading = _ready(workspace)
    desk.save(_review(desk, reading))
    return _back_to(workspace, "send")


def _ready(workspace: str) -> tuple[Desk, Reading]:
    """The desk with its chart read; forms wait for it, since what they say is about that chart."""
    desk = desk_of(workspace)
    reading = desk.reading()
    reading.finished.wait()
    if reading.failure is not None:
        desk.forget_chart()
        raise reading.failure
    return desk, reading


def _review(desk: Desk, reading: Reading) -> Review:
    return desk.workbench.open(desk.patient, reading.resources)


def _back_to(workspace: str, anchor: str) -> Response:
    return redirect(url_for("review.page", workspace=workspace, _anchor=anchor), 303)


def _page(desk: Desk, reading: Reading, problem: FormProblem | None = None) -> str:
    review = _review(desk, reading)
    view = desk.workbench.page(review)
    return render_template(
        "review/page.html",
        workspace=desk.workspace,
        view=view,
        plan_lists=_plan_lists(view),
        patient=view.draft.findings.patient,
        age=view.draft.findings["age"].value if "age" in view.draft.findings else None,
        user=desk.author,
        missing_scopes=desk.context.missing_scopes,
        gaps=[fault for fault in view.draft.findings.problems if fault.kind == "gap"],
        problems=[fault for fault in view.draft.findings.problems if fault.kind != "gap"],
        read_at=reading.read_at,
        delivery=review.deliveries[0] if review.deliveries else None,
        behind=bool(review.deliveries) and not desk.is_saved(review, review.deliveries[0]),
        progress_sentence=progress_sentence(view),
        problem=problem,
        open_anchor=problem.anchor if problem else "",
        software=f"careplan-plugin {__version__}",
    )


def _plan_lists(view: PageView) -> list[tuple[str, str, str, object]]:
    return [
        ("offered", "Offered", "every condition holds", view.offered),
        ("conditional", "Conditional", "waits for facts", view.conditional),
        ("judgement", "For your judgement", "guidance leaves it to the clinician", view.judgement),
    ]


def progress_sentence(view: PageView) -> str:
    """How far the review is: `12 lines, 4 decided: 2 accepted, 1 changed, 1 declined.` and the like."""
    progress = view.progress
    lines = "1 line" if progress.total == 1 else f"{progress.total} lines"
    if not progress.decided:
        return f"{lines}, none decided."
    parts = [(progress.accepted, "accepted"), (progress.changed, "changed"), (progress.declined, "declined")]
    return f"{lines}, {progress.decided} decided: {', '.join(f'{count} {word}' for count, word in parts if count)}."
