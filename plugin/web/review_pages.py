"""The review page and what its forms send. Every form answers with a redirect to the line it was about."""

from __future__ import annotations

import re

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from plugin import __version__
from plugin.delivery.journal import BeingSaved
from plugin.errors import InputError
from plugin.library.rules import Template
from plugin.review.decisions import read_seen, read_wish
from plugin.review.logic import Logic, logic_of
from plugin.review.statements import read_value
from plugin.review.workbench import Review, line_of
from plugin.storage.reviews import Line as LineKey
from plugin.web.desk import desk_of
from plugin.web.review_page import (
    FormProblem,
    PatientUnread,
    back_to,
    cautions_of,
    page_of,
    problem_of,
    ready,
    require,
    review_of,
    status_of,
)

blueprint = Blueprint("review", __name__, url_prefix="/w/<workspace>")

PATIENCE = 1.5  # seconds to wait for a chart before a page says that it is being read
ANCHOR = re.compile(r"[a-z0-9-]{1,80}")
LONGEST_REASON = 500
UNSEEN_CAUTION = (
    "This plan is drafted from a chart that was not read completely. Tick that you know this, or read the chart again."
)
CLASH_CAUTION = (
    "Lines that do not go together, or of which one includes the other, are both in the plan. Tick that you know this, "
    "or take one of them back."
)
WAITING_CAUTION = (
    "Lines were accepted while facts that they depend on are not known: {lines}. Tick that you know this, take them "
    "back, or defer them until the facts are known."
)
OTHER_WAY = "What can be written to this EHR is not what the page said. Look at what is written now, and save again."
Answer = str | Response | tuple[str, int]


@blueprint.get("/")
def page(workspace: str) -> Answer:
    """The review of the patient of this launch."""
    desk = desk_of(workspace)
    reading = desk.reading()
    if not reading.finished.wait(PATIENCE):
        return render_template("review/reading.html", reading=reading)
    require(desk, reading)
    return page_of(desk, reading)


@blueprint.get("/logic/<kind>/<code>")
def logic(workspace: str, kind: str, code: str) -> Answer:
    """Why one line stands where it does: each condition that was checked, in words, with what the chart says."""
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    template = desk.workbench.template
    found = logic_on(kind, code, review, template)
    return render_template(
        "review/logic.html",
        workspace=desk.workspace,
        logic=found,
        terms="",
        conflicting=conflicting(review),
        named={name: (template.named[name].description, clause) for name, clause in found.named},
        patient=review.draft.findings.patient,
        as_of=review.draft.as_of,
        software=f"careplan-plugin {__version__}",
    )


def logic_on(kind: str, code: str, review: Review, template: Template) -> Logic:
    """What was checked for one line; raises NotFound where the draft has no such line."""
    found = logic_of(kind, code, review.draft, template)
    if found is None:
        raise NotFound("The plan has no such line now; go back to the review.")
    return found


def conflicting(review: Review) -> set[str]:
    """The findings whose results disagree."""
    return {code for code, finding in review.draft.findings.items() if finding.state == "conflicting"}


@blueprint.get("/lines/<kind>/<code>")
@blueprint.get("/facts/<code>")
@blueprint.get("/reload")
@blueprint.get("/save")
def back_to_page(workspace: str, kind: str = "", code: str = "") -> Answer:
    """Somebody reloads the answer to a form, or comes back to it later: the page it was about."""
    anchor = f"line-{kind}-{code}" if kind else f"fact-{code}"
    return back_to(workspace, anchor if code and ANCHOR.fullmatch(anchor) else "")


@blueprint.errorhandler(PatientUnread)
def patient_unread(error: PatientUnread) -> Answer:
    """Nothing is drafted for nobody: the page says what failed, and how to try again."""
    return render_template(
        "review/unread.html", reason=str(error), workspace=(request.view_args or {})["workspace"]
    ), 502


@blueprint.post("/lines/<kind>/<code>")
def decide(workspace: str, kind: str, code: str) -> Answer:
    """Accept, change, decline or reopen one line."""
    desk, reading = ready(workspace)
    anchor = f"line-{kind}-{code}"
    try:
        review, key = review_of(desk, reading), LineKey(kind, code)
        wish = read_wish(request.form, line_of(review.draft, key).label)
        desk.workbench.decide(desk.patient, review, key, wish, desk.author)
    except InputError as fault:
        return page_of(desk, reading, problem_of(anchor, fault, request.form)), status_of(fault)
    return back_to(workspace, anchor)


@blueprint.post("/facts/<code>")
def state_fact(workspace: str, code: str) -> Answer:
    """Confirm, enter, correct or withdraw one fact; the plan is drafted anew."""
    desk, reading = ready(workspace)
    definition = desk.workbench.template.vocabulary.get(code)
    if definition is None:
        raise NotFound("The template in use has no such fact.")
    anchor = f"fact-{code}"
    try:
        value = None if request.form.get("withdraw") else read_value(request.form.get("value", ""), definition)
        reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
        seen = read_seen(request.form)
        desk.workbench.state(desk.patient, review_of(desk, reading), code, value, reason, desk.author, seen)
    except InputError as fault:
        return page_of(desk, reading, problem_of(anchor, fault, request.form)), status_of(fault)
    return back_to(workspace, "changes")


@blueprint.post("/reload")
def reload(workspace: str) -> Answer:
    """Read the chart again."""
    desk_of(workspace).read_again()
    return back_to(workspace, "")


@blueprint.post("/save")
def save(workspace: str) -> Answer:
    """Write the reviewed plan to the EHR the way that the page has announced, and read it back."""
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    if cautions_of(review, reading) and not request.form.get("in_part"):
        return page_of(desk, reading, FormProblem("send", UNSEEN_CAUTION)), 422
    plan = desk.plan(review)
    if plan.clashes() and not request.form.get("both"):
        return page_of(desk, reading, FormProblem("send", CLASH_CAUTION)), 422
    on_condition = [f"{line.label} {plan.waits_in_words(line)}" for line in plan.on_condition()]
    if on_condition and not request.form.get("waiting"):
        said = WAITING_CAUTION.format(lines="; ".join(on_condition))
        return page_of(desk, reading, FormProblem("send", said)), 422
    route = desk.ask_abilities()
    if route.strategy == "download" or request.form.get("way", route.strategy) != route.strategy:
        return page_of(desk, reading, FormProblem("send", OTHER_WAY)), 409
    try:
        delivery = desk.save(review, route)
    except BeingSaved as fault:
        return page_of(desk, reading, FormProblem("send", str(fault))), 409
    if delivery.status == "saved":
        desk.put_changes_away(review)
    if delivery.status in ("saved", "partial"):
        desk.read_again()  # our statements are in the chart now, or no longer
    return back_to(workspace, "delivery")
