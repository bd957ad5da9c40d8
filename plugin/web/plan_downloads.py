"""The reviewed plan to take along, as a printed page and as FHIR: for EHRs that take neither, and for the rest."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response

from plugin.delivery.printed import print_plan
from plugin.outputs.whole_bundle import whole_bundle
from plugin.web.review_page import PatientUnread, ready, review_of
from plugin.web.review_pages import patient_unread

blueprint = Blueprint("downloads", __name__, url_prefix="/w/<workspace>")
blueprint.register_error_handler(PatientUnread, patient_unread)

# A file's name travels through histories and mail: it says nothing about the patient.
NAME = "care-plan"


@blueprint.get("/plan.pdf")
def printed(workspace: str) -> Response:
    """The reviewed plan as it would be printed."""
    desk, reading = ready(workspace)
    return _file(print_plan(desk.plan(review_of(desk, reading))), "application/pdf", "pdf")


@blueprint.get("/plan.json")
def resources(workspace: str) -> Response:
    """The reviewed plan as a FHIR Bundle of all that belongs to it, with the forms of the draft."""
    desk, reading = ready(workspace)
    bundle = whole_bundle(desk.plan(review_of(desk, reading)))
    return _file(orjson.dumps(bundle, option=orjson.OPT_INDENT_2), "application/fhir+json", "json")


def _file(content: bytes, kind: str, ending: str) -> Response:
    disposition = f'attachment; filename="{NAME}.{ending}"'
    return Response(content, content_type=kind, headers={"Content-Disposition": disposition})
