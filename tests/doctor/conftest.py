from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plugin.chart.http import Limits
from plugin.doctor import shared
from plugin.doctor.access import Access, public_access, token_access
from plugin.doctor.cli import _now
from plugin.doctor.examine import Wish, examine
from plugin.doctor.report import Report
from plugin.library.vocabulary import Vocabulary
from plugin.sandbox.demo import SandboxEHR, sandbox_ehr
from tests.doctor.faulty import Faulty, running
from tests.findings.charts import vocabulary
from tests.sandbox.app import App

PATIENT = "discordant-receptors"
LIMITS = Limits(read=5, whole=10, retries=0)

Examine = Callable[..., Report]


@pytest.fixture(scope="session")
def ehr() -> Iterator[SandboxEHR]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with sandbox_ehr() as ehr:
        yield ehr


@pytest.fixture(scope="session")
def token(ehr: SandboxEHR) -> str:
    return str(App(ehr).tokens(PATIENT)["access_token"])


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return vocabulary()


@pytest.fixture(autouse=True)
def loaded_once(words: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands read with the vocabulary that ships, which takes a second to load: once for all tests here."""
    load = shared.vocabulary_of

    def vocabulary_of(templates: Path | None, local_codes: Path | None) -> Vocabulary:
        return load(templates, local_codes) if templates or local_codes else words

    monkeypatch.setattr(shared, "vocabulary_of", vocabulary_of)


@pytest.fixture
def faulty(ehr: SandboxEHR) -> Iterator[Faulty]:
    with running(ehr.fhir_url) as faulty:
        yield faulty


@pytest.fixture
def examined(token: str, words: Vocabulary) -> Examine:
    """Examine a server: with the token of its patient, or the public part alone."""

    def run(base: str, public: bool = False, **wish: object) -> Report:
        patients = () if public else (PATIENT,)
        access: Access = public_access(LIMITS) if public else token_access(token, base, LIMITS, "")
        return examine(Wish(base, patients, **wish), access, words, LIMITS, _now, lambda _: None)

    return run
