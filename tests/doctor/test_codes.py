"""`careplan codes`: from an export with a site's own codes to findings that are known, a person in between."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from werkzeug.wrappers import Request, Response

from plugin.cli import main
from plugin.doctor import shared
from plugin.doctor.codes.exports import resources_in
from plugin.doctor.codes.tally import Tally
from plugin.findings.index import index_of
from plugin.findings.reader import read_findings
from plugin.library.vocabulary import Vocabulary
from tests.doctor.conftest import PATIENT
from tests.doctor.faulty import Faulty, instead, on
from tests.doctor.test_planted_faults import local_code, refused
from tests.findings.charts import AS_OF

LAB = "https://lab.example.org/tests"
ANSWERS = "https://lab.example.org/answers"


def result(number: int, code: str, display: str, patient: str = "p1", **value: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"{patient}-{number}",
        "status": "final",
        "effectiveDateTime": "2026-10-01",
        "subject": {"reference": f"Patient/{patient}", "display": "Kowalska, Anna"},
        "code": {"coding": [{"system": LAB, "code": code, "display": display}]},
        **value,
    }


def coded(code: str, display: str) -> dict[str, Any]:
    return {"valueCodeableConcept": {"coding": [{"system": ANSWERS, "code": code, "display": display}]}}


CHART = [
    {"resourceType": "Patient", "id": "p1", "name": [{"family": "Kowalska"}], "gender": "female"},
    result(1, "ER1", "Oestrogen receptor IHC", **coded("N", "Negative")),
    result(2, "ERP", "ER cells positive", valueQuantity={"value": 4217, "code": "%"}),
    result(3, "PR1", "Progesterone receptor IHC", **coded("N", "Negative")),
    result(4, "FREE", "Tissue remarks", valueString="seen by Dr. Nowak on 3 May"),
]


def careplan(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def export(tmp_path: Path) -> Path:
    file = tmp_path / "chart.json"
    file.write_text(
        json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in CHART]})
    )
    return file


def test_scan_map_decide_read(export: Path, tmp_path: Path, words: Vocabulary) -> None:
    assert read_findings(CHART, words, AS_OF)["er"].state == "unknown"
    scan, begun = tmp_path / "scan.json", tmp_path / "map.json"
    assert careplan("codes", "scan", export, "-o", scan).exit_code == 0
    assert careplan("codes", "map", scan, "-o", begun).exit_code == 0

    undecided = careplan("codes", "scan", export, "--local-codes", begun)
    assert undecided.exit_code == 1
    assert "nothing in it can be used" in undecided.stderr

    document = json.loads(begun.read_text())
    decide(document, "ER1", "16112-5")
    decide(document, "N", "260385009")
    begun.write_text(json.dumps(document))
    decided = shared.vocabulary_of(None, begun)
    finding = read_findings(CHART, decided, AS_OF)["er"]
    assert (finding.state, finding.value) == ("known", "negative")

    tally = Tally(index_of(decided))
    tally.add(CHART)
    assert {code for _, _, code in tally.found} == {"ERP", "PR1", "FREE"}


def decide(document: dict[str, Any], code: str, target: str) -> None:
    """What a person does: this target means exactly the same."""
    targets = [
        each
        for group in document["group"]
        for element in group["element"]
        if element["code"] == code
        for each in element["target"]
    ]
    assert {each["equivalence"] for each in targets} == {"unmatched"}
    (chosen,) = [each for each in targets if each.get("code") == target]
    chosen["equivalence"] = "equivalent"


def test_a_scan_holds_names_of_codes_and_kinds_of_values_and_nothing_of_a_patient(export: Path) -> None:
    found = careplan("codes", "scan", export, "--format", "json")
    unmapped = {each["code"]: each for each in json.loads(found.stdout)["unmapped"]}
    assert unmapped["ERP"]["values"] == {"quantity in %": 1}
    assert unmapped["N"]["count"] == 2
    assert {one["code"] for one in unmapped["N"]["answers_to"]} == {"ER1", "PR1"}
    assert unmapped["FREE"]["values"] == {"text": 1}
    for text in ("Kowalska", "p1", "4217", "Nowak", "2026-10"):
        assert text not in found.stdout
        assert text not in careplan("codes", "scan", export, "--all").stdout


def test_what_is_near_to_a_test_that_matters_comes_first(export: Path, tmp_path: Path) -> None:
    often = [result(10 + each, "XQ", "Colour of the sample", valueString="red") for each in range(30)]
    (tmp_path / "more.ndjson").write_text("\n".join(map(json.dumps, often)))
    unmapped = json.loads(careplan("codes", "scan", tmp_path, "--format", "json").stdout)["unmapped"]
    assert {each["code"] for each in unmapped[:4]} == {"N", "ER1", "PR1", "ERP"}
    assert [each["likelihood"] for each in unmapped] == sorted((each["likelihood"] for each in unmapped), reverse=True)
    assert "XQ" not in careplan("codes", "scan", tmp_path).stdout
    assert "XQ" in careplan("codes", "scan", tmp_path, "--all").stdout


def test_many_patients_in_gzipped_ndjson_in_folders_are_counted_together(tmp_path: Path) -> None:
    folder = tmp_path / "export" / "part"
    folder.mkdir(parents=True)
    for part in range(2):
        lines = [json.dumps(result(each, "ER1", "Oestrogen receptor", f"p{part}{each}")) for each in range(25)]
        (folder / f"Observation.{part}.ndjson.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    found = json.loads(careplan("codes", "scan", tmp_path / "export", "--format", "json").stdout)
    assert (found["resources"], found["unmapped"][0]["count"]) == (50, 50)


def test_memory_does_not_grow_with_the_export(tmp_path: Path, words) -> None:
    peaks = []
    for lines in (1_000, 10_000):
        file = tmp_path / f"{lines}.ndjson.gz"
        file.write_bytes(
            gzip.compress("\n".join(json.dumps(result(n % 40, f"C{n % 40}", "x")) for n in range(lines)).encode())
        )
        tally = Tally(index_of(words))
        tracemalloc.start()
        tally.add(resources_in(file))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert tally.resources == lines
    assert peaks[1] < 2 * peaks[0]


def test_standard_codes_and_codes_without_a_system_are_not_for_the_site_to_map(tmp_path: Path) -> None:
    standard = result(1, "0", "Oestrogen receptor")
    standard["code"]["coding"][0] |= {"system": "http://loinc.org", "code": "99999-9"}
    nobody = result(2, "0", "Oestrogen receptor")
    del nobody["code"]["coding"][0]["system"]
    (tmp_path / "a.ndjson").write_text(f"{json.dumps(standard)}\n{json.dumps(nobody)}\n")
    found = json.loads(careplan("codes", "scan", tmp_path, "--format", "json").stdout)
    assert found["unmapped"] == []
    assert [each["code"] for each in found["standard"]] == ["99999-9"]
    assert found["without_system"] == {"test": 1}


def test_a_server_is_scanned_patient_by_patient(faulty: Faulty, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty.plant = on("Observation", local_code)
    monkeypatch.setenv("CAREPLAN_DOCTOR_TOKEN", token)
    found = careplan("codes", "scan", faulty.base, "--patient", PATIENT, "--format", "json")
    assert found.exit_code == 0
    assert {each["code"] for each in json.loads(found.stdout)["unmapped"]} == {"ER-77"}
    assert token not in found.output
    assert PATIENT not in found.output


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_search_that_is_refused_is_never_an_all_clear(
    faulty: Faulty, token: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, form: str
) -> None:
    """What is missing is told in every form with its reason, and the exit code is not that of a whole scan."""
    named = {"severity": "error", "code": "forbidden", "diagnostics": "Kowalska is a protected patient"}
    outcome = json.dumps({"resourceType": "OperationOutcome", "issue": [named]})
    faulty.plant = instead("Observation", 403, outcome)
    monkeypatch.setenv("CAREPLAN_DOCTOR_TOKEN", token)
    written = tmp_path / "scan.json"
    found = careplan("codes", "scan", faulty.base, "--patient", PATIENT, "--format", form, "-o", written)
    assert found.exit_code == 3
    assert "the scan is incomplete: Observation" in found.stderr
    assert "is left without a meaning" not in found.stdout
    if form == "text":
        assert "INCOMPLETE" in found.stdout
        assert "Observation: the server does not allow this (403), forbidden" in found.stdout
    document = json.loads(written.read_text())
    assert document["complete"] is False
    assert [(each["type"], "403" in each["why"]) for each in document["missed"]] == [("Observation", True)]
    assert "careplan doctor" in document["missed"][0]["remedy"]
    assert "Kowalska" not in found.output + written.read_text()


def test_a_server_that_lets_nobody_in_is_told_once_with_what_to_give(faulty: Faulty) -> None:
    found = careplan("codes", "scan", faulty.base)
    assert found.exit_code == 3
    assert found.stderr.count("nobody is let in without a token (401)") == 1
    assert "CAREPLAN_DOCTOR_TOKEN" in found.stderr
    assert "--config" in found.stderr
    assert [path for _, path in faulty.asked].count("Observation") == 1
    assert "Condition" not in {path for _, path in faulty.asked}  # the first refusal of access is the last request


def test_a_token_that_ends_midway_leaves_a_scan_that_says_so(
    faulty: Faulty, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty.plant = instead("Condition", 401, "{}")
    monkeypatch.setenv("CAREPLAN_DOCTOR_TOKEN", token)
    found = careplan("codes", "scan", faulty.base, "--patient", PATIENT, "--format", "json")
    assert found.exit_code == 3
    document = json.loads(found.stdout)
    assert document["resources"] > 0
    missed = {each["type"]: each["why"] for each in document["missed"]}
    assert missed["Condition"] == "the token is not accepted (401)"
    assert missed["Procedure"] == "not asked any more"
    assert "Procedure" not in {path for _, path in faulty.asked}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://nosuch.invalid/fhir", "its name is not found (DNS)"),
        ("http://127.0.0.1:9/fhir", "the connection is refused"),
    ],
)
def test_a_server_that_is_not_there_is_told_as_the_doctor_tells_it(address: str, said: str) -> None:
    found = careplan("codes", "scan", address)
    assert found.exit_code == 3
    assert said in found.stderr
    assert "check" in found.stderr
    assert "search 1" not in found.stderr


def test_an_address_where_no_fhir_server_is_gets_one_message(faulty: Faulty) -> None:
    faulty.before = lambda path, request: Response("nothing here", 404, content_type="text/plain")
    found = careplan("codes", "scan", faulty.base)
    assert found.exit_code == 3
    assert found.stderr.count("there is no FHIR server at this address") == 1
    assert "give the address of the FHIR base" in found.stderr


def test_observations_that_come_by_category_only_are_read_so_and_scan_and_map_say_it(
    faulty: Faulty, token: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def by_category(path: str, request: Request) -> Response | None:
        if path != "Observation" or "category" in request.args:
            return None
        return Response(refused(400, "required"), 400, content_type="application/fhir+json")

    faulty.before = by_category
    faulty.plant = on("Observation", local_code)
    monkeypatch.setenv("CAREPLAN_DOCTOR_TOKEN", token)
    written = tmp_path / "scan.json"
    found = careplan("codes", "scan", faulty.base, "--patient", PATIENT, "--format", "json", "-o", written)
    document = json.loads(found.stdout)
    assert found.exit_code == 3
    assert {each["code"] for each in document["unmapped"]} == {"ER-77"}
    assert ["by category only" in each["why"] for each in document["missed"]] == [True]
    begun = careplan("codes", "map", written, "-o", tmp_path / "map.json")
    assert begun.exit_code == 0
    assert "says itself that it is incomplete" in begun.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"resourceType": "Observation"}\nnot json\n', "line 2 of the NDJSON"),
        ("{", "is not JSON"),
        ('{"resourceType": "Observation"}\n[1]\n', "x.ndjson"),
    ],
)
def test_a_broken_export_is_named_with_its_line(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "x.ndjson").write_text(content)
    found = careplan("codes", "scan", tmp_path)
    assert found.exit_code == 1
    assert said in found.stderr


def test_a_map_that_may_hold_decisions_is_never_written_over(export: Path, tmp_path: Path) -> None:
    scan, begun = tmp_path / "scan.json", tmp_path / "map.json"
    careplan("codes", "scan", export, "-o", scan)
    begun.write_text("decided")
    refused = careplan("codes", "map", scan, "-o", begun)
    assert refused.exit_code == 2
    assert begun.read_text() == "decided"


def test_only_a_scan_can_be_mapped(export: Path, tmp_path: Path) -> None:
    refused = careplan("codes", "map", export, "-o", tmp_path / "map.json")
    assert refused.exit_code == 1
    assert "careplan codes scan --format json" in refused.stderr
