"""A server that we did not write behind one that can do less, and saving a review of the example draft to it."""

from __future__ import annotations

from datetime import timedelta

import orjson
import requests
from werkzeug.wrappers import Response

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.delivery.route import Route
from plugin.delivery.save import save_plan
from tests.delivery.example_review import NOON, reviewed

LIMITS = Limits(connect=2, read=2, retries=0)
ALL = frozenset({"CarePlan", "Goal", "Observation", "Provenance", "QuestionnaireResponse"})
CONDITIONAL = ALL | {"DocumentReference"}
SINGLE = Route("single", ALL)
ALONE = Route("plan", frozenset({"CarePlan"}))
DOCUMENT = Route("document", frozenset({"DocumentReference"}), supersedes=True)


def outcome(status, words, code="business-rule", expression=None, headers=None):
    """An answer that says no."""
    issue = {"severity": "error", "code": code, "diagnostics": words}
    issue |= {"expression": [expression]} if expression else {}
    body = orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    return Response(body, status, headers, content_type="application/fhir+json")


def refusing(method, path, answer):
    """Answers one kind of request in place of the server."""

    def instead(request):
        asked = request.method == method and request.path.removeprefix("/fhir").startswith(path)
        return answer() if asked else None

    return instead


def is_transaction(request):
    return request.method == "POST" and request.path.rstrip("/") == "/fhir"


class Ways:
    """Saves reviews of the example draft, one minute after the other, and shows what the server holds."""

    def __init__(self, server, database):
        self.server, self.database, self.minutes = server, database, 0

    def save(self, route, decisions=(), statements=(), draft=None, attempt=None, patience=15.0):
        self.minutes += 1
        at = NOON + timedelta(minutes=self.minutes)
        plan = reviewed(decisions, statements, iss=self.server.base, at=at, draft=draft)
        with http_session(LIMITS) as session:
            client = FhirClient(session, self.server.base, LIMITS)
            return save_plan(plan, client, self.database, lambda: at, route, attempt, patience)

    def stored(self, kind):
        entries = requests.get(f"{self.server.behind}/{kind}", timeout=10).json().get("entry", [])
        return [entry["resource"] for entry in entries]

    def counts(self):
        kinds = ("CarePlan", "QuestionnaireResponse", "Provenance", "DocumentReference")
        return {kind: len(self.stored(kind)) for kind in kinds if self.stored(kind)}


def states(delivery):
    """What came of each part."""
    return {part["resource_type"]: part["state"] for part in delivery.response["parts"]}
