"""Charts that are being read or were read, one per workspace, in memory only: a restart reads them again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from plugin.chart.reading import Chart, Progress

Read = Callable[[Progress], Chart]
Clock = Callable[[], datetime]


@dataclass
class Reading:
    """One reading of one chart. `finished` is set when `chart` or `failure` is there."""

    started: datetime
    finished: threading.Event = field(default_factory=threading.Event)
    chart: Chart | None = None
    failure: BaseException | None = None
    read_at: datetime | None = None
    done: int = 0
    total: int = 0

    @property
    def resources(self) -> list[dict[str, Any]]:
        """What was read, the gaps as OperationOutcomes; empty until it is finished."""
        return list(self.chart.resources) if self.chart else []


class Charts:
    """Hands out the chart of a workspace and forgets it after `keep`; safe to use from many threads."""

    def __init__(self, clock: Clock, keep: timedelta) -> None:
        self._clock = clock
        self._keep = keep
        self._lock = threading.Lock()
        self._readings: dict[str, Reading] = {}

    def of(self, workspace: str, prepare: Callable[[], Read]) -> Reading:
        """The reading of this workspace; where there is none, prepares one here and runs it in the background."""
        with self._lock:
            self._forget_old()
            known = self._readings.get(workspace)
            if known is not None:
                return known
            read = prepare()
            reading = self._readings[workspace] = Reading(self._clock())
        threading.Thread(target=self._run, args=(reading, read), name="chart-reading", daemon=True).start()
        return reading

    def forget(self, workspace: str) -> None:
        """Drop what was read, so that the next call of `of` reads the chart again."""
        with self._lock:
            self._readings.pop(workspace, None)

    def _forget_old(self) -> None:
        oldest = self._clock() - self._keep
        self._readings = {key: reading for key, reading in self._readings.items() if reading.started > oldest}

    def _run(self, reading: Reading, read: Read) -> None:
        def progress(done: int, total: int, _label: str) -> None:
            reading.done, reading.total = done, total

        try:
            reading.chart = read(progress)
            reading.read_at = self._clock()
        except Exception as failure:  # the request that waits for it raises it
            reading.failure = failure
        finally:
            reading.finished.set()
