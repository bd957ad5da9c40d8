from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from joserfc.jwk import KeySet

from plugin import create_app
from plugin.cds_clients import clients
from plugin.settings import Settings
from plugin.storage.database import Database
from tests.chart.fhir_stub import FhirStub, running
from tests.hooks.ehr import EC, HANDED_OVER, ISSUER, RSA, Ehr, TestClock, jwks


@pytest.fixture(scope="session")
def build(template) -> Callable[[Settings, TestClock], Flask]:
    """Makes the whole application, with the real template, which is read from disk once for all tests."""

    def made(settings: Settings, clock: TestClock) -> Flask:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("plugin.library.template.load_template", lambda *_: template)
            return create_app(settings, clock=clock)

    return made


@pytest.fixture(scope="session")
def plug_in(build, tmp_path_factory) -> Iterator[Ehr]:
    """The application, once for all tests of the service: it remembers nothing but used tokens and feedback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with running(FhirStub()) as server:
        known = [
            {"iss": ISSUER, "jku": f"{server.base}/jwks", "fhir_servers": [server.base]},
            {"iss": HANDED_OVER, "jwks": KeySet([EC, RSA]).as_dict(private=False)},
        ]
        settings = Settings(
            secret_key="s" * 40,
            instance_folder=tmp_path_factory.mktemp("hooks"),
            cds_clients=clients(known),
            cds_timeout=2.0,
            time_zone="Pacific/Auckland",
        )
        clock = TestClock()
        app = build(settings, clock)
        database = Database(settings.database)
        yield Ehr(app, database, server, clock)
        database.close()


@pytest.fixture
def ehr(plug_in: Ehr) -> Ehr:
    plug_in.server.on.clear()
    plug_in.server.on["jwks"] = lambda _: jwks(EC, RSA)
    plug_in.server.requests.clear()
    plug_in.clock.at = TestClock.at
    return plug_in
