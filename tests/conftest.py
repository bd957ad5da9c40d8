"""Shared by all tests: the real template, loaded once, and a clock that stands still far from UTC."""

from __future__ import annotations

import os
import time
from datetime import date

import pytest
from hypothesis import HealthCheck, settings

from plugin.library.content import default_template_folder
from plugin.library.template import load_template

AS_OF = date(2026, 11, 22)

# A machine that is busy otherwise is no fault of what is tested.
TOO_SLOW = [HealthCheck.too_slow]
settings.register_profile("careplan", deadline=None, derandomize=True, suppress_health_check=TOO_SLOW)
settings.load_profile("careplan")


@pytest.fixture(autouse=True, scope="session")
def far_from_utc():
    """A zone where it is tomorrow already for most of the day: shows whatever forgets its zone."""
    os.environ["TZ"] = "Pacific/Kiritimati"
    time.tzset()


@pytest.fixture(scope="session")
def template():
    return load_template(default_template_folder())


@pytest.fixture(scope="session")
def as_of():
    return AS_OF


@pytest.fixture(scope="session")
def playwright():
    """One driver for all browser tests: a process can hold no second one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver
