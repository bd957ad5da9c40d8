"""Forms that were filled in here, by patient; only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.storage.reviews import PatientKey
from plugin.storage.tables import FilledFormRow


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One filled-in form. form: its name in the template. response: the QuestionnaireResponse, without id."""

    id: int
    form: str
    response: dict[str, Any]
    at: datetime


def keep_form(session: Session, patient: PatientKey, form: str, response: dict[str, Any], at: datetime) -> FilledForm:
    """Keep a form that somebody has filled in."""
    row = FilledFormRow(iss=patient.iss, patient_id=patient.patient_id, form=form, response=response, at=at)
    session.add(row)
    session.flush()
    return FilledForm(row.id, row.form, row.response, row.at)


def forms_of(session: Session, patient: PatientKey) -> tuple[FilledForm, ...]:
    """All forms of this patient that were filled in here, oldest first."""
    belongs = (FilledFormRow.iss == patient.iss, FilledFormRow.patient_id == patient.patient_id)
    rows = session.scalars(select(FilledFormRow).where(*belongs).order_by(FilledFormRow.id))
    return tuple(FilledForm(row.id, row.form, row.response, row.at) for row in rows)
