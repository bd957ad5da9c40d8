"""What a clinician types for the page that the patient takes home: whom to call. Kept with the review, row after row.

Rows are only ever added: the latest one of a patient leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.storage.meanwhile import ChangedMeanwhile, hold_review
from plugin.storage.patients import Author, PatientKey
from plugin.storage.tables import PageNoteRow


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody whom the patient can call. name: who or what it is; phone: as people dial it; when: `day`, `night`,
    `always`, or empty where that was left open.
    """

    name: str
    phone: str
    when: str


@dataclass(frozen=True, slots=True)
class PageNote:
    """Whom to call, as one person wrote it."""

    id: int
    callees: tuple[Callee, ...]
    author: Author
    at: datetime


def page_note_of(session: Session, patient: PatientKey) -> PageNote | None:
    """Whom to call as it stands; None where nobody has written it yet."""
    belongs = (PageNoteRow.iss == patient.iss, PageNoteRow.patient_id == patient.patient_id)
    row = session.scalars(select(PageNoteRow).where(*belongs).order_by(PageNoteRow.id.desc()).limit(1)).first()
    return None if row is None else _note(row)


def write_page_note(
    session: Session,
    patient: PatientKey,
    *,
    callees: tuple[Callee, ...],
    author: Author,
    at: datetime,
    seen: int,
) -> PageNote | None:
    """Keep whom to call in place of what stood there; the same once more is kept once, and nothing at all is no row.

    seen: the id of the row that the person saw, 0 for none. Raises ChangedMeanwhile where somebody wrote after it.
    """
    hold_review(session, patient)
    now = page_note_of(session, patient)
    if callees == (now.callees if now else ()):
        return now
    if now is not None and now.id != seen:
        raise ChangedMeanwhile(now.author, "wrote whom to call")
    row = PageNoteRow(
        iss=patient.iss,
        patient_id=patient.patient_id,
        callees=[{"name": each.name, "phone": each.phone, "when": each.when} for each in callees],
        author_reference=author.reference,
        author_name=author.name,
        at=at,
    )
    session.add(row)
    session.flush()
    return _note(row)


def _note(row: PageNoteRow) -> PageNote:
    callees = tuple(Callee(**each) for each in row.callees)
    return PageNote(row.id, callees, Author(row.author_reference, row.author_name), row.at)
