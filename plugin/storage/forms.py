"""Forms that were filled in here, by patient; one that is finished is never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.storage.reviews import PatientKey
from plugin.storage.tables import FilledFormRow

UNFINISHED = "in-progress"


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One filled-in form. form: its name in the template. response: the QuestionnaireResponse, without id."""

    id: int
    form: str
    response: dict[str, Any]
    at: datetime

    @property
    def is_unfinished(self) -> bool:
        """Whether it was not sent: it is being filled in, or was broken off."""
        return self.response.get("status") == UNFINISHED


def keep_form(
    session: Session,
    patient: PatientKey,
    form: str,
    response: dict[str, Any],
    at: datetime,
    *,
    unfinished: int | None = None,
) -> FilledForm:
    """Keep a form that somebody has filled in, as far as it is.

    unfinished: the id under which the same form was kept before it was finished, None where it was not.
    """
    earlier = session.get(FilledFormRow, unfinished) if unfinished is not None else None
    if earlier is not None:
        earlier.response, earlier.at = response, at
        return _form(earlier)
    row = FilledFormRow(iss=patient.iss, patient_id=patient.patient_id, form=form, response=response, at=at)
    session.add(row)
    session.flush()
    return _form(row)


def forms_of(session: Session, patient: PatientKey) -> tuple[FilledForm, ...]:
    """All forms of this patient that were filled in here, oldest first."""
    belongs = (FilledFormRow.iss == patient.iss, FilledFormRow.patient_id == patient.patient_id)
    rows = session.scalars(select(FilledFormRow).where(*belongs).order_by(FilledFormRow.id))
    return tuple(map(_form, rows))


def standing_forms(forms: Iterable[FilledForm]) -> tuple[FilledForm, ...]:
    """Those that still say something: one that was broken off says no more once the same form was sent later."""
    forms = tuple(forms)
    sent = {each.form: each.at for each in forms if not each.is_unfinished}
    return tuple(each for each in forms if not each.is_unfinished or each.form not in sent or each.at > sent[each.form])


def _form(row: FilledFormRow) -> FilledForm:
    return FilledForm(row.id, row.form, row.response, row.at)
