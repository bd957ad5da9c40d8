"""Deliveries that wait to be tried again: which, since when, when next, and why one was given up.

Nothing here holds words of an EHR or anything about a patient beyond the key: operators list it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from plugin.storage.reviews import PatientKey
from plugin.storage.tables import OutboxRow, WorkspaceRow

State = Literal["waiting", "sent", "ended"]
# Why an entry waits, or ended without having been sent.
Cause = Literal[
    "interrupted",  # the process stopped before the EHR had answered
    "no-answer",  # network, time limit, 5xx
    "slow-down",  # 429
    "launch-ended",  # the workspace was closed or is too old, or its token cannot be renewed
    "changed",  # the review or the chart is not what was sent
    "answered",  # the EHR gave an answer that sending again would not change
    "superseded",  # somebody saved the plan again
    "",
]
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=30)
LONGEST_ASKED = timedelta(hours=4)  # an EHR that wants a longer pause is asked once in between


@dataclass(frozen=True, slots=True)
class Later:
    """Why a delivery may succeed later. pause: the seconds that the EHR asks to wait; 0 where it does not say."""

    cause: Cause
    pause: float = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One delivery of the outbox. attempts: how often it was tried by itself, the clinician's own try left out."""

    delivery_id: int
    patient: PatientKey
    workspace: str
    state: State
    cause: Cause
    attempts: int
    next_at: datetime
    updated: datetime


def put(session: Session, delivery_id: int, patient: PatientKey, workspace: str, at: datetime) -> None:
    """Put a delivery that is about to be sent into the outbox, so that it is found should this process not survive."""
    session.merge(
        OutboxRow(
            delivery_id=delivery_id,
            iss=patient.iss,
            patient_id=patient.patient_id,
            workspace=workspace,
            state="waiting",
            cause="interrupted",
            attempts=0,
            next_at=at + FIRST_PAUSE,
            updated=at,
        )
    )
    session.flush()


def wait_longer(session: Session, delivery_id: int, later: Later, at: datetime, counted: bool) -> None:
    """Try again later: after one minute, then two, four … up to half an hour, and never sooner than the EHR wants.

    counted: an attempt of its own failed.
    """
    row = session.get(OutboxRow, delivery_id)
    if row is None or row.state != "waiting":
        return
    row.attempts += int(counted)
    row.cause, row.updated = later.cause, at
    ours = min(FIRST_PAUSE * 2 ** min(row.attempts, 10), LONGEST_PAUSE)
    asked = timedelta(seconds=min(later.pause, LONGEST_ASKED.total_seconds()))
    row.next_at = at + max(ours, asked)


def settle(session: Session, delivery_id: int, state: State, cause: Cause, at: datetime, counted: bool = False) -> None:
    """Take a delivery out of the outbox: it was sent, or it is not tried again.

    What was sent counts as sent, even where its launch was closed while it was on its way.
    """
    row = session.get(OutboxRow, delivery_id)
    if row is not None and (row.state == "waiting" or state == "sent"):
        row.attempts += int(counted)
        row.state, row.cause, row.updated = state, cause, at


def supersede(session: Session, patient: PatientKey, at: datetime) -> None:
    """Somebody saves this patient's plan: what waited before is not sent on its own any more."""
    for row in session.scalars(select(OutboxRow).where(*_of(patient), OutboxRow.state == "waiting")):
        row.state, row.cause, row.updated = "ended", "superseded", at


def waits_in(session: Session, workspace: str) -> bool:
    """Whether something waits that only this launch can send."""
    return session.scalars(_waiting_of(workspace)).first() is not None


def end_launch(session: Session, workspace: str, at: datetime) -> bool:
    """The launch is closed: what waited for it is not sent on its own any more; whether anything did."""
    rows = session.scalars(_waiting_of(workspace)).all()
    for row in rows:
        row.state, row.cause, row.updated = "ended", "launch-ended", at
    return bool(rows)


def due(session: Session, now: datetime) -> list[Waiting]:
    """What is to be tried now, the longest waiting first."""
    is_due = (OutboxRow.state == "waiting", OutboxRow.next_at <= now)
    return [_waiting(row) for row in session.scalars(select(OutboxRow).where(*is_due).order_by(OutboxRow.next_at))]


def entry(session: Session, delivery_id: int) -> Waiting | None:
    """What the outbox holds of one delivery."""
    row = session.get(OutboxRow, delivery_id)
    return _waiting(row) if row else None


def as_shown(session: Session, delivery_id: int, now: datetime) -> Waiting | None:
    """The same for a reader: what waits for a launch that is over by now will not be sent, though nobody tried yet."""
    found = entry(session, delivery_id)
    if found is None or found.state != "waiting":
        return found
    launch = session.get(WorkspaceRow, found.workspace)
    if launch is not None and launch.expires > now:
        return found
    return replace(found, state="ended", cause="launch-ended")


def listed(session: Session, everything: bool = False) -> list[Waiting]:
    """What waits and what was given up, by number; with `everything` also what was sent or superseded."""
    rows = [_waiting(row) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.delivery_id))]
    return [row for row in rows if everything or (row.state != "sent" and row.cause != "superseded")]


def _waiting_of(workspace: str) -> Select[OutboxRow]:
    return select(OutboxRow).where(OutboxRow.workspace == workspace, OutboxRow.state == "waiting")


def _of(patient: PatientKey) -> tuple[Any, Any]:
    return OutboxRow.iss == patient.iss, OutboxRow.patient_id == patient.patient_id


def _waiting(row: OutboxRow) -> Waiting:
    return Waiting(
        row.delivery_id,
        PatientKey(row.iss, row.patient_id),
        row.workspace,
        cast(State, row.state),
        cast(Cause, row.cause),
        row.attempts,
        row.next_at,
        row.updated,
    )
