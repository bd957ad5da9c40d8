"""Several people at one review: a number that grows with each change, and nobody overwrites what they have not seen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugin.errors import InputError
from plugin.storage.patients import Author, PatientKey
from plugin.storage.tables import ReviewRow


class ChangedMeanwhile(InputError):
    """Somebody else wrote after the page was made that this form comes from; nothing of the form was kept.

    by: who wrote last. did: what they did, as the sentence says it.
    """

    def __init__(self, by: Author, did: str = "decided here") -> None:
        self.by = by
        super().__init__(f"{by.name} {did} after your page was opened; look at both, and decide again.")


def hold_review(session: Session, patient: PatientKey) -> None:
    """Count one more change to a patient's review, and make everybody else who writes to it wait for this transaction.

    To be called before what was written is read, so that nothing can come in between.
    """
    if _count(session, patient):
        return
    try:
        with session.begin_nested():
            session.add(ReviewRow(iss=patient.iss, patient_id=patient.patient_id, version=1))
    except IntegrityError:  # somebody was quicker with the first change
        _count(session, patient)


def version_of(session: Session, patient: PatientKey) -> int:
    """How often a patient's review was changed; 0 where it never was."""
    return session.scalar(select(ReviewRow.version).where(*_belongs(patient))) or 0


def _count(session: Session, patient: PatientKey) -> bool:
    counted = update(ReviewRow).where(*_belongs(patient)).values(version=ReviewRow.version + 1)
    return bool(getattr(session.execute(counted), "rowcount", 0))


def _belongs(patient: PatientKey) -> tuple[Any, Any]:
    return ReviewRow.iss == patient.iss, ReviewRow.patient_id == patient.patient_id
