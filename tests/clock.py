"""A clock that obeys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class TestClock:
    __test__ = False
    at: datetime = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **how_far: float) -> None:
        self.at += timedelta(**how_far)
