import logging

import pytest
import requests

from plugin.sandbox.fhir_server import fhir_server
from tests.review.ehr_stub import serving_chart
from tests.review.visit import BONE, BREAST_CANCER, PATIENT, Visit


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch, template):
    """The real template, read from disk once for all tests."""
    monkeypatch.setattr("plugin.library.template.load_template", lambda *_: template)


@pytest.fixture
def chart():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with serving_chart(PATIENT, BREAST_CANCER, BONE) as served:
        yield served


@pytest.fixture
def visit(chart, tmp_path):
    return Visit(chart.base, tmp_path)


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
