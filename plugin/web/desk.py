"""One launch at work: its patient, its chart, its reviewer, and the way back to the EHR."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
from flask import current_app

from plugin import __version__
from plugin.chart.client import FhirClient
from plugin.chart.http import Limits
from plugin.chart.reading import Chart, Progress, read_chart
from plugin.delivery.ability import Abilities
from plugin.delivery.goals import goal_names
from plugin.delivery.journal import PATIENCE, Attempt
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.printed import cannot_print
from plugin.delivery.reviewed import content_key
from plugin.delivery.route import Route, choose
from plugin.delivery.save import save_plan
from plugin.delivery.statement_entries import stated
from plugin.launch.context import LaunchContext, authorized_session, current_context
from plugin.launch.scopes import not_granted
from plugin.review.charts import Charts, Read, Reading
from plugin.review.workbench import Review, Workbench
from plugin.storage import outbox
from plugin.storage.outbox import Waiting
from plugin.storage.reviews import Author, Delivery, PatientKey
from plugin.storage.seen import put_away
from plugin.web.logs import tell_chart

EXTENSION = "careplan.office"
ASKING = 1.0  # seconds to wait, once the chart is read, for the EHR to say what it can do


@dataclass(frozen=True, slots=True)
class Office:
    """What all launches share; one for the application, under `app.extensions`.

    deliveries: the way that the site has set for an EHR, by its FHIR base.
    """

    workbench: Workbench
    charts: Charts
    limits: Limits
    abilities: Abilities
    deliveries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """What one launch works with."""

    context: LaunchContext
    office: Office

    @property
    def workspace(self) -> str:
        """The opaque id in the address."""
        return self.context.workspace

    @property
    def mark(self) -> str:
        """Four characters that tell the tabs of one browser apart, and nothing else."""
        return hashlib.sha256(self.workspace.encode()).hexdigest()[:4].upper()

    @property
    def patient(self) -> PatientKey:
        """Whose chart it is."""
        return self.context.patient

    @property
    def author(self) -> Author:
        """Who decides here."""
        return self.context.author

    @property
    def workbench(self) -> Workbench:
        """Where reviews are opened and kept."""
        return self.office.workbench

    def reading(self) -> Reading:
        """The chart of the patient, being read or read."""
        return self.office.charts.of(self.workspace, self._prepare_reading)

    def read_again(self) -> None:
        """Have the chart read anew, and keep what was read until that succeeds."""
        self.office.charts.renew(self.workspace, self._prepare_reading)

    def forget_chart(self) -> None:
        """Have the chart read anew at the next look."""
        self.office.charts.forget(self.workspace)

    def route(self) -> Route:
        """The way that a plan takes into this EHR, from what is known of it; asks nothing."""
        known = self.office.abilities.at_hand(self.context.iss)
        return choose(known, self._may, self.office.deliveries.get(self.context.iss, ""), cannot_print)

    def writes(self, review: Review, route: Route) -> list[str]:
        """The types of what a save would write now: no Goal without goals, no Observation where nothing was stated."""
        plan = self.plan(review)
        present = {"Goal": bool(goal_names(plan)), "Observation": bool(stated(plan) or review.to_withdraw)}
        return [kind for kind in route.writes if present.get(kind, True)]

    def ask_abilities(self) -> Route:
        """The way that a plan takes, once the EHR was asked what it can do, where that is not known."""
        with authorized_session(self.context) as session:
            self.office.abilities.of(self.context.iss, self._client(session))
        return self.route()

    def save(self, review: Review, route: Route, again: Waiting | None = None) -> Delivery:
        """Write the review to the EHR, read it back, and keep how that went.

        again: the entry of the outbox that is tried by itself; None where a person saves.
        """
        attempt = Attempt(self.workspace, again)
        patience = PATIENCE if again is None else 0
        with authorized_session(self.context) as session:
            database, now = self.workbench.database, self.workbench.now
            delivery = save_plan(self.plan(review), self._client(session), database, now, route, attempt, patience)
        lacks = [(kind, interaction) for kind, interaction in (delivery.response or {}).get("lacks", ())]
        self.office.abilities.learn(self.context.iss, lacks)
        return delivery

    def put_changes_away(self, review: Review) -> None:
        """Show the changes of what was stated so far no more in this launch."""
        with self.workbench.database.session() as session:
            put_away(session, self.workspace, max((entry.id for entry in review.entries), default=0))

    def in_outbox(self, delivery: Delivery) -> Waiting | None:
        """What the outbox holds of a delivery, as it is told now; None where it never waited."""
        with self.workbench.database.session() as session:
            return outbox.as_shown(session, delivery.id, self.workbench.now())

    def has_unsent(self) -> bool:
        """Whether a plan waits to be sent that only this launch can send."""
        with self.workbench.database.session() as session:
            return outbox.waits_in(session, self.workspace)

    def give_up_unsent(self) -> bool:
        """Send nothing with this launch from now on; whether a plan was waiting."""
        with self.workbench.database.session() as session:
            return outbox.end_launch(session, self.workspace, self.workbench.now())

    def is_saved(self, review: Review, delivery: Delivery) -> bool:
        """Whether a saved delivery holds the review as it stands now, and the chart holds no statement taken back."""
        return not review.to_withdraw and delivery.idempotency_key.startswith(content_key(self.plan(review)))

    def _prepare_reading(self) -> Read:
        session = authorized_session(self.context)  # needs the request, which the thread that reads has not
        asking = threading.Thread(target=self._ask, args=(authorized_session(self.context),), daemon=True)

        def read(progress: Progress) -> Chart:
            asking.start()
            with session:
                base, patient = self.context.fhir_base, self.patient.patient_id
                chart = read_chart(session, base, patient, limits=self.office.limits, progress=progress)
            tell_chart(base, chart)
            asking.join(ASKING)
            return chart

        return read

    def _ask(self, session: requests.Session) -> None:
        with session:
            self.office.abilities.of(self.context.iss, self._client(session))

    def _client(self, session: requests.Session) -> FhirClient:
        return FhirClient(session, self.context.fhir_base, self.office.limits)

    def _may(self, resource_type: str, right: str) -> bool:
        return not not_granted([f"patient/{resource_type}.{right}"], self.context.scopes)

    def plan(self, review: Review) -> ReviewedPlan:
        """The review as it would be sent now, by the user of this launch."""
        return ReviewedPlan(
            patient=self.patient,
            draft=review.draft,
            template=self.workbench.template,
            decisions=review.decisions,
            statements=review.statements,
            withdrawn=review.withdrawn,
            reviewer=self.author,
            at=self.workbench.now(),
            software_version=__version__,
            encounter_id=self.context.encounter_id,
            own_lines=tuple(history for history in review.own_lines if history.stands),
            forms=tuple(form for form in review.forms if not form.is_unfinished),
        )


def desk_of(workspace: str) -> Desk:
    """The desk of a workspace; raises LaunchError unless this browser opened it."""
    return Desk(current_context(workspace), current_app.extensions[EXTENSION])
