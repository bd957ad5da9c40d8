"""What is taken along: pages for the board and for the patient, as HTML and PDF, and the text for a note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from plugin import __version__
from plugin.delivery.narrative import NOTICE
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.printed import as_pdf, may_print
from plugin.errors import InputError
from plugin.outputs.board import BoardPage, board_page
from plugin.outputs.callees import ROWS, WHEN, read_callees
from plugin.outputs.digest import digest
from plugin.outputs.note import note_html, note_text
from plugin.outputs.page_words import LANGUAGES, WORDS, Language
from plugin.outputs.patient_page import PatientPage, patient_page
from plugin.review.decisions import read_seen
from plugin.review.view import PageView
from plugin.setting_contacts import Contact
from plugin.settings import Settings
from plugin.storage.page_notes import Callee, page_note_of, write_page_note
from plugin.web.desk import Desk
from plugin.web.review_page import PatientUnread, back_to, progress_sentence, ready, review_of, status_of
from plugin.web.review_pages import patient_unread

blueprint = Blueprint("outputs", __name__, url_prefix="/w/<workspace>")
blueprint.register_error_handler(PatientUnread, patient_unread)

EXTENSION = "careplan.outputs"
LONGEST_QUESTION = 300
LINES_TO_FILL_IN = 3


@dataclass(frozen=True, slots=True)
class Site:
    """What the site has set. paper: size of the pages in PDFs."""

    contacts: tuple[Contact, ...]
    paper: str


def init_outputs(app: Flask, settings: Settings) -> None:
    """Keep what the site has set, and serve the pages."""
    app.extensions[EXTENSION] = Site(settings.contacts, settings.paper)
    app.register_blueprint(blueprint)


@blueprint.get("/print/board")
@blueprint.post("/print/board")
def board(workspace: str) -> str:
    """The page for the board, with what the clinician asks it; that is printed and not kept."""
    return _board(*_at_hand(workspace))


@blueprint.post("/print/board.pdf")
def board_pdf(workspace: str) -> Response:
    """The same page as PDF."""
    return _pdf(_board(*_at_hand(workspace), pdf=True), "board")


@blueprint.get("/print/patient")
@blueprint.post("/print/patient")
def patient(workspace: str) -> WerkzeugResponse | tuple[str, int]:
    """The page for the patient: every line can be unticked before it is printed; whom to call is kept when sent.

    `then` says what follows once it is kept: `print` prints the page that comes back, `back` leads to the review.
    """
    desk, plan, language = _for_whom(workspace)
    page, fault = _for_patient(plan, language), _keep_callees(desk)
    if fault:
        return _patient(desk, page, language, fault), status_of(fault)
    if request.form.get("then") == "back":
        return back_to(workspace, "send")
    return _patient(desk, page, language), 200


@blueprint.get("/print/patient.pdf")
def back_to_patient(workspace: str) -> WerkzeugResponse:
    """Somebody reloads the answer to a form: the page it was about."""
    return redirect(url_for("outputs.patient", workspace=workspace, lang=request.args.get("lang")), 303)


@blueprint.post("/print/patient.pdf")
def patient_pdf(workspace: str) -> Response | tuple[str, int]:
    """The same page as PDF, without the lines that were unticked; whom to call is kept first."""
    desk, plan, language = _for_whom(workspace)
    page, fault = _for_patient(plan, language), _keep_callees(desk)
    if fault:
        return _patient(desk, page, language, fault), status_of(fault)
    return _pdf(_patient(desk, patient_page(plan, language, _unticked(page)), language, pdf=True), "patient")


@blueprint.get("/note.txt")
def note(workspace: str) -> Response:
    """The review as plain text for a note."""
    desk, plan, view = _at_hand(workspace)
    text = note_text(plan, digest(plan, view, desk.workbench.zone))
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.get("/note")
def note_page(workspace: str) -> str:
    """The text for a note to look at and to copy, by a button or by hand."""
    desk, plan, view = _at_hand(workspace)
    parts = digest(plan, view, desk.workbench.zone)
    return render_template(
        "print/note.html",
        workspace=workspace,
        text=note_text(plan, parts),
        html=note_html(plan, parts),
        software=_software(),
    )


@blueprint.get("/note.html")
def note_fragment(workspace: str) -> str:
    """The text for a note with headings and lists, and nothing around it."""
    desk, plan, view = _at_hand(workspace)
    return note_html(plan, digest(plan, view, desk.workbench.zone))


def _at_hand(workspace: str) -> tuple[Desk, ReviewedPlan, PageView]:
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    return desk, desk.plan(review), desk.workbench.page(review)


def _board(desk: Desk, plan: ReviewedPlan, view: PageView, pdf: bool = False) -> str:
    question = " ".join(request.form.get("question", "").split())[:LONGEST_QUESTION]
    page: BoardPage = board_page(plan, view, desk.workbench.zone, question)
    return render_template(
        "print/board.html",
        workspace=desk.workspace,
        lang="en",
        sheet="board",
        pdf=pdf,
        plan=plan,
        page=page,
        age=plan.draft.findings["age"].value if "age" in plan.draft.findings else None,
        progress=progress_sentence(view, len(plan.own_lines)),
        notice=NOTICE,
        longest=LONGEST_QUESTION,
        prints=may_print(),
        software=_software(),
    )


def _for_whom(workspace: str) -> tuple[Desk, ReviewedPlan, Language]:
    desk, reading = ready(workspace)
    review = review_of(desk, reading)
    return desk, desk.plan(review), _language(review.said.language if review.said else "")


def _for_patient(plan: ReviewedPlan, language: Language) -> PatientPage:
    if plan.draft.no_plan:
        raise NotFound(f"There is no page for the patient, since no plan is drafted. {plan.draft.no_plan}")
    return patient_page(plan, language)


def _patient(
    desk: Desk, page: PatientPage, language: Language, fault: InputError | None = None, pdf: bool = False
) -> str:
    with desk.workbench.database.session() as session:
        note = page_note_of(session, desk.patient)
    kept = note.callees if note else ()
    return render_template(
        "print/patient.html",
        workspace=desk.workspace,
        lang=language,
        sheet="patient",
        pdf=pdf,
        page=page,
        unticked=frozenset() if pdf else _unticked(page),
        callees=kept,
        rows=[*(_typed() if fault else kept), *[Callee("", "", "")] * ROWS][: max(ROWS, len(kept))],
        times=WHEN,
        note=note,
        fault=fault,
        contacts=_site().contacts,
        to_fill_in=LINES_TO_FILL_IN,
        languages=LANGUAGES,
        page_words=WORDS,
        prints=may_print(),
        prints_now=fault is None and request.form.get("then") == "print",
        software=_software(),
    )


def _keep_callees(desk: Desk) -> InputError | None:
    """Keep whom to call where the form says it; why not, where that is not possible."""
    if "call-phone" not in request.form:
        return None
    try:
        callees = read_callees(*_columns())
        with desk.workbench.database.session() as session:
            write_page_note(
                session,
                desk.patient,
                callees=callees,
                author=desk.author,
                at=desk.workbench.now(),
                seen=read_seen(request.form),
            )
    except InputError as fault:
        return fault
    return None


def _typed() -> Iterable[Callee]:
    return (Callee(*row) for row in zip(*_columns(), strict=False))


def _columns() -> list[list[str]]:
    return [request.form.getlist(f"call-{column}") for column in ("name", "phone", "when")]


def _unticked(page: PatientPage) -> frozenset[str]:
    """What a form leaves off; where the page was not sent as a form, the signs that do not belong on it."""
    if request.method != "POST":
        return page.unfit
    kept = frozenset(request.form.getlist("keep"))
    seen = frozenset(request.form.get("signs", "").split())
    new = page.sign_keys - seen  # nobody has unticked what they have not seen as part of the page
    return (page.keys - kept - new) | (new & page.unfit - kept)


def _language(spoken: str) -> Language:
    """The language that was asked for, else the one in which the patient answered the form."""
    wanted = request.args.get("lang", spoken)
    return next((language for language in LANGUAGES if language == wanted), LANGUAGES[0])


def _site() -> Site:
    site: Site = current_app.extensions[EXTENSION]
    return site


def _pdf(page: str, name: str) -> Response:
    folder = Path(current_app.static_folder or "")
    size = f"@page {{ size: {_site().paper} }}"
    made = as_pdf(page, folder / "paper.css", folder / f"{name}.css", rules=size)
    disposition = f'attachment; filename="{name}-page.pdf"'
    return Response(made, content_type="application/pdf", headers={"Content-Disposition": disposition})


def _software() -> str:
    return f"careplan-plugin {__version__}"
