"""The review of one launch as a page, whichever form it answers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from plugin import __version__
from plugin.delivery.lines import decidable_lines
from plugin.delivery.parts import parts_of
from plugin.delivery.plan import GOALS
from plugin.delivery.printed import may_print
from plugin.delivery.route import Route
from plugin.errors import InputError, RemoteError
from plugin.launch.context import launch_service
from plugin.launch.fhir_context import opened_from
from plugin.library.forms import reasons_offered, settings_offered
from plugin.review.brief import treatment_brief, work_brief
from plugin.review.changes import Changes, changes_by
from plugin.review.charts import Reading
from plugin.review.course.course import course_of
from plugin.review.fact_history import history_of, last_entries
from plugin.review.more_care import more_care
from plugin.review.result_sources import ResultSources
from plugin.review.said import FORM
from plugin.review.undoing import undoable
from plugin.review.view import PageView
from plugin.review.workbench import Review
from plugin.storage.meanwhile import ChangedMeanwhile
from plugin.storage.patients import Author
from plugin.storage.seen import seen_in
from plugin.web.desk import Desk, desk_of
from plugin.web.unsaved import keeping_for


class PatientUnread(RemoteError):
    """The chart came without its patient, so nothing can be drafted."""


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Why a form was not accepted, and what it held, so that nothing is typed twice.

    typed: what was sent, by the names of the fields. by: who decided meanwhile, where that is why.
    """

    anchor: str
    message: str
    typed: Mapping[str, str] = field(default_factory=dict)
    by: Author | None = None

    @property
    def choice(self) -> str:
        """The decision that was not kept."""
        return self.typed.get("choice", "")


def problem_of(anchor: str, fault: InputError, form: Mapping[str, str]) -> FormProblem:
    """What to say of a form about `anchor` that was not accepted."""
    by = fault.by if isinstance(fault, ChangedMeanwhile) else None
    return FormProblem(anchor, str(fault), dict(form.items()), by)


def status_of(fault: InputError) -> int:
    """409 where others were quicker, 422 where the form has to be filled in otherwise."""
    return 409 if isinstance(fault, ChangedMeanwhile) else 422


def back_to(workspace: str, anchor: str) -> Response:
    """Away from a form that was accepted, to what it was about."""
    return redirect(url_for("review.page", workspace=workspace, _anchor=anchor or None), 303)


def ready(workspace: str) -> tuple[Desk, Reading]:
    """The desk with its chart read; forms wait for it, since what they say is about that chart."""
    desk = desk_of(workspace)
    reading = desk.reading()
    reading.finished.wait()
    require(desk, reading)
    return desk, reading


def require(desk: Desk, reading: Reading) -> None:
    """Raise where there is no chart to work on, after dropping what was read, so that the next look reads anew."""
    if reading.failure is None and reading.is_usable:
        return
    desk.forget_chart()
    if reading.failure is not None:
        raise reading.failure
    raise PatientUnread(reading.chart.missing_patient if reading.chart else "")


def cautions_of(review: Review, reading: Reading) -> list[str]:
    """Why the chart behind a draft is not all that the EHR has."""
    gaps = [fault.text for fault in review.draft.findings.problems if fault.kind == "gap"]
    return [*gaps, *([reading.kept_because] if reading.kept_because else [])]


def review_of(desk: Desk, reading: Reading) -> Review:
    """The review as it stands, drafted from the chart that was read."""
    return desk.workbench.open(desk.patient, reading.resources, reading.memory)


def changes_of(desk: Desk, review: Review) -> Changes | None:
    """What the reviewer's last statement of this launch changed, until it is put away."""
    with desk.workbench.database.session() as session:
        began, seen = seen_in(session, desk.workspace)
    return changes_by(desk.author, began, seen, review, desk.workbench.template, desk.patient)


def page_of(desk: Desk, reading: Reading, problem: FormProblem | None = None) -> str:
    """The whole page, with what was wrong in the form it answers to, if anything was."""
    review = review_of(desk, reading)
    view = desk.workbench.page(review)
    delivery = review.deliveries[0] if review.deliveries else None
    route = desk.route()
    shared = shared_by_parts(desk, review, view)
    return render_template(
        "review/page.html",
        **shared,
        here="",
        opened="",
        course=course_of(view.draft, desk.workbench.template, reading.resources),
        plan_lists=_plan_lists(view),
        treatment_brief=treatment_brief(view),
        work_brief=work_brief(view, shared["headings"]["support"]),
        age=view.draft.findings["age"].value if "age" in view.draft.findings else None,
        missing_scopes=desk.context.missing_scopes,
        gaps=[fault for fault in view.draft.findings.problems if fault.kind == "gap"],
        read_at=reading.read_at,
        kept_because=reading.kept_because,
        cautions=cautions_of(review, reading),
        to_withdraw=[desk.workbench.template.vocabulary[code].label for code in review.to_withdraw],
        chart_size=review.chart_size,
        delivery=delivery,
        saved_at=next((each.updated for each in review.deliveries if each.status == "saved"), None),
        behind=delivery is not None and not desk.is_saved(review, delivery),
        parts=parts_of(delivery.response) if delivery else (),
        waiting=desk.in_outbox(delivery) if delivery else None,
        route=route,
        writes=desk.writes(review, route),
        ehr=desk.context.ehr,
        opened_from=opened_from(desk.context.fhir_context),
        iss=desk.context.iss,
        prints=may_print(),
        saved_sentence=counted(view, review),
        goals_left_out=review.decisions.get(GOALS),
        goals_written=0 if GOALS in review.decisions else len(view.draft.proposed_goals()),
        progress_sentence=progress_sentence(view, sum(each.stands for each in review.own_lines)),
        said=review.said,
        hands_over=FORM in desk.workbench.template.questionnaires,
        own_lines=review.own_lines,
        more_care=more_care(review.draft, desk.workbench.template, review.own_lines),
        new_key=uuid4().hex,
        new_item_key=uuid4().hex,
        version=review.version,
        keeping=keeping_for(launch_service().settings, desk.patient, desk.author),
        problem=problem,
        in_place=problem is not None and _has_place(problem, view, review, route),
        changes=changes_of(desk, review),
        open_anchor=problem.anchor if problem else "",
        software=f"careplan-plugin {__version__}",
    )


def shared_by_parts(desk: Desk, review: Review, view: PageView) -> dict[str, Any]:
    """What the page and its folded parts both show, by the names that the templates use.

    home: the address of the review; addresses of parts are put together from it, since building hundreds one by one
    takes longer than all that they stand in.
    """
    form = desk.workbench.template.questionnaires["plan-review"]
    return {
        "workspace": desk.workspace,
        "home": url_for("review.page", workspace=desk.workspace),
        "suppose_action": url_for("facts.suppose", workspace=desk.workspace),
        "mark": desk.mark,
        "view": view,
        "patient": view.draft.findings.patient,
        "user": desk.author,
        "headings": {item["linkId"]: item["text"] for item in form["item"]},
        "reasons": {choice: reasons_offered(form, choice) for choice in ("change", "decline", "defer")},
        "settings": settings_offered(form),
        "plan_labels": dict.fromkeys(line.label for line in decidable_lines(view.draft)),
        "now": desk.workbench.now(),
        "first_day": desk.workbench.today() + timedelta(days=1),
        "history": history_of(review.entries),
        "last_entries": last_entries(review.entries),
        "undoable": undoable(review.entries, desk.author),
        "source_of": ResultSources(review.ground, desk.context.iss).of,
    }


def _has_place(problem: FormProblem, view: PageView, review: Review, route: Route) -> bool:
    """Whether the page still has the form that was not accepted, so that the message can stand beside it."""
    if problem.anchor == "send":
        return bool(view.progress.total) and route.strategy != "download"
    kind, _, rest = problem.anchor.partition("-")
    if kind == "own":
        adds = problem.typed.get("action") in ("add", "add-item")
        return adds or any(each.stands and each.first.key == rest for each in review.own_lines)
    return problem.anchor in view.chosen or (kind == "fact" and rest in view.draft.findings)


def _plan_lists(view: PageView) -> list[tuple[str, str, str, object]]:
    return [
        ("offered", "Offered", "every condition holds", view.offered),
        ("conditional", "Conditional", "waits for facts", view.conditional),
        ("judgement", "For your judgement", "guidance leaves it to the clinician", view.judgement),
    ]


def progress_sentence(view: PageView, own: int) -> str:
    """How far the review is: `12 lines, 3 decided: 2 accepted, 1 declined; 1 to decide again.` and the like.

    own: how many lines clinicians have added beside those of the template.
    """
    progress = view.progress
    if not progress.total:
        return "No line is drafted."
    lines = "1 line" if progress.total == 1 else f"{progress.total} lines"
    again = f"; {progress.again} to decide again" if progress.again else ""
    added = f", {own} added" if own else ""
    if not progress.decided:
        return f"{lines}, none decided{added}{again}."
    return f"{lines}, {progress.decided} decided{added}: {_counts(view)}{again}."


def counted(view: PageView, review: Review) -> str:
    """What a saved plan holds: `2 accepted, 1 declined, 9 undecided, 1 added by clinicians.`."""
    own = sum(each.stands for each in review.own_lines)
    undecided = f"{view.progress.undecided} undecided" if view.progress.undecided else ""
    added = f"{own} added by clinicians" if own else ""
    return f"{', '.join(filter(None, (_counts(view), undecided, added)))}."


def _counts(view: PageView) -> str:
    progress = view.progress
    parts = [(progress.accepted, "accepted"), (progress.changed, "changed"), (progress.declined, "declined")]
    parts.append((progress.deferred, "deferred"))
    return ", ".join(f"{count} {word}" for count, word in parts if count)
