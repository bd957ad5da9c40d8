from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from example_draft import example_draft, example_template

from plugin.delivery.lines import decidable_lines, key_of, standing_of
from plugin.delivery.plan import ReviewedPlan
from plugin.sandbox.fhir_server import fhir_server
from plugin.storage.database import Database
from plugin.storage.reviews import Author, Decision, Fact, PatientKey

RUIZ = Author("Practitioner/ruiz", "Dr. Ana Ruiz")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def decision(line, choice, text="", reason="", at=NOON, standing=None):
    """A decision on a line of the example draft."""
    stood = standing_of(line) if standing is None else standing
    return Decision(1, key_of(line), "0.1.0", stood, choice, text, reason, RUIZ, at, None)


def reviewed(decisions=(), statements=(), draft=None, iss="https://ehr.example.org/fhir", at=NOON):
    """The example draft, reviewed."""
    return ReviewedPlan(
        patient=PatientKey(iss, "p1"),
        draft=draft or example_draft(),
        template=example_template(),
        decisions={each.line: each for each in decisions},
        statements={each.finding: each for each in statements},
        reviewer=RUIZ,
        at=at,
        software_version="0.1.0",
    )


def stated(code="visceral-crisis", value=False, reason="Seen today"):
    """A clinician's statement."""
    return Fact(7, code, value, reason, RUIZ, NOON - timedelta(minutes=5))


@pytest.fixture
def line_named():
    """A line of the example draft by its code."""
    return {line.code: line for line in decidable_lines(example_draft())}


@pytest.fixture(scope="session")
def fhir_base() -> Iterator[str]:
    """A FHIR server that we did not write."""
    with fhir_server() as base:
        yield base


@pytest.fixture
def ehr(fhir_base) -> str:
    """The server with the patient and the clinician of the example, and no plan of an earlier test."""
    for resource in (
        {"resourceType": "Patient", "id": "p1"},
        {"resourceType": "Practitioner", "id": "ruiz"},
        *({"resourceType": "Observation", "id": name, "status": "final", "code": {"text": name}}
          for name in ("er-met", "her2", "prior")),
        {"resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}},
    ):  # fmt: skip
        requests.put(f"{fhir_base}/{resource['resourceType']}/{resource['id']}", json=resource, timeout=10)
    for kind in ("Provenance", "QuestionnaireResponse", "CarePlan"):
        for entry in requests.get(f"{fhir_base}/{kind}", timeout=10).json().get("entry", ()):
            requests.delete(f"{fhir_base}/{kind}/{entry['resource']['id']}", timeout=10)
    return fhir_base


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    """An empty database."""
    kept = Database(f"sqlite:///{tmp_path / 'careplan.sqlite'}")
    kept.upgrade()
    yield kept
    kept.close()
