"""One at a time: who may write the plan of a patient at this moment. Safe between threads, processes and machines.

A lease ends by itself, so that a process that died holds nobody up for long; whoever works on extends it in time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugin.storage.reviews import PatientKey
from plugin.storage.tables import LeaseRow

LEASE = timedelta(seconds=60)


def take_lease(session: Session, patient: PatientKey, owner: str, now: datetime) -> bool:
    """Take the patient's lease, or extend it where `owner` holds it already; False where somebody else holds it."""
    if extend_lease(session, patient, owner, now):
        return True
    ended = (*_belongs(patient), LeaseRow.until <= now)
    taken = session.execute(update(LeaseRow).where(*ended).values(owner=owner, until=now + LEASE))
    if _changed(taken):
        return True
    row = LeaseRow(iss=patient.iss, patient_id=patient.patient_id, owner=owner, until=now + LEASE)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody holds it, or was quicker
        return False
    return True


def extend_lease(session: Session, patient: PatientKey, owner: str, now: datetime) -> bool:
    """Hold the lease for another minute; False where it ended and somebody else has taken it since."""
    held = (*_belongs(patient), LeaseRow.owner == owner)
    return _changed(session.execute(update(LeaseRow).where(*held).values(until=now + LEASE)))


def give_back_lease(session: Session, patient: PatientKey, owner: str) -> None:
    """Let the next one work; does nothing where somebody else holds the lease by now."""
    session.execute(delete(LeaseRow).where(*_belongs(patient), LeaseRow.owner == owner))


def _belongs(patient: PatientKey) -> tuple[Any, Any]:
    return LeaseRow.iss == patient.iss, LeaseRow.patient_id == patient.patient_id


def _changed(result: object) -> bool:
    return bool(getattr(result, "rowcount", 0))
