import logging

import pytest

from plugin.sandbox.fhir_server import fhir_server
from tests.delivery.go_between import between
from tests.review.ehr_stub import serving_chart
from tests.review.visit import BONE, BREAST_CANCER, PATIENT, Visit
from tests.review.writable import Sending, prepare


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


@pytest.fixture(scope="session")
def fhir_base():
    """A FHIR server that we did not write."""
    with fhir_server() as base:
        yield base


@pytest.fixture
def make_sending(fhir_base, tmp_path):
    """A review whose EHR can be written to; `delivery` and `scopes` as for an issuer and a launch."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    prepare(fhir_base)
    with between(fhir_base) as server:
        yield lambda **changes: Sending(server, tmp_path, **changes)


@pytest.fixture
def sending(make_sending):
    return make_sending()
