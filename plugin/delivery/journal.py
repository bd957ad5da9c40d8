"""What is kept of each delivery: opened before anything is sent, closed with what came of it.

While a plan is written, the patient's lease is held, so that two windows, processes or the outbox never write the same
plan side by side.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from plugin.delivery.in_log import log_not_begun, log_nothing_to_do, log_outcome
from plugin.delivery.parts import Outcome
from plugin.errors import CareplanError
from plugin.storage import outbox
from plugin.storage.database import Database
from plugin.storage.leases import extend_lease, give_back_lease, take_lease
from plugin.storage.outbox import Waiting
from plugin.storage.reviews import Delivery, PatientKey, add_delivery, deliveries_of, update_delivery

Resource = dict[str, Any]
Clock = Callable[[], datetime]
PATIENCE = 15.0  # seconds to wait for another one who writes this plan
PAUSE = 0.1


class BeingSaved(CareplanError):
    """Another window or process is writing this patient's plan at this moment."""


class Overtaken(CareplanError):
    """What the outbox was about to send was sent, saved anew or given up in the meantime."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Whose attempt it is. workspace: the launch to retry it with; empty: it is not retried. again: an entry of the
    outbox that is tried by itself; None where a person saves.
    """

    workspace: str = ""
    again: Waiting | None = None


class Journal:
    """The record of one patient's deliveries, while the lease is held."""

    def __init__(self, database: Database, clock: Clock, patient: PatientKey, owner: str, attempt: Attempt) -> None:
        self._database = database
        self._clock = clock
        self._patient = patient
        self._owner = owner
        self._attempt = attempt

    def earlier(self) -> list[Delivery]:
        """All deliveries of this patient, newest first."""
        with self._database.session() as session:
            return deliveries_of(session, self._patient)

    def keep_lease(self) -> None:
        """Hold the lease for the next request. Raises BeingSaved where it was lost, so that two never write at once."""
        with self._database.session() as session:
            held = extend_lease(session, self._patient, self._owner, self._clock())
        if not held:
            raise BeingSaved("this plan was taken over by another window, since the EHR took too long; look again")

    def open(self, key: str, request: Resource, at: datetime) -> Delivery:
        """Keep what is about to be sent; from now on the outbox sends it should this process not survive."""
        again = self._attempt.again
        with self._database.session() as session:
            if again is not None:
                kept = next(each for each in deliveries_of(session, self._patient) if each.id == again.delivery_id)
                known: Resource = {"response": kept.response, "reference": kept.reference}
                return update_delivery(session, kept.id, status="pending", at=at, request=request, **known)
            outbox.supersede(session, self._patient, at)
            delivery = add_delivery(session, self._patient, idempotency_key=key, request=request, at=at)
            if self._attempt.workspace:
                outbox.put(session, delivery.id, self._patient, self._attempt.workspace, at)
            return delivery

    def note(self, delivery: Delivery, outcome: Outcome, strategy: str) -> None:
        """Keep how far a delivery has come that is sent part by part."""
        told: Resource = {"response": outcome.as_response(strategy), "reference": outcome.reference}
        with self._database.session() as session:
            update_delivery(session, delivery.id, status="pending", at=self._clock(), **told)

    def repeated(self, delivery: Delivery, strategy: str) -> Delivery:
        """The delivery of an earlier save, where the EHR holds what it wrote and this one has nothing to add."""
        log_nothing_to_do(self._patient.iss, strategy, delivery.id)
        return delivery

    def close(self, delivery: Delivery, outcome: Outcome, strategy: str, request: Resource | None = None) -> Delivery:
        """Keep what came of it; it stays in the outbox where sending it again may succeed by itself."""
        counted = self._attempt.again is not None
        log_outcome(self._patient.iss, strategy, delivery.id, outcome, by_itself=counted)
        now = self._clock()
        with self._database.session() as session:
            if outcome.status == "saved":
                outbox.settle(session, delivery.id, "sent", "", now, counted)
            elif outcome.again:
                outbox.wait_longer(session, delivery.id, outcome.again, now, counted)
            else:
                outbox.settle(session, delivery.id, "ended", "answered", now, counted)
            return update_delivery(
                session,
                delivery.id,
                status=outcome.status,
                at=now,
                response=outcome.as_response(strategy),
                reference=outcome.reference,
                message=outcome.message,
                request=request,
            )


@contextmanager
def writing(
    database: Database, clock: Clock, patient: PatientKey, attempt: Attempt, patience: float = PATIENCE
) -> Iterator[Journal]:
    """The journal of a patient, for whoever is the only one to write the plan while the block runs.

    patience: seconds to wait for another one. Raises BeingSaved where that one is still at work then, Overtaken where
    an attempt of the outbox has become pointless.
    """
    owner = token_hex(16)
    _take(database, clock, patient, owner, patience)
    try:
        _check_not_overtaken(database, attempt)
        yield Journal(database, clock, patient, owner, attempt)
    finally:
        with database.session() as session:
            give_back_lease(session, patient, owner)


def _check_not_overtaken(database: Database, attempt: Attempt) -> None:
    if attempt.again is None:
        return
    with database.session() as session:
        if outbox.entry(session, attempt.again.delivery_id) != attempt.again:
            raise Overtaken("this delivery was tried, saved anew or given up in the meantime")


def _take(database: Database, clock: Clock, patient: PatientKey, owner: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        with database.session() as session:
            if take_lease(session, patient, owner, clock()):
                return
        if time.monotonic() >= deadline:
            log_not_begun(patient.iss)
            raise BeingSaved("this plan is being saved in another window or by another process; look again in a minute")
        time.sleep(PAUSE)
