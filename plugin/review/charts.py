"""Charts that are being read or were read, one per workspace, in memory only: a restart reads them again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from plugin.chart.reading import Chart, Progress
from plugin.errors import RemoteError
from plugin.review.memory import ChartMemory

Read = Callable[[Progress], Chart]
Clock = Callable[[], datetime]


@dataclass
class Reading:
    """One reading of one chart. `finished` is set when `chart` or `failure` is there.

    memory: what reviews of this chart work out once; gone with the reading.
    before: the reading that this one is to replace. kept_because: why that one's chart still stands, and not a newer.
    """

    started: datetime
    before: Reading | None = None
    kept_because: str = ""
    finished: threading.Event = field(default_factory=threading.Event)
    chart: Chart | None = None
    failure: BaseException | None = None
    read_at: datetime | None = None
    done: int = 0
    total: int = 0
    memory: ChartMemory = field(default_factory=ChartMemory)

    @property
    def resources(self) -> list[dict[str, Any]]:
        """What was read, the gaps as OperationOutcomes; empty until it is finished."""
        return list(self.chart.resources) if self.chart else []

    @property
    def is_usable(self) -> bool:
        """Whether there is a chart, and known whose."""
        return self.chart is not None and self.chart.has_patient

    def take(self, chart: Chart, read_at: datetime) -> None:
        """Keep a chart that was read; one without its patient replaces none that has one."""
        if self.before is not None and not chart.has_patient:
            self.keep_what_was(chart.missing_patient)
        else:
            self.chart, self.read_at = chart, read_at

    def keep_what_was(self, reason: str) -> None:
        """Stay with the chart of the reading before."""
        if self.before is not None:
            self.chart, self.read_at, self.kept_because = self.before.chart, self.before.read_at, reason


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
            return self._readings.get(workspace) or self._begin(workspace, prepare())

    def renew(self, workspace: str, prepare: Callable[[], Read]) -> Reading:
        """Read the chart again. What was read before stays for the case that the new one tells nothing."""
        with self._lock:
            known = self._readings.get(workspace)
            if known is not None and not known.finished.is_set():
                return known
            return self._begin(workspace, prepare(), known if known is not None and known.is_usable else None)

    def forget(self, workspace: str) -> None:
        """Drop what was read, so that the next call of `of` reads the chart again."""
        with self._lock:
            self._readings.pop(workspace, None)

    def _forget_old(self) -> None:
        oldest = self._clock() - self._keep
        self._readings = {key: reading for key, reading in self._readings.items() if reading.started > oldest}

    def _begin(self, workspace: str, read: Read, before: Reading | None = None) -> Reading:
        reading = self._readings[workspace] = Reading(self._clock(), before)
        threading.Thread(target=self._run, args=(reading, read), name="chart-reading", daemon=True).start()
        return reading

    def _run(self, reading: Reading, read: Read) -> None:
        def progress(done: int, total: int, _label: str) -> None:
            reading.done, reading.total = done, total

        try:
            reading.take(read(progress), self._clock())
        except RemoteError as failure:
            reading.keep_what_was(str(failure))
            reading.failure = None if reading.chart else failure
        except Exception as failure:  # the request that waits for it raises it
            reading.failure = failure
        finally:
            reading.before = None
            reading.finished.set()
