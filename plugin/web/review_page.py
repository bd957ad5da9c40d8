"""The review of one launch as a page, whichever form it answers to."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from plugin import __version__
from plugin.delivery.parts import parts_of
from plugin.delivery.printed import may_print
from plugin.errors import RemoteError
from plugin.library.forms import reasons_offered
from plugin.review.charts import Reading
from plugin.review.said import FORM
from plugin.review.view import PageView
from plugin.review.workbench import Review
from plugin.web.desk import Desk, desk_of


class PatientUnread(RemoteError):
    """The chart came without its patient, so nothing can be drafted."""


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Why a form was not accepted, and what it held, so that nothing is typed twice."""

    anchor: str
    message: str
    choice: str = ""
    text: str = ""


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
    return desk.workbench.open(desk.patient, reading.resources)


def page_of(desk: Desk, reading: Reading, problem: FormProblem | None = None) -> str:
    """The whole page, with what was wrong in the form it answers to, if anything was."""
    review = review_of(desk, reading)
    view = desk.workbench.page(review)
    form = desk.workbench.template.questionnaires["plan-review"]
    delivery = review.deliveries[0] if review.deliveries else None
    route = desk.route()
    return render_template(
        "review/page.html",
        workspace=desk.workspace,
        mark=desk.mark,
        view=view,
        plan_lists=_plan_lists(view),
        patient=view.draft.findings.patient,
        age=view.draft.findings["age"].value if "age" in view.draft.findings else None,
        user=desk.author,
        missing_scopes=desk.context.missing_scopes,
        gaps=[fault for fault in view.draft.findings.problems if fault.kind == "gap"],
        read_at=reading.read_at,
        kept_because=reading.kept_because,
        cautions=cautions_of(review, reading),
        to_withdraw=[desk.workbench.template.vocabulary[code].label for code in review.to_withdraw],
        chart_size=review.chart_size,
        delivery=delivery,
        behind=delivery is not None and not desk.is_saved(review, delivery),
        parts=parts_of(delivery.response) if delivery else (),
        waiting=desk.in_outbox(delivery) if delivery else None,
        route=route,
        writes=desk.writes(review, route),
        ehr=desk.context.ehr,
        iss=desk.context.iss,
        prints=may_print(),
        progress_sentence=progress_sentence(view),
        said=review.said,
        hands_over=FORM in desk.workbench.template.questionnaires,
        headings={item["linkId"]: item["text"] for item in form["item"]},
        decline_reasons=reasons_offered(form, "decline"),
        defer_reasons=reasons_offered(form, "defer"),
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
    parts.append((progress.deferred, "deferred"))
    return f"{lines}, {progress.decided} decided: {', '.join(f'{count} {word}' for count, word in parts if count)}."
