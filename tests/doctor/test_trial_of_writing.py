"""Writing is tried only when asked for, on a test patient, and everything is taken away again or named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from werkzeug.wrappers import Request, Response

from plugin.doctor.report import Report, Section
from tests.doctor.faulty import Faulty, Json, on
from tests.doctor.test_planted_faults import ids, refused

TYPES = {
    "CarePlan",
    "DocumentReference",
    "Goal",
    "Observation",
    "Provenance",
    "QuestionnaireResponse",
}


def writing(report: Report) -> Section:
    return next(section for section in report.sections if section.key == "writing")


def held(backend: str) -> set[str]:
    """What the server holds of trials."""
    found = set()
    for kind in sorted(TYPES):
        address = f"{backend}/{kind}?_count=500"
        for entry in requests.get(address, timeout=10).json().get("entry", []):
            resource = entry["resource"]
            if "careplan doctor" in str(resource) or "urn:careplan-plugin:doctor" in str(resource):
                found.add(f"{kind}/{resource['id']}")
    return found


@pytest.fixture(autouse=True)
def tidy(ehr) -> Iterator[None]:
    """What a test made the doctor leave behind is taken away, or other tests would find it."""
    before = held(ehr.backend_url)
    yield
    for name in held(ehr.backend_url) - before:
        requests.delete(f"{ehr.backend_url}/{name}", timeout=10)


def test_nothing_is_written_unless_asked_for(faulty: Faulty, examined) -> None:
    report = examined(faulty.base)
    assert {method for method, _ in faulty.asked} == {"GET"}
    assert [check.id for check in writing(report).checks if check.level == "open"] == ["tried"]


def test_every_type_is_written_read_back_sent_twice_and_removed(ehr, faulty: Faulty, examined) -> None:
    before = held(ehr.backend_url)
    report = examined(faulty.base, writing=True)
    (tried,) = [table for table in writing(report).tables if table.title == "Writing, tried"]
    assert {row[0] for row in tried.rows} == TYPES
    assert {row[1:3] for row in tried.rows} == {("yes", "yes")}
    assert {row[3] for row in tried.rows} == {"no second one", "not tried"}
    assert {row[4] for row in tried.rows} == {"deleted"}
    assert held(ehr.backend_url) == before


def test_a_type_that_is_not_taken_is_named(faulty: Faulty, examined) -> None:
    faulty.before = refusing("POST", "CarePlan")
    assert "tried-CarePlan" in ids(examined(faulty.base, writing=True))


def test_where_deleting_is_refused_it_is_marked_as_entered_in_error(ehr, faulty: Faulty, examined) -> None:
    faulty.before = refusing("DELETE")
    before = held(ehr.backend_url)
    report = examined(faulty.base, writing=True)
    (tried,) = [table for table in writing(report).tables if table.title == "Writing, tried"]
    removed = {row[0]: row[4] for row in tried.rows}
    assert removed["CarePlan"] == removed["Goal"] == removed["Observation"] == "marked entered-in-error"
    assert "left-Provenance" in ids(report)  # it has no status to mark
    kept = held(ehr.backend_url) - before
    (goal,) = [name for name in kept if name.startswith("Goal/")]
    assert requests.get(f"{ehr.backend_url}/{goal}", timeout=10).json()["lifecycleStatus"] == "entered-in-error"


def test_what_stays_behind_is_a_fault_with_its_id(faulty: Faulty, examined) -> None:
    faulty.before = refusing("DELETE,PUT")
    report = examined(faulty.base, writing=True)
    assert {f"left-{kind}" for kind in TYPES} <= ids(report)
    (left,) = [check for check in report.checks("fault") if check.id == "left-Goal"]
    assert "Goal/" in left.seen
    assert "stays" in left.seen


def test_a_conditional_create_that_makes_a_second_one_is_named_and_both_are_removed(
    ehr, faulty: Faulty, examined
) -> None:
    def unconditional(path: str, request: Request) -> Response | None:
        if (request.method, path) != ("POST", "CarePlan"):
            return None
        headers = {"Authorization": request.headers["Authorization"], "Content-Type": "application/fhir+json"}
        made = requests.post(f"{faulty.behind}/CarePlan", data=request.get_data(), headers=headers, timeout=10)
        return Response(made.content, made.status_code, content_type="application/fhir+json")

    faulty.before = unconditional
    before = held(ehr.backend_url)
    assert "doubled-CarePlan" in ids(examined(faulty.base, writing=True))
    assert held(ehr.backend_url) == before


def refusing(methods: str, only: str = ""):
    """Refuses requests of these methods before they reach the server."""

    def before(path: str, request: Request) -> Response | None:
        if request.method in methods.split(",") and path.startswith(only):
            return Response(refused(405, "not-supported"), 405, content_type="application/fhir+json")
        return None

    return before


def test_whether_a_questionnaire_can_be_written_is_told_and_counts_for_nothing(faulty: Faulty, examined) -> None:
    """We write none: the review form travels inside its QuestionnaireResponse."""

    def without(document: Json) -> None:
        rest = document["rest"][0]
        rest["resource"] = [each for each in rest["resource"] if each["type"] != "Questionnaire"]

    faulty.plant = on("metadata", without)
    report = examined(faulty.base, writing=True)
    assert (report.verdict, ids(report)) == ("fit", set())
    told = {check.id: check for check in writing(report).checks}
    assert told["write-Questionnaire"].level == "note"
    assert "cannot be written; we write none" in told["write-Questionnaire"].seen
    assert f"all {len(TYPES)} resource types that we write are promised" in told["writing"].seen
    assert ("POST", "Questionnaire") not in faulty.asked
    promised = next(table for table in writing(report).tables if table.title == "What can be written")
    assert ("Questionnaire", "no", "we write none") in {(row[0], row[1], row[3]) for row in promised.rows}
