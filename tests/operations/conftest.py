from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from plugin import __version__
from plugin.library.content import default_template_folder
from plugin.operations.capability import all_definitions
from plugin.operations.routes import init_operations
from plugin.settings import Settings, load_settings
from tests.operations.caller import Caller, Issuing, now


@pytest.fixture(scope="session")
def issuing() -> Issuing:
    """An authorization server's key, which signs the tokens of the tests."""
    return Issuing()


@pytest.fixture(scope="session")
def build(template, issuing) -> Callable[..., Caller]:
    """The operations in an application of their own, and somebody who calls them with a token that opens all."""

    definitions = all_definitions(template, default_template_folder(), __version__)

    def make(**changes: Any) -> Caller:
        values = {"operations_clients": [issuing.client], "time_zone": "Pacific/Kiritimati"} | changes
        settings: Settings = load_settings(environ={}, overrides=values)
        app = Flask("plugin")
        init_operations(app, settings, template, definitions, now, __version__)
        return Caller(app.test_client(), issuing.token())

    return make


@pytest.fixture(scope="session")
def caller(build) -> Iterator[Caller]:
    return build()
