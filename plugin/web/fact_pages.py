"""What statements change: undo, putting the changes away, every result behind one fact, and trying values out.

Hypothetical values travel in the body of forms, from page to page, and are kept nowhere: no address tells them, no
other window of the launch sees them, and nothing that is saved, printed or served to the EHR can hold them.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from plugin.errors import InputError
from plugin.findings.sources import sources_elsewhere
from plugin.library.vocabulary import FindingDefinition
from plugin.review.charts import Reading
from plugin.review.fact_history import last_entries
from plugin.review.fact_search import MOST_FOUND, facts_named
from plugin.review.result_sources import ResultSources
from plugin.review.statements import read_value
from plugin.review.what_if import PREFIX, read_hypotheses, what_if, without
from plugin.storage.seen import put_away
from plugin.web.desk import Desk, desk_of
from plugin.web.review_page import FormProblem, PatientUnread, back_to, page_of, ready, review_of
from plugin.web.review_pages import patient_unread

blueprint = Blueprint("facts", __name__, url_prefix="/w/<workspace>")
blueprint.register_error_handler(PatientUnread, patient_unread)

LARGEST_ENTRY = 10**9
Answer = str | Response | tuple[str, int]


@blueprint.post("/undo")
def undo(workspace: str) -> Answer:
    """Take back a statement of one's own, or take back that."""
    desk, reading = ready(workspace)
    try:
        desk.workbench.undo(desk.patient, _entry(), desk.author)
    except InputError as fault:
        return page_of(desk, reading, FormProblem("facts", str(fault))), 409
    return back_to(workspace, "changes")


@blueprint.post("/changes")
def put_changes_away(workspace: str) -> Answer:
    """Show the changes of the last statement no more."""
    desk = desk_of(workspace)
    with desk.workbench.database.session() as session:
        put_away(session, desk.workspace, _entry())
    return back_to(workspace, "plan")


@blueprint.get("/undo")
@blueprint.get("/changes")
def back(workspace: str) -> Answer:
    """Somebody reloads the answer to a form: the page it was about."""
    return back_to(workspace, "")


@blueprint.get("/facts/<code>/results")
def results(workspace: str, code: str) -> Answer:
    """Every result behind one fact."""
    desk, reading = ready(workspace)
    definition, review = _definition(desk, code), review_of(desk, reading)
    finding = review.draft.findings[code]
    return render_template(
        "review/results.html",
        workspace=desk.workspace,
        view=desk.workbench.page(review),
        definition=definition,
        finding=finding,
        behind=sources_elsewhere(finding, review.draft.findings),
        patient=review.draft.findings.patient,
        source_of=ResultSources(review.ground, desk.context.iss).of,
    )


@blueprint.get("/what-if")
def begin(workspace: str) -> Answer:
    """The plan as it is, with nothing supposed yet."""
    return _what_if(*ready(workspace))


@blueprint.post("/what-if")
def suppose(workspace: str) -> Answer:
    """The plan with the hypotheses of the form: one added, changed or dropped."""
    return _what_if(*ready(workspace))


def _what_if(desk: Desk, reading: Reading) -> Answer:
    template, problem = desk.workbench.template, ""
    asked, value = request.form.get("suppose", ""), request.form.get("value", "").strip()
    values = {}
    try:
        values = read_hypotheses(request.form, template)
        values = without(values, request.form.get("drop", ""))
        if asked and value:
            values[asked] = read_value(value, _definition(desk, asked))
    except InputError as fault:
        problem = str(fault)
    review = review_of(desk, reading)
    found = what_if(values, review, template, desk.patient, desk.author, desk.workbench.now())
    value_is_open = asked and (problem or not value)
    typed = _definition(desk, asked).code if value_is_open else request.form.get("choose", "")
    matching = facts_named(typed, template.vocabulary.values())
    if typed.strip() and not matching:
        problem = f"No fact is called “{typed.strip()}”. Type a part of its name, or choose one of those offered."
    page = render_template(
        "review/what_if.html",
        workspace=desk.workspace,
        mark=desk.mark,
        view=desk.workbench.page(review),
        found=found,
        prefix=PREFIX,
        chosen=matching[0] if len(matching) == 1 else None,
        matching=matching if len(matching) > 1 else (),
        most_found=MOST_FOUND,
        typed="" if len(matching) == 1 else typed,
        headings={item["linkId"]: item["text"] for item in template.questionnaires["plan-review"]["item"]},
        groups=_groups(template.vocabulary.values()),
        patient=review.draft.findings.patient,
        problem=problem,
        last_entries=last_entries(review.entries),
    )
    return (page, 422) if problem else page


def _groups(definitions: Iterable[FindingDefinition]) -> dict[str, list[FindingDefinition]]:
    groups: dict[str, list[FindingDefinition]] = {}
    for definition in definitions:
        groups.setdefault(definition.group, []).append(definition)
    return groups


def _definition(desk: Desk, code: str) -> FindingDefinition:
    definition = desk.workbench.template.vocabulary.get(code)
    if definition is None:
        raise NotFound("The template in use has no such fact.")
    return definition


def _entry() -> int:
    text = request.form.get("entry", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) < LARGEST_ENTRY else 0
