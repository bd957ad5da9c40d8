"""Parts of the review that are folded: fetched when somebody opens them, and pages of their own where no script runs.

The review page holds a link in each fold. A script puts `?bare` behind its address and takes the part alone.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import NotFound

from plugin.review.workbench import Review
from plugin.web.desk import Desk
from plugin.web.review_page import PatientUnread, ready, review_of, shared_by_parts
from plugin.web.review_pages import conflicting, logic_on, patient_unread

blueprint = Blueprint("parts", __name__, url_prefix="/w/<workspace>")
blueprint.register_error_handler(PatientUnread, patient_unread)


@blueprint.get("/facts/<code>/open")
def fact(workspace: str, code: str) -> str:
    """One fact with the results behind it, and the forms to confirm, correct or withdraw it."""
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    view = desk.workbench.page(review)
    found = view.fact(code)
    if found is None:
        raise NotFound("The template in use has no such fact.")
    return _part("fact", shared_by_parts(desk, review, view), fact=found)


@blueprint.get("/unused")
def unused(workspace: str) -> str:
    """Every entry of the chart that could not be used, with why."""
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    return _part("unused", shared_by_parts(desk, review, desk.workbench.page(review)))


@blueprint.get("/lines/<kind>/<code>/<any(why, change, decline, defer):part>")
def line(workspace: str, kind: str, code: str, part: str) -> str:
    """One line with why it stands where it does, or with the form of one decision on it."""
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    view = desk.workbench.page(review)
    item = view.line(f"line-{kind}-{code}")
    if item is None or (part != "why" and item.standing == "not-offered"):
        raise NotFound("The plan has no such line now; go back to the review.")
    shared = shared_by_parts(desk, review, view)
    if part != "why":
        return _part(part, shared, item=item)
    return _part(part, shared | _logic(desk, review, kind, code), item=item)


def _logic(desk: Desk, review: Review, kind: str, code: str) -> dict[str, Any]:
    found = logic_on(kind, code, review, desk.workbench.template)
    return {
        "logic": found,
        "terms": url_for("review.logic", workspace=desk.workspace, kind=kind, code=code),
        "conflicting": conflicting(review),
        "named": dict(found.named),
    }


def _part(opened: str, shared: dict[str, Any], **about: object) -> str:
    bare = "bare" in request.args
    file = f"decide_{opened}.html" if opened in shared["reasons"] else f"{opened}_opened.html"
    return render_template(
        "review/part.html",
        **shared,
        **about,
        bare=bare,
        here="" if bare else shared["home"],
        opened=opened,
        part_file=f"review/{file}",
        problem=None,
        in_place=False,
    )
