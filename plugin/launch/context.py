"""The workspace of one launch: whose chart, by whom, in which browser. One launch, one patient, one address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import requests
from flask import current_app, g

from plugin.errors import LaunchError
from plugin.launch.cookies import HANDED_OVER, CookiePolicy
from plugin.launch.fhir_context import ContextItem
from plugin.launch.identity import User
from plugin.setting_kinds import Issuer
from plugin.storage.reviews import Author, PatientKey
from plugin.storage.tables import WorkspaceRow

if TYPE_CHECKING:
    from plugin.launch.service import LaunchService

EXTENSION = "careplan.launch"


class HandedOver(LaunchError):
    """A page of a chart was asked for in a browser that a patient has in hand; `form` is the token of the form."""

    def __init__(self, form: str) -> None:
        self.form = form
        super().__init__("this device was handed over to the patient: charts are closed in this browser", 403)


@dataclass(frozen=True, slots=True)
class LaunchContext:
    """What a launch established. Holds no token: those stay in the database.

    workspace: the opaque id in the address `/w/<workspace>/`. iss: FHIR base of the EHR, no trailing slash.
    encounter_id: empty where the launch has none. missing_scopes: what we asked for and did not get.
    need_patient_banner: the EHR does not show who the patient is, so we have to. smart_style_url: the EHR's look;
    style: the colours read from there. intent, tenant: the EHR's words, empty where it has none. fhir_context: what
    else was on the screen.
    """

    workspace: str
    iss: str
    ehr: str
    patient_id: str
    encounter_id: str
    user: User
    scopes: tuple[str, ...]
    missing_scopes: tuple[str, ...]
    need_patient_banner: bool
    smart_style_url: str
    expires: datetime
    intent: str = ""
    tenant: str = ""
    fhir_context: tuple[ContextItem, ...] = ()
    style: Mapping[str, str] = field(default_factory=dict)

    @property
    def fhir_base(self) -> str:
        """Where the patient's resources are."""
        return self.iss

    @property
    def patient(self) -> PatientKey:
        """The patient as storage knows them."""
        return PatientKey(self.iss, self.patient_id)

    @property
    def author(self) -> Author:
        """The user as the author of facts and decisions; the subject at the issuer where there is no reference."""
        return Author(self.user.reference or self.user.subject, self.user.name or self.user.subject)


def context_from(row: WorkspaceRow, issuer: Issuer) -> LaunchContext:
    """The context that a stored workspace stands for."""
    return LaunchContext(
        workspace=row.id,
        iss=row.iss,
        ehr=issuer.name,
        patient_id=row.patient_id,
        encounter_id=row.encounter_id,
        user=User(row.user_reference, row.user_name, row.user_subject),
        scopes=tuple(row.scopes.split()),
        missing_scopes=tuple(row.missing_scopes.split()),
        need_patient_banner=row.need_patient_banner,
        smart_style_url=row.smart_style_url,
        expires=row.expires,
        intent=row.intent,
        tenant=row.tenant,
        fhir_context=tuple(ContextItem(**item) for item in row.fhir_context),
        style=row.style,
    )


def launch_service() -> LaunchService:
    """The launch service of the running app, see `plugin.launch.routes.init_launch`."""
    service: LaunchService = current_app.extensions[EXTENSION]
    return service


def current_context(workspace: str) -> LaunchContext:
    """The launch behind the page asked for. Raises LaunchError 401 unless this browser opened this workspace.

    Raises HandedOver in a browser that a patient has in hand, whichever launch is asked for.
    """
    service = launch_service()
    policy = CookiePolicy.of(service.settings)
    if form := policy.get(HANDED_OVER):
        raise HandedOver(form)
    context = service.context(workspace, policy.get("workspace"))
    g.launch = context
    return context


def authorized_session(context: LaunchContext) -> requests.Session:
    """HTTP to the EHR with the launch's token, refreshed when due; usable in threads once it is made."""
    return launch_service().http(context)


def hand_over_workspace(context: LaunchContext) -> None:
    """Close a workspace for every browser until somebody takes it back."""
    g.pop("launch", None)
    launch_service().hand_over(context.workspace)


def close_workspace(context: LaunchContext) -> bool:
    """Close a workspace, forget its tokens and have the EHR revoke them; whether the EHR confirmed that."""
    g.pop("launch", None)  # the page that answers has no launch any more, nor what is served to one only
    return launch_service().close(context)
