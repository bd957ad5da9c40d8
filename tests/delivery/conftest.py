import logging
from collections.abc import Iterator

import pytest
import requests

from plugin.delivery.lines import decidable_lines
from plugin.sandbox.fhir_server import fhir_server
from plugin.storage.database import Database
from tests.delivery.go_between import between
from tests.delivery.ways import Ways
from tests.example_draft import example_draft


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
    for kind in ("Provenance", "QuestionnaireResponse", "CarePlan", "Goal"):
        for entry in requests.get(f"{fhir_base}/{kind}", timeout=10).json().get("entry", ()):
            requests.delete(f"{fhir_base}/{kind}/{entry['resource']['id']}", timeout=10)
    for entry in requests.get(f"{fhir_base}/Observation", timeout=10).json().get("entry", ()):
        if "identifier" in entry["resource"]:
            requests.delete(f"{fhir_base}/Observation/{entry['resource']['id']}", timeout=10)
    return fhir_base


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    """An empty database."""
    kept = Database(f"sqlite:///{tmp_path / 'careplan.sqlite'}")
    kept.upgrade()
    yield kept
    kept.close()


@pytest.fixture
def ways(ehr, database) -> Iterator[Ways]:
    """Saving to the server through a go-between that can be told to do less."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    for entry in requests.get(f"{ehr}/DocumentReference", timeout=10).json().get("entry", ()):
        requests.delete(f"{ehr}/DocumentReference/{entry['resource']['id']}", timeout=10)
    with between(ehr) as server:
        yield Ways(server, database)
