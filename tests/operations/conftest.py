from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.operations.caller import Caller, Issuing
from tests.operations.served import calling, definitions_of


@pytest.fixture(scope="session")
def issuing() -> Issuing:
    """An authorization server's key, which signs the tokens of the tests."""
    return Issuing()


@pytest.fixture(scope="session")
def build(template, issuing) -> Callable[..., Caller]:
    """Makes an application with other settings, and somebody who calls it."""
    return partial(calling, template, definitions_of(template), issuing)


@pytest.fixture(scope="session")
def caller(build) -> Caller:
    return build()
