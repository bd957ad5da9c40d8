from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.chart.fhir_stub import FhirStub, running


@pytest.fixture
def stub() -> Iterator[FhirStub]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with running(FhirStub()) as stub:
        yield stub
