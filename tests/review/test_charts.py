"""Charts in memory: read once a workspace, forgotten in time, failures handed on."""

import gc
import threading
import weakref
from datetime import UTC, datetime, timedelta

import pytest

from plugin.chart.reading import Chart, Gap
from plugin.errors import LaunchError, Unreachable
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


NOBODY = Chart([], [Gap("Patient", "The patient's own record could not be read: no answer")], {}, 0.1)


def read_again(charts, chart):
    def read(_):
        if isinstance(chart, Exception):
            raise chart
        return chart

    return finished(charts.renew("a", lambda: read))


def test_a_chart_read_again_replaces_the_one_before():
    charts = Charts(Clock(), timedelta(hours=1))
    finished(charts.of("a", lambda: lambda _: CHART))
    newer = Chart([*CHART.resources, {"resourceType": "Condition", "id": "c"}], [], {}, 0.1)
    reading = read_again(charts, newer)
    assert (reading.chart, reading.kept_because) == (newer, "")
    assert charts.of("a", lambda: None) is reading


@pytest.mark.parametrize("answer", [NOBODY, Unreachable("no answer")], ids=["no patient", "no answer"])
def test_a_good_chart_stays_with_its_time_when_the_next_one_tells_nothing(answer):
    clock = Clock()
    charts = Charts(clock, timedelta(hours=1))
    finished(charts.of("a", lambda: lambda _: CHART))
    clock.now = NOON + timedelta(minutes=5)
    for _ in range(2):
        reading = read_again(charts, answer)
        assert (reading.chart, reading.read_at, reading.failure) == (CHART, NOON, None)
        assert "no answer" in reading.kept_because
    assert read_again(charts, CHART).kept_because == ""


def test_a_chart_without_patient_does_not_stand_in_for_the_next_one():
    charts = Charts(Clock(), timedelta(hours=1))
    assert not finished(charts.of("a", lambda: lambda _: NOBODY)).is_usable
    assert not read_again(charts, NOBODY).is_usable
    assert read_again(charts, CHART).is_usable


def test_an_ended_launch_is_not_papered_over_with_the_old_chart():
    charts = Charts(Clock(), timedelta(hours=1))
    finished(charts.of("a", lambda: lambda _: CHART))
    assert isinstance(read_again(charts, LaunchError("ended", 401)).failure, LaunchError)


def test_reading_again_while_it_is_being_read_waits_for_that():
    go = threading.Event()

    def slow(_):
        go.wait(5)
        return CHART

    charts = Charts(Clock(), timedelta(hours=1))
    first = charts.of("a", lambda: slow)
    assert charts.renew("a", lambda: slow) is first
    go.set()
    finished(first)


def test_what_was_worked_out_of_a_chart_goes_with_its_reading():
    charts = Charts(Clock(), timedelta(hours=1))
    first = finished(charts.of("a", lambda: lambda _: CHART))
    known = weakref.ref(first.memory)
    assert charts.of("a", lambda: lambda _: CHART).memory is first.memory
    second = finished(charts.renew("a", lambda: lambda _: CHART))
    assert second.memory is not first.memory
    del first
    gc.collect()
    assert known() is None
