"""An EHR that only serves one chart, and a launch into it that is open already."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from plugin.launch.cookies import digest
from plugin.launch.tokens import Tokens, seal
from plugin.sandbox.sample_patients import sample_patients
from plugin.settings import Settings
from plugin.storage.database import Database
from plugin.storage.tables import WorkspaceRow


@dataclass
class Chart:
    """What the EHR serves: resources by type; it fails to search the types in `down`, and puts off those in `busy`."""

    resources: list[dict[str, Any]]
    down: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    hold: threading.Event | None = None
    base: str = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.hold:
            self.hold.wait(10)
        kind, _, logical_id = Request(environ).path.removeprefix("/fhir/").partition("/")
        found = [each for each in self.resources if each["resourceType"] == kind]
        if kind in self.down:
            answer = Response(status=500)
        elif kind in self.busy:
            answer = Response(status=429, headers={"Retry-After": "60"})
        elif logical_id:
            [one] = [each for each in found if each["id"] == logical_id]
            answer = Response(orjson.dumps(one), content_type="application/fhir+json")
        else:
            bundle = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in found]}
            answer = Response(orjson.dumps(bundle), content_type="application/fhir+json")
        return answer(environ, start_response)


def chart_of(sample: str) -> list[dict[str, Any]]:
    """The chart of a patient of the sandbox, as that of the stub's own patient, p1."""
    [patient] = [each for each in sample_patients() if each.id == sample]
    bundle = orjson.loads(orjson.dumps(patient.bundle).replace(f'"Patient/{sample}"'.encode(), b'"Patient/p1"'))
    resources = [entry["resource"] for entry in bundle["entry"]]
    return [{**each, "id": "p1"} if each["resourceType"] == "Patient" else each for each in resources]


@contextmanager
def serving_chart(*resources: dict[str, Any]) -> Iterator[Chart]:
    """A chart on a loopback port."""
    chart = Chart(list(resources))
    server = make_server("127.0.0.1", 0, chart, threaded=True)
    chart.base = f"http://127.0.0.1:{server.server_port}/fhir"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield chart
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def open_workspace(
    settings: Settings,
    iss: str,
    now: datetime,
    name: str = "w1",
    patient: str = "p1",
    scopes: str = "patient/*.cruds",
    user: tuple[str, str] | None = None,
) -> str:
    """Store a launch as if it had just been completed; the secret that the browser's cookie holds."""
    secret = secrets.token_urlsafe(32)
    reference, user_name = user or ("Practitioner/ruiz", "Dr. Ana Ruiz")
    row = WorkspaceRow(
        id=name,
        browser_hash=digest(secret),
        iss=iss,
        patient_id=patient,
        encounter_id="",
        user_reference=reference,
        user_name=user_name,
        user_subject="ruiz",
        scopes=scopes,
        missing_scopes="",
        need_patient_banner=True,
        smart_style_url="",
        configuration={"authorization_endpoint": f"{iss}/authorize", "token_endpoint": f"{iss}/token", "issuer": iss},
        tokens=seal(Tokens("opaque", "", None), settings.secret_key),
        created=now,
        expires=now + timedelta(hours=8),
    )
    database = Database(settings.database)
    with database.session() as session:
        session.add(row)
    database.close()
    return secret
