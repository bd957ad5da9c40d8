import logging

import pytest

from plugin.library.template import load_template
from plugin.sandbox.fhir_server import fhir_server
from tests.delivery.go_between import between
from tests.sending.writable import TEMPLATE, Sending, prepare


@pytest.fixture(scope="session")
def small_template():
    return load_template(TEMPLATE)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch, small_template):
    """The template, read from disk once for all tests."""
    monkeypatch.setattr("plugin.library.template.load_template", lambda *_: small_template)


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
