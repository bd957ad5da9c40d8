"""Lines of the reviewers' own, decisions made once more or taken back, and whether the review has changed."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from plugin.delivery.plan import GOALS
from plugin.errors import InputError
from plugin.review.again import repeat
from plugin.review.came_with import take_back
from plugin.review.charts import Reading
from plugin.review.decisions import read_seen
from plugin.review.more_care import more_care, wish_for
from plugin.review.own_lines import KEY, OwnWish, keep_own_line, read_own_wish
from plugin.storage.meanwhile import version_of
from plugin.storage.reviews import Line, decide
from plugin.web.desk import Desk, desk_of
from plugin.web.review_page import back_to, page_of, problem_of, ready, review_of, status_of

blueprint = Blueprint("decisions", __name__, url_prefix="/w/<workspace>")


@blueprint.get("/version")
def version(workspace: str) -> Response:
    """How often the review of this launch's patient was changed; a number and nothing else."""
    desk = desk_of(workspace)
    with desk.workbench.database.session() as session:
        return jsonify(version=version_of(session, desk.patient))


@blueprint.get("/own/<key>")
def back_to_own_line(workspace: str, key: str) -> Response:
    """Somebody reloads the answer to a form: the page it was about."""
    return back_to(workspace, f"own-{key}" if KEY.fullmatch(key) else "own")


@blueprint.post("/own/<key>")
def own_line(workspace: str, key: str) -> Response | tuple[str, int]:
    """Add a line in one's own words, change it, take it away or put it back."""
    desk, reading = ready(workspace)
    anchor = f"own-{key}" if KEY.fullmatch(key) else "own"
    try:
        wish = _own_wish(desk, reading)
        keep_own_line(desk.workbench.database, desk.patient, key, wish, desk.author, desk.workbench.now())
    except InputError as fault:
        return page_of(desk, reading, problem_of(anchor, fault, request.form)), status_of(fault)
    return back_to(workspace, anchor)


def _own_wish(desk: Desk, reading: Reading) -> OwnWish:
    """What the form asks for: a line in own words, or an item of the template that is not drafted."""
    if request.form.get("action") != "add-item":
        return read_own_wish(request.form)
    review = review_of(desk, reading)
    offered = more_care(review.draft, desk.workbench.template, review.own_lines)
    return wish_for(request.form.get("item", ""), read_seen(request.form), offered)


@blueprint.get("/lines/<kind>/<code>/again")
@blueprint.get("/lines/<kind>/<code>/take-back")
def back_to_line(workspace: str, kind: str, code: str) -> Response:
    """Somebody reloads the answer to a form: the page it was about."""
    return back_to(workspace, f"line-{kind}-{code}")


@blueprint.post("/lines/<kind>/<code>/again")
def again(workspace: str, kind: str, code: str) -> Response | tuple[str, int]:
    """Make a decision that no longer counts once more, for where its line stands now."""
    desk, reading = ready(workspace)
    anchor, review, bench = f"line-{kind}-{code}", review_of(desk, reading), desk.workbench
    standing, seen = request.form.get("standing", ""), read_seen(request.form)
    open_again = bench.page(review).again
    try:
        repeat(
            bench.database,
            desk.patient,
            review.draft,
            Line(kind, code),
            standing,
            seen,
            desk.author,
            bench.now(),
            open_again,
        )
    except InputError as fault:
        return page_of(desk, reading, problem_of(anchor, fault, request.form)), status_of(fault)
    return back_to(workspace, anchor)


@blueprint.post("/lines/<kind>/<code>/take-back")
def take_back_all(workspace: str, kind: str, code: str) -> Response | tuple[str, int]:
    """Take an acceptance back, with those of the lines that were accepted with it."""
    desk, reading = ready(workspace)
    anchor, review, bench = f"line-{kind}-{code}", review_of(desk, reading), desk.workbench
    named = frozenset(request.form.get("with", "").split())
    try:
        take_back(
            bench.database,
            desk.patient,
            review.draft,
            Line(kind, code),
            read_seen(request.form),
            named,
            desk.author,
            bench.now(),
        )
    except InputError as fault:
        return page_of(desk, reading, problem_of(anchor, fault, request.form)), status_of(fault)
    return back_to(workspace, anchor)


@blueprint.get("/goals")
def back_to_goals(workspace: str) -> Response:
    """Somebody reloads the answer to a form: the page it was about."""
    return back_to(workspace, "goals")


@blueprint.post("/goals")
def goals(workspace: str) -> Response:
    """Leave the proposed goals out of the saved plan, or write them with it again."""
    desk, reading = ready(workspace)
    review, bench = review_of(desk, reading), desk.workbench
    leaves_out = request.form.get("write") == "no"
    if leaves_out != (GOALS in review.decisions):
        with bench.database.session() as session:
            decide(
                session,
                desk.patient,
                line=GOALS,
                template_version=review.draft.template_version,
                choice="decline" if leaves_out else "reopen",
                reason="Left out of the saved plan" if leaves_out else "",
                author=desk.author,
                at=bench.now(),
            )
    return back_to(workspace, "goals")
