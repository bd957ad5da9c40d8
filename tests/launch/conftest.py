from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from plugin.launch.keys import ALGORITHMS, new_key, write_key
from plugin.launch.routes import init_launch
from plugin.settings import Issuer, Settings
from plugin.storage.database import Database
from plugin.storage.tables import LaunchRow, WorkspaceRow
from tests.launch.fake_ehr import FakeEhr, running
from tests.launch.launch_app import Plugin, TestClock, page


@pytest.fixture(autouse=True)
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own zone must not matter: half a day away from UTC, on another date."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def ehr(clock: TestClock) -> Iterator[FakeEhr]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with running(FakeEhr(clock)) as ehr:
        yield ehr


@pytest.fixture
def other_ehr(clock: TestClock) -> Iterator[FakeEhr]:
    with running(FakeEhr(clock)) as ehr:
        yield ehr


@pytest.fixture
def build(tmp_path: Path, clock: TestClock) -> Iterator[Callable[..., Plugin]]:
    databases: list[Database] = []

    def make(*ehrs: FakeEhr, **changes: Any) -> Plugin:
        issuers = tuple(
            Issuer(ehr.fhir, "careplan-plugin", client_secret=ehr.client_secret, label=f"EHR {number}")
            for number, ehr in enumerate(ehrs, 1)
        )
        values = {"secret_key": "s" * 40, "allowed_issuers": issuers, "instance_folder": tmp_path} | changes
        settings = Settings(**values)
        database = Database(settings.database)
        database.upgrade()
        databases.append(database)
        app = Flask("plugin")
        app.secret_key = settings.secret_key
        app.add_url_rule("/w/<workspace>/", "review.page", page)
        init_launch(app, settings, database, clock)
        return Plugin(app, settings, database)

    yield make
    for database in databases:
        database.close()


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A private key for each algorithm, made once."""
    folder = tmp_path_factory.mktemp("keys")
    for algorithm in ALGORITHMS:
        write_key(new_key(algorithm), folder / algorithm)
    return {algorithm: folder / algorithm for algorithm in ALGORITHMS}


@pytest.fixture
def signing(build: Callable[..., Plugin], ehr: FakeEhr, key_files: dict[str, Path]) -> Callable[..., Plugin]:
    """The plug-in as the EHR knows it by a signature, with an ES384 key in front of an RS384 key."""

    def make(keys: tuple[str, ...] = ("ES384", "RS384"), **registration: Any) -> Plugin:
        method = "private_key_jwt"
        issuer = Issuer(ehr.fhir, "careplan-plugin", label="EHR 1", token_endpoint_auth_method=method)
        return build(
            allowed_issuers=(replace(issuer, **registration),), signing_keys=tuple(key_files[name] for name in keys)
        )

    return make


@pytest.fixture
def plugin(build: Callable[..., Plugin], ehr: FakeEhr) -> Plugin:
    return build(ehr)


@pytest.fixture
def stored() -> Callable[[Plugin], tuple[int, int]]:
    """How many launches and workspaces the database holds."""

    def count(plugin: Plugin) -> tuple[int, int]:
        with plugin.database.session() as session:
            launches = session.scalar(select(func.count()).select_from(LaunchRow))
            workspaces = session.scalar(select(func.count()).select_from(WorkspaceRow))
        return launches or 0, workspaces or 0

    return count
