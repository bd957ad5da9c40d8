"""`careplan codes`: from an export with a site's own codes to findings that are known, a person in between."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from plugin.cli import main
from plugin.doctor import shared
from plugin.doctor.codes.exports import resources_in
from plugin.doctor.codes.tally import Tally
from plugin.findings.index import index_of
from plugin.findings.reader import read_findings
from plugin.library.vocabulary import Vocabulary
from tests.doctor.conftest import PATIENT
from tests.doctor.faulty import Faulty, on
from tests.doctor.test_planted_faults import local_code
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


def test_a_server_that_lets_nobody_in_is_a_failure_of_the_other_side(faulty: Faulty) -> None:
    found = careplan("codes", "scan", faulty.base)
    assert found.exit_code == 3
    assert "does not accept our authorization" in found.stderr


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
