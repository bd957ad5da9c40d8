"""Our answers read, and our calls written, by an implementation of CDS Hooks that is not ours: HAPI FHIR's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.hooks.ehr import DRAFT, ORDERS, about_orders, order, patient_view

HERE = Path(__file__).parent / "java"
CALLS = {
    "plan": (DRAFT, patient_view("hr-positive")),
    "incomplete": (DRAFT, patient_view("no-results", procedure=...)),
    "silent": (DRAFT, patient_view("early-stage")),
    "order": (ORDERS, about_orders(order("palbociclib"), name="her2-positive")),
}

pytestmark = pytest.mark.java


@pytest.fixture(scope="session")
def as_read_there(tmp_path_factory):
    """What HAPI FHIR writes for JSON documents once it has read them as one of its classes, refusing what it lacks."""
    folder = tmp_path_factory.mktemp("cds")
    classpath = folder / "classpath"
    build = ["mvn", "-q", "-B", "compile", "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"]
    subprocess.run(build, cwd=HERE, check=True)
    path = os.pathsep.join((str(HERE / "target" / "classes"), classpath.read_text()))

    def read(kind: str, documents: list) -> list:
        files = [folder / f"{kind}-{number}.json" for number in range(len(documents))]
        for file, document in zip(files, documents, strict=True):
            file.write_bytes(orjson.dumps(document))
        command = ["java", f"-Duser.home={folder}", "-cp", path, "careplan.ReadCdsHooks", kind, *map(str, files)]
        out = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        return [orjson.loads(line) for line in out.splitlines() if line.startswith(b"{")]

    return read


def test_nothing_of_our_cards_is_lost_on_a_client_in_java(ehr, as_read_there):
    answers = [ehr.post(service, call).get_json() for service, call in CALLS.values()]
    assert [len(answer["cards"]) for answer in answers] == [1, 1, 0, 1]
    assert [answer["cards"] for answer in as_read_there("response", answers)] == [each["cards"] for each in answers]


def test_nothing_of_our_discovery_is_lost_but_what_the_client_does_not_know(ehr, as_read_there):
    said = ehr.app.test_client().get("/cds-services").get_json()
    for service in said["services"]:
        del service["usageRequirements"]  # of CDS Hooks 2.0, and unknown to HAPI FHIR 8.8
    assert as_read_there("discovery", [said]) == [said]


def test_a_call_as_that_client_writes_it_is_answered_like_our_own(ehr, as_read_there):
    for (service, own), written in zip(
        CALLS.values(), as_read_there("request", [call for _, call in CALLS.values()]), strict=True
    ):
        ours, theirs = (ehr.post(service, call).get_json()["cards"] for call in (own, written))
        assert [(card["summary"], card["detail"]) for card in theirs] == [
            (card["summary"], card["detail"]) for card in ours
        ]
