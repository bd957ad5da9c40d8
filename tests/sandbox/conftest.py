from collections.abc import Iterator

import pytest

from plugin.sandbox.demo import SandboxEHR, sandbox_ehr
from tests.sandbox.app import App


@pytest.fixture(scope="session")
def ehr() -> Iterator[SandboxEHR]:
    """A real sandbox: FHIR server, SMART server and launch page, seeded."""
    with sandbox_ehr() as running:
        yield running


@pytest.fixture
def app(ehr) -> App:
    """An app that does everything right; tests make it do one thing wrong."""
    return App(ehr)
