"""Charts in memory: read once a workspace, forgotten in time, failures handed on."""

import threading
from datetime import UTC, datetime, timedelta

from plugin.chart.reading import Chart
from plugin.errors import Unreachable
from plugin.review.charts import Charts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHART = Chart([{"resourceType": "Patient", "id": "p1"}], [], {}, 0.1)


class Clock:
    now = NOON

    def __call__(self):
        return self.now


def finished(reading):
    assert reading.finished.wait(5)
    return reading


def test_a_chart_is_read_once_however_often_the_page_is_asked_for():
    begin, reads = threading.Event(), []

    def read(progress):
        progress(1, 2, "Patient")
        reads.append(1)
        begin.wait(5)
        return CHART

    charts = Charts(Clock(), timedelta(hours=1))
    first, second = charts.of("a", lambda: read), charts.of("a", lambda: read)
    assert first is second
    assert first.resources == []
    begin.set()
    assert finished(first).resources == CHART.resources
    assert (first.done, first.total, len(reads)) == (1, 2, 1)


def test_two_workspaces_never_share_a_chart():
    charts = Charts(Clock(), timedelta(hours=1))
    other = Chart([{"resourceType": "Patient", "id": "p2"}], [], {}, 0.1)
    one, two = charts.of("a", lambda: lambda _: CHART), charts.of("b", lambda: lambda _: other)
    assert finished(one).resources[0]["id"] == "p1"
    assert finished(two).resources[0]["id"] == "p2"


def test_a_failure_waits_for_the_request_that_asks():
    def read(_):
        raise Unreachable("no answer")

    reading = finished(Charts(Clock(), timedelta(hours=1)).of("a", lambda: read))
    assert isinstance(reading.failure, Unreachable)
    assert reading.chart is None


def test_a_chart_is_forgotten_on_demand_and_after_its_time():
    clock = Clock()
    charts = Charts(clock, timedelta(hours=1))
    first = finished(charts.of("a", lambda: lambda _: CHART))
    charts.forget("a")
    second = finished(charts.of("a", lambda: lambda _: CHART))
    assert second is not first
    clock.now = NOON + timedelta(minutes=59)
    assert charts.of("a", lambda: lambda _: CHART) is second
    clock.now = NOON + timedelta(minutes=61)
    assert charts.of("a", lambda: lambda _: CHART) is not second
