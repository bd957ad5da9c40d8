"""What could not be sent for want of an answer is sent later, with the token of its launch, if nothing has changed.

Each entry is tried as the clinician would: the chart is read again, the plan drafted again, and it goes out only where
it is, line by line, the plan that was saved. Several processes may run this at the same time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Flask

from plugin.chart.client import FhirClient
from plugin.chart.reading import Chart, read_chart
from plugin.delivery.failures import why_again
from plugin.delivery.journal import BeingSaved, Overtaken
from plugin.delivery.reviewed import content_key
from plugin.delivery.route import same_way
from plugin.errors import LaunchError, Refused, RemoteError
from plugin.launch.context import LaunchContext, authorized_session, context_from, launch_service
from plugin.storage import outbox
from plugin.storage.outbox import Cause, Later, State, Waiting
from plugin.storage.tables import WorkspaceRow
from plugin.web.desk import EXTENSION, Desk, Office
from plugin.web.logs import tell_chart

SECONDS_BETWEEN = 15.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one attempt: the state of the entry now, and why."""

    delivery_id: int
    state: State
    cause: Cause


class Outbox:
    """The outbox of one application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._office: Office = app.extensions[EXTENSION]
        self._database = self._office.workbench.database
        self._stop = threading.Event()

    def start(self) -> None:
        """Look for what is due from now on, in a thread that ends with the process. Call it after forks, not before."""
        threading.Thread(target=self._run, name="outbox", daemon=True).start()

    def stop(self) -> None:
        """End the thread after the entry at hand."""
        self._stop.set()

    def send_due(self) -> list[Tried]:
        """Try what is due now; gives what came of each."""
        with self._database.session() as session:
            due = outbox.due(session, self._now())
        return self.send(due)

    def send(self, entries: Iterable[Waiting]) -> list[Tried]:
        """Try these entries now, whenever they are due; what another process is at is left to it."""
        with self._app.app_context():
            return [tried for each in entries if (tried := self._try(each)) is not None]

    def _run(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN):
            try:
                self.send_due()
            except Exception as fault:  # one bad entry must not end the outbox; the next round tries it again
                log.error("outbox_failed", kind=type(fault).__name__)

    def _try(self, waiting: Waiting) -> Tried | None:
        try:
            self._send_again(waiting)
        except (BeingSaved, Overtaken):
            return None
        except LaunchError:
            self._settle(waiting, "launch-ended")
        except RemoteError as failure:
            self._wait(waiting, why_again(failure) or Later("no-answer"))
        with self._database.session() as session:
            now = outbox.entry(session, waiting.delivery_id)
        if now is None:
            return None
        log.info("outbox_tried", delivery=now.delivery_id, state=now.state, cause=now.cause, attempts=now.attempts)
        return Tried(now.delivery_id, now.state, now.cause)

    def _send_again(self, waiting: Waiting) -> None:
        desk = Desk(self._context(waiting), self._office)
        chart = self._chart(desk)
        review = desk.workbench.open(waiting.patient, list(chart.resources))
        kept = next(each for each in review.deliveries if each.id == waiting.delivery_id)
        if not kept.idempotency_key.startswith(f"{content_key(desk.plan(review))}:"):
            if chart.gaps:
                raise RemoteError("the chart was read in part, so the plan cannot be compared with the one saved")
            return self._settle(waiting, "changed")
        route = desk.ask_abilities()
        if not same_way(route.strategy, kept.idempotency_key.split(":")[1]):
            return self._settle(waiting, "changed")
        desk.save(review, route, again=waiting)
        return desk.forget_chart()  # a page that is open shows what the chart holds now

    def _chart(self, desk: Desk) -> Chart:
        """The chart as it is now. Raises RemoteError where there is none, LaunchError where the token is not taken."""
        base, patient_id = desk.context.fhir_base, desk.patient.patient_id
        with authorized_session(desk.context) as session:
            try:
                FhirClient(session, base, self._office.limits).read("Patient", patient_id)
            except Refused as refusal:
                if refusal.status == 401:
                    raise LaunchError("the EHR does not take the token of this launch any more", 401) from refusal
                raise
            chart = read_chart(session, base, patient_id, limits=self._office.limits)
        tell_chart(base, chart)
        if not chart.has_patient:
            raise RemoteError(chart.missing_patient)
        return chart

    def _context(self, waiting: Waiting) -> LaunchContext:
        """The launch that an entry belongs to. Raises LaunchError where it is over."""
        service = launch_service()
        with self._database.session() as session:
            row = session.get(WorkspaceRow, waiting.workspace)
        issuer = service.settings.issuer(waiting.patient.iss)
        if row is None or row.expires <= self._now() or issuer is None:
            raise LaunchError("the launch has ended", 401)
        return context_from(row, issuer)

    def _settle(self, waiting: Waiting, cause: Cause) -> None:
        with self._database.session() as session:
            outbox.settle(session, waiting.delivery_id, "ended", cause, self._now(), counted=True)

    def _wait(self, waiting: Waiting, later: Later) -> None:
        with self._database.session() as session:
            outbox.wait_longer(session, waiting.delivery_id, later, self._now(), counted=True)

    def _now(self) -> datetime:
        return self._office.workbench.now()
