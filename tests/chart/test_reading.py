from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

import pytest
import requests
from werkzeug.wrappers import Request, Response

from plugin.chart.http import Limits, http_session, wanted_pause
from plugin.chart.reading import Chart, read_chart
from plugin.chart.searches import CHART_SEARCHES, Search
from plugin.errors import LaunchError
from tests.chart.fhir_stub import FhirStub, bundle, fhir, observation, outcome, running, slow

OBSERVATIONS = [Search("Observation", "Results")]
QUICK = Limits(connect=1, read=1, whole=3, retries=2, pages=5)


def read(stub: FhirStub, searches: list[Search] | None = None, limits: Limits = QUICK) -> Chart:
    with http_session(limits) as session:
        return read_chart(session, stub.base, "p1", OBSERVATIONS if searches is None else searches, limits)


def ids(chart: Chart) -> list[str]:
    return [str(resource["id"]) for resource in chart.resources if resource["resourceType"] == "Observation"]


def gap_texts(chart: Chart) -> str:
    return " | ".join(gap.text for gap in chart.gaps)


def test_a_whole_chart_is_patient_and_every_search_without_a_gap(stub: FhirStub) -> None:
    stub.on["Observation"] = lambda _: bundle(observation(1), observation(2))
    chart = read(stub, list(CHART_SEARCHES))
    assert [resource["resourceType"] for resource in chart.resources] == ["Patient", "Observation", "Observation"]
    assert chart.gaps == []
    assert set(chart.timings) == {"Patient", *(search.resource_type for search in CHART_SEARCHES)}


def test_every_search_is_limited_to_the_patient_and_asks_for_large_pages(stub: FhirStub) -> None:
    read(stub, list(CHART_SEARCHES))
    for request in stub.requests:
        if request.path != "/fhir/Patient/p1":
            assert request.args["patient"] == "p1"
            assert request.args["_count"] == "200"
        assert request.headers["Accept"] == "application/fhir+json"


def test_pages_are_followed_and_a_resource_that_comes_twice_counts_once(stub: FhirStub) -> None:
    pages = {
        "": lambda: bundle(observation(1), observation(2), next_url=f"{stub.base}/Observation?page=2"),
        "2": lambda: bundle(observation(2), observation(3), next_url="Observation?page=3"),
        "3": lambda: bundle(observation(4)),
    }
    stub.on["Observation"] = lambda request: pages[request.args.get("page", "")]()
    chart = read(stub)
    assert ids(chart) == ["o1", "o2", "o3", "o4"]
    assert chart.gaps == []


def test_pages_that_lead_in_a_circle_end_as_a_gap(stub: FhirStub) -> None:
    stub.on["Observation"] = lambda _: bundle(observation(1), next_url=f"{stub.base}/Observation?page=2")
    chart = read(stub)
    assert ids(chart) == ["o1"]
    assert "circle" in gap_texts(chart)


def test_endless_pages_end_at_the_limit_as_a_gap_that_says_so(stub: FhirStub) -> None:
    numbers = count(1)

    def endless(_: Request) -> Response:
        number = next(numbers)
        return bundle(observation(number), next_url=f"{stub.base}/Observation?page={number}")

    stub.on["Observation"] = endless
    chart = read(stub)
    assert ids(chart) == ["o1", "o2", "o3", "o4", "o5"]
    assert "more than 5 pages" in gap_texts(chart)


@pytest.mark.requirement("hl7.fhir.uv.smart-app-launch_2.2.0@97")
@pytest.mark.requirement("hl7.fhir.uv.smart-app-launch_2.2.0@98")
def test_a_next_page_on_another_server_is_not_asked_for(stub: FhirStub) -> None:
    with running(FhirStub()) as thief:
        stub.on["Observation"] = lambda _: bundle(observation(1), next_url=f"{thief.base}/Observation?page=2")
        chart = read(stub)
        assert thief.requests == []
    assert ids(chart) == ["o1"]
    assert "another server" in gap_texts(chart)


def test_a_next_page_that_is_no_address_is_a_gap(stub: FhirStub) -> None:
    stub.on["Observation"] = lambda _: bundle(observation(1), next_url="http://[")
    chart = read(stub)
    assert ids(chart) == ["o1"]
    assert "no address" in gap_texts(chart)


def test_a_failed_search_is_a_gap_that_findings_can_read(stub: FhirStub) -> None:
    stub.on["Condition"] = lambda _: outcome(403, "not for you")
    chart = read(stub, [Search("Condition", "Conditions"), *OBSERVATIONS])
    (gap,) = chart.gaps
    assert (gap.resource_type, gap.status) == ("Condition", 403)
    assert chart.resources[-1] == {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "incomplete",
                "expression": ["Condition"],
                "diagnostics": (
                    "Conditions could not be read completely: the server does not allow this (403): not for you"
                ),
            }
        ],
    }


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda _: outcome(401, "expired"), "does not accept our authorization (401): expired"),
        (lambda _: outcome(404, "no such type"), "does not have it (404): no such type"),
        (lambda _: Response("<h1>Sorry</h1>", 500, content_type="text/html"), "answered with status 500"),
        (lambda _: Response("<h1>Login</h1>", 200, content_type="text/html"), "not FHIR JSON: text/html"),
        (lambda _: fhir({"resourceType": "Observation"}), "without a Bundle"),
        (lambda _: fhir([1, 2]), "not FHIR JSON"),
        (lambda _: Response(status=302, headers={"Location": "https://login.example.org"}), "status 302"),
    ],
)
def test_whatever_a_search_answers_it_is_named_and_nothing_is_raised(
    stub: FhirStub, answer: object, words: str
) -> None:
    stub.on["Observation"] = answer  # type: ignore[assignment]
    chart = read(stub)
    assert ids(chart) == []
    assert words in gap_texts(chart)


def test_a_patient_who_cannot_be_read_is_a_gap(stub: FhirStub) -> None:
    stub.on["Patient"] = lambda _: outcome(404, "unknown patient")
    assert [gap.resource_type for gap in read(stub).gaps] == ["Patient"]


def test_a_server_that_is_not_there_is_all_gaps() -> None:
    with http_session(QUICK) as session:
        chart = read_chart(session, "http://127.0.0.1:9/fhir", "p1", OBSERVATIONS, QUICK)
    assert {gap.resource_type for gap in chart.gaps} == {"Patient", "Observation"}
    assert all("could not be reached" in gap.text for gap in chart.gaps)


def test_what_came_before_a_failing_page_is_kept(stub: FhirStub) -> None:
    def answer(request: Request) -> Response:
        if "page" in request.args:
            return outcome(400, "cursor expired")
        return bundle(observation(1), next_url=f"{stub.base}/Observation?page=2")

    stub.on["Observation"] = answer
    chart = read(stub)
    assert ids(chart) == ["o1"]
    assert "cursor expired" in gap_texts(chart)


def test_what_the_server_itself_reports_as_missing_is_a_gap_and_its_remarks_are_not(stub: FhirStub) -> None:
    def said(severity: str, words: str) -> dict[str, object]:
        return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "diagnostics": words}]}

    stub.on["Observation"] = lambda _: bundle(
        observation(1),
        said("warning", "sorted for you"),
        said("error", "archive is offline"),
        modes=("match", "outcome"),
    )
    chart = read(stub)
    assert ids(chart) == ["o1"]
    assert [gap.text for gap in chart.gaps] == [
        "Results could not be read completely: the server reports: archive is offline"
    ]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again(stub: FhirStub, status: int) -> None:
    attempts = count(1)
    stub.on["Observation"] = lambda _: outcome(status, "busy") if next(attempts) < 3 else bundle(observation(1))
    chart = read(stub)
    assert ids(chart) == ["o1"]
    assert chart.gaps == []


def test_retry_after_is_waited_for(stub: FhirStub) -> None:
    times: list[float] = []

    def answer(_: Request) -> Response:
        times.append(time.monotonic())
        if len(times) > 1:
            return bundle(observation(1))
        return Response(status=429, headers={"Retry-After": "1"})

    stub.on["Observation"] = answer
    assert ids(read(stub)) == ["o1"]
    assert times[1] - times[0] >= 1


def test_a_long_retry_after_is_respected_by_not_asking_again(stub: FhirStub) -> None:
    stub.on["Observation"] = lambda _: Response(status=503, headers={"Retry-After": "3600"})
    chart = read(stub)
    assert "status 503" in gap_texts(chart)
    assert len(stub.asked("Observation")) == 1


def test_a_retry_after_that_means_nothing_does_no_harm(stub: FhirStub) -> None:
    attempts = count(1)
    busy = Response(status=503, headers={"Retry-After": "soon"})
    stub.on["Observation"] = lambda _: busy if next(attempts) == 1 else bundle(observation(1))
    assert ids(read(stub)) == ["o1"]


@pytest.mark.parametrize(
    ("asked", "seconds"), [("600", 600), ("", 0), ("soon", 0), ("-5", 0), ("9" * 5000, 0), ("Mon, 99 Foo 2026", 0)]
)
def test_a_wanted_pause_is_read_as_it_is_meant_or_not_at_all(asked: str, seconds: float) -> None:
    assert wanted_pause(asked) == seconds


def test_a_wanted_pause_may_end_at_a_moment() -> None:
    assert 50 < wanted_pause(format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)) <= 60
    assert wanted_pause("Sun, 06 Nov 1994 08:49:37 GMT") == 0


def test_a_slow_search_is_cut_off_at_the_read_limit_and_not_tried_again(stub: FhirStub) -> None:
    stub.on["Observation"] = slow(1.5, lambda _: bundle(observation(1)))
    chart = read(stub)
    assert "no answer within 1 s" in gap_texts(chart)
    assert len(stub.asked("Observation")) == 1


def test_the_whole_chart_ends_at_its_deadline_with_what_came(stub: FhirStub) -> None:
    stub.on["Observation"] = slow(
        0.9, lambda _: bundle(observation(1), next_url=f"{stub.base}/Observation?p={time.time()}")
    )
    stub.on["Condition"] = lambda _: bundle({"resourceType": "Condition", "id": "c1"})
    limits = Limits(connect=1, read=2, whole=1.2, retries=0)
    began = time.monotonic()
    chart = read(stub, [*OBSERVATIONS, Search("Condition", "Conditions")], limits)
    assert time.monotonic() - began < 1.9
    kinds = [resource["resourceType"] for resource in chart.resources]
    assert kinds == ["Patient", "Observation", "Condition", "OperationOutcome"]
    assert "no complete answer within 1.2 s" in gap_texts(chart)


def test_the_searches_run_at_the_same_time(stub: FhirStub) -> None:
    for search in CHART_SEARCHES:
        stub.on[search.resource_type] = slow(0.5, lambda _: bundle())
    chart = read(stub, list(CHART_SEARCHES))
    assert chart.gaps == []
    assert chart.seconds < 2 * max(chart.timings.values()) < 0.5 * sum(chart.timings.values())


def test_a_server_that_ignores_the_patient_cannot_mix_charts(stub: FhirStub) -> None:
    stub.on["Observation"] = lambda _: bundle(observation(1), observation(2, patient="p2"), observation(3, "p3"))
    chart = read(stub)
    assert ids(chart) == ["o1"]
    assert "2 of another patient" in gap_texts(chart)


@pytest.mark.parametrize(
    "reference",
    ["Patient/p1", "https://ehr.example.org/fhir/Patient/p1", "Patient/p1/_history/3", "Group/7", "urn:uuid:1", ""],
)
def test_references_to_the_patient_in_any_form_belong(stub: FhirStub, reference: str) -> None:
    stub.on["Observation"] = lambda _: bundle({**observation(1), "subject": {"reference": reference}})
    assert ids(read(stub)) == ["o1"]


def test_resources_without_id_are_all_kept(stub: FhirStub) -> None:
    stub.on["Observation"] = lambda _: bundle({"resourceType": "Observation"}, {"resourceType": "Observation"})
    assert len(read(stub).resources) == 3


def test_where_all_observations_are_refused_they_are_asked_for_by_category(stub: FhirStub) -> None:
    def answer(request: Request) -> Response:
        match request.args.get("category"):
            case None:
                return outcome(400, "category or code is needed")
            case "laboratory":
                return bundle(observation(1), observation(2))
            case "survey":
                return bundle(observation(2), observation(3))
            case _:
                return bundle()

    stub.on["Observation"] = answer
    chart = read(stub, [search for search in CHART_SEARCHES if search.resource_type == "Observation"])
    assert ids(chart) == ["o1", "o2", "o3"]
    assert "without a category were not read" in gap_texts(chart)


PRESCRIPTIONS = [search for search in CHART_SEARCHES if search.resource_type == "MedicationRequest"]


def prescription(number: int, reference: str) -> dict[str, object]:
    return {
        "resourceType": "MedicationRequest",
        "id": f"m{number}",
        "medicationReference": {"reference": reference},
    }


def test_the_medication_of_a_prescription_is_asked_for_with_it(stub: FhirStub) -> None:
    medication = {"resourceType": "Medication", "id": "x"}
    stub.on["MedicationRequest"] = lambda _: bundle(prescription(1, "Medication/x"), medication)
    chart = read(stub, PRESCRIPTIONS)
    assert [resource["id"] for resource in chart.resources] == ["p1", "m1", "x"]
    assert stub.asked("MedicationRequest")[0].args["_include"] == "MedicationRequest:medication"
    assert len(stub.requests) == 2


def test_where_includes_are_refused_or_ignored_medications_are_read_one_by_one(stub: FhirStub) -> None:
    def answer(request: Request) -> Response:
        if "_include" in request.args:
            return outcome(400, "_include is not supported")
        found = [prescription(1, "Medication/x"), prescription(2, f"{stub.base}/Medication/x"), prescription(3, "#m")]
        return bundle(*found)

    stub.on["MedicationRequest"] = answer
    stub.on["Medication"] = lambda _: fhir({"resourceType": "Medication", "id": "x"})
    chart = read(stub, PRESCRIPTIONS)
    assert [resource["id"] for resource in chart.resources] == ["p1", "m1", "m2", "m3", "x"]
    assert chart.gaps == []


def test_a_medication_that_cannot_be_read_is_a_gap(stub: FhirStub) -> None:
    stub.on["MedicationRequest"] = lambda _: bundle(
        prescription(1, "Medication/x"), prescription(2, "https://elsewhere.example.org/Medication/y")
    )
    stub.on["Medication"] = lambda _: outcome(403, "not for you")
    chart = read(stub, PRESCRIPTIONS)
    assert [gap.resource_type for gap in chart.gaps] == ["MedicationRequest"]
    assert "2 of the resources they refer to could not be read, the first because" in chart.gaps[0].text


def test_progress_counts_to_the_end(stub: FhirStub) -> None:
    steps: list[tuple[int, int]] = []
    with http_session(QUICK) as session:
        read_chart(
            session,
            stub.base,
            "p1",
            CHART_SEARCHES,
            QUICK,
            progress=lambda done, total, label: steps.append((done, total)),
        )
    total = len(CHART_SEARCHES) + 1
    assert steps == [(number, total) for number in range(1, total + 1)]


def test_the_end_of_a_launch_is_not_a_gap(stub: FhirStub) -> None:
    class Ended(requests.auth.AuthBase):
        def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
            raise LaunchError("launch again", 401)

    with http_session(QUICK) as session:
        session.auth = Ended()
        with pytest.raises(LaunchError, match="launch again"):
            read_chart(session, stub.base, "p1", OBSERVATIONS, QUICK)
