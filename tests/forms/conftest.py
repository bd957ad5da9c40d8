import pytest
import requests

from plugin.sandbox.fhir_server import fhir_server
from tests.review.conftest import chart, loaded_once, visit  # noqa: F401 (the fixtures of the page these forms belong to)
from tests.review.visit import BONE, BREAST_CANCER, PATIENT, Visit


@pytest.fixture
def fhir_base():
    """A FHIR server that we did not write, without anything that an earlier test has saved."""
    with fhir_server() as base:
        yield base


@pytest.fixture
def fhir_visit(fhir_base, tmp_path):
    """A review whose EHR can be written to."""
    for resource in ({"resourceType": "Practitioner", "id": "ruiz"}, PATIENT, BREAST_CANCER, BONE):
        requests.put(f"{fhir_base}/{resource['resourceType']}/{resource['id']}", json=resource, timeout=10)
    return Visit(fhir_base, tmp_path)
