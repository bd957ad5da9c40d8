"""One launch at work: its patient, its chart, its reviewer, and the way back to the EHR."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import current_app

from plugin import __version__
from plugin.chart.client import FhirClient
from plugin.chart.http import Limits
from plugin.chart.reading import Chart, Progress, read_chart
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.reviewed import content_key
from plugin.delivery.save import save_plan
from plugin.launch.context import LaunchContext, authorized_session, current_context
from plugin.review.charts import Charts, Read, Reading
from plugin.review.workbench import Review, Workbench
from plugin.storage.reviews import Author, Delivery, PatientKey

EXTENSION = "careplan.office"


@dataclass(frozen=True, slots=True)
class Office:
    """What all launches share; one for the application, under `app.extensions`."""

    workbench: Workbench
    charts: Charts
    limits: Limits


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

    def save(self, review: Review) -> Delivery:
        """Write the review to the EHR, read it back, and keep how that went."""
        with authorized_session(self.context) as session:
            client = FhirClient(session, self.context.fhir_base, self.office.limits)
            return save_plan(self._plan(review), client, self.workbench.database, self.workbench.now)

    def is_saved(self, review: Review, delivery: Delivery) -> bool:
        """Whether a saved delivery holds the review as it stands now, and the chart holds no statement taken back."""
        return not review.to_withdraw and delivery.idempotency_key.startswith(content_key(self._plan(review)))

    def _prepare_reading(self) -> Read:
        session = authorized_session(self.context)  # needs the request, which the thread that reads has not

        def read(progress: Progress) -> Chart:
            with session:
                base, patient = self.context.fhir_base, self.patient.patient_id
                return read_chart(session, base, patient, limits=self.office.limits, progress=progress)

        return read

    def _plan(self, review: Review) -> ReviewedPlan:
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
            writes_goals=self.context.grants("Goal"),
        )


def desk_of(workspace: str) -> Desk:
    """The desk of a workspace; raises LaunchError unless this browser opened it."""
    return Desk(current_context(workspace), current_app.extensions[EXTENSION])
