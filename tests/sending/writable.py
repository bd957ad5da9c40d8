"""A review whose EHR can be written to: a server that we did not write, behind one that can be told to do less."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import requests
from werkzeug.wrappers import Response

from plugin import create_app
from plugin.library.content import content_folder
from plugin.web.outbox import Outbox
from tests.delivery.ways import outcome
from tests.review.visit import NOW, Visit

# The smaller template: what is tested here is the way, not the plan.
TEMPLATE = content_folder("templates") / "prostate-cancer-bone-health"
CHART = Path(__file__).parent.parent / "templates/charts/prostate-bone-pain.json"
WRITTEN = ("Provenance", "QuestionnaireResponse", "CarePlan", "Goal", "Observation", "DocumentReference")


class Clock:
    """Stands still until told."""

    def __init__(self):
        self.at = NOW - timedelta(hours=12)

    def __call__(self):
        return self.at

    def advance(self, **how_far):
        self.at += timedelta(**how_far)


def prepare(fhir_base):
    """The patient, the clinician, and nothing that an earlier test wrote."""
    for kind in WRITTEN:
        for entry in requests.get(f"{fhir_base}/{kind}", timeout=10).json().get("entry", ()):
            requests.delete(f"{fhir_base}/{kind}/{entry['resource']['id']}", timeout=10)
    chart = [entry["resource"] for entry in orjson.loads(CHART.read_bytes())["entry"]]
    for resource in ({"resourceType": "Practitioner", "id": "ruiz"}, *chart):
        requests.put(f"{fhir_base}/{resource['resourceType']}/{resource['id']}", json=resource, timeout=10)


def can_do(types, system=("transaction",)):
    """An EHR that says that it takes these types of resources, and no others."""
    codes = [{"code": code} for code in ("create", "read", "update", "search-type")]
    rest = {
        "mode": "server",
        "resource": [{"type": kind, "interaction": codes} for kind in types],
        "interaction": [{"code": code} for code in system],
    }
    body = orjson.dumps({"resourceType": "CapabilityStatement", "rest": [rest]})

    def instead(request):
        return Response(body, 200, content_type="application/fhir+json") if request.path == "/fhir/metadata" else None

    return instead


def down_for_writing(status=503, **headers):
    """An EHR that is read, and breaks down when it is to store something."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: (
        None if request.method == "GET" else outcome(status, "Back soon", "transient", headers=headers)
    )


class Sending:
    """A visit, its EHR, and the clock."""

    def __init__(self, server, folder, **settings):
        self.server, self.clock, self.folder = server, Clock(), folder
        self.visit = Visit(server.base, folder, clock=self.clock, templates_folder=TEMPLATE, **settings)

    def save(self, **form):
        return self.visit.post("/save", **form)

    def page(self):
        return self.visit.read().text

    def restart(self):
        """The plug-in after a restart: another app and database object on the same file."""
        self.visit.app = create_app(self.visit.settings, clock=self.clock)
        return Outbox(self.visit.app)

    def count(self, kind):
        return requests.get(f"{self.server.behind}/{kind}", timeout=10).json().get("total", 0)

    def written(self):
        return [one for one in self.server.asked if not one.startswith("GET")]
