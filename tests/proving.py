"""Marks that say which requirements of a published specification a test proves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def proving(specification: str) -> Callable[..., Callable[[Any], Any]]:
    """A decorator for tests, given the numbers of the requirements that they prove."""

    def numbered(*numbers: int) -> Callable[[Any], Any]:
        def mark(test: Any) -> Any:
            for number in numbers:
                test = pytest.mark.requirement(f"{specification}@{number}")(test)
            return test

        return mark

    return numbered
