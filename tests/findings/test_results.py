"""What stands behind a finding: every result, in the chart's words, with the reason why one does not count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plugin.findings.reader import read_findings
from plugin.library.vocabulary_file import load_vocabulary
from tests.findings.charts import AS_OF, ROOT, chart, read, vocabulary

WORDS = vocabulary()
POSITIVE = {"code": "loinc|85337-4|Estrogen receptor", "is": "loinc|LA6576-8|Positive", "date": "2020-01-01"}


def test_a_result_carries_its_words_date_and_lesion() -> None:
    finding = read({"obs": [{**POSITIVE, "specimen": "metastasis"}]}, WORDS)["er"]
    (result,) = finding.results
    assert (result.reference, result.value, result.text) == ("Observation/o1", "positive", "Positive")
    assert (result.date, result.site, result.label, result.set_aside) == (
        "2020-01-01",
        "metastasis",
        "Estrogen receptor",
        "",
    )
    assert finding.evidence == ("Observation/o1",)
    assert finding.detail == "Positive"


def test_results_stand_newest_first_and_those_set_aside_stay_visible() -> None:
    case = {
        "obs": [
            POSITIVE,
            {**POSITIVE, "date": "2024-01-01", "is": "loinc|LA6577-6"},
            {**POSITIVE, "date": "2025-01-01", "status": "entered-in-error"},
        ]
    }
    finding = read(case, WORDS)["er"]
    assert [result.date for result in finding.results] == ["2025-01-01", "2024-01-01", "2020-01-01"]
    assert finding.results[0].set_aside == "it was cancelled or entered in error"
    assert [result.value for result in finding.results] == [None, "negative", "positive"]


def test_the_specimen_gives_the_date_and_a_report_lends_its_specimen() -> None:
    case = {
        "obs": [{"id": "er", "code": "loinc|85337-4", "is": "loinc|LA6576-8", "date": "2024-02-10"}],
        "raw": [
            {
                "resourceType": "Specimen",
                "id": "s",
                "collection": {"collectedDateTime": "2024-02-01", "bodySite": {"text": "Liver"}},
            },
            {
                "resourceType": "DiagnosticReport",
                "id": "d",
                "status": "final",
                "specimen": [{"reference": "Specimen/s"}],
                "result": [{"reference": "Observation/er"}],
            },
        ],
    }
    (result,) = read(case, WORDS)["er"].results
    assert (result.date, result.site) == ("2024-02-01", "metastasis")


def test_results_of_a_withdrawn_report_do_not_count() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "d",
        "status": "entered-in-error",
        "result": [{"reference": "Observation/o1"}],
    }
    assert read({"obs": [POSITIVE], "raw": [report]}, WORDS)["er"].state == "unknown"


def test_discordance_is_said() -> None:
    case = {
        "obs": [
            {**POSITIVE, "specimen": "primary"},
            {**POSITIVE, "is": "loinc|LA6577-6", "date": "2024-01-01", "specimen": "metastasis"},
        ]
    }
    finding = read(case, WORDS)["er"]
    assert finding.note == "other results differ: positive (1 Jan 2020, primary)"


def test_a_problem_says_what_came_and_why_it_fails() -> None:
    findings = read({"obs": [{"code": "loinc|85329-1|ER percent", "measured": [140, "%"]}]}, WORDS)
    (problem,) = findings.problems
    assert (problem.kind, problem.reference) == ("impossible", "Observation/o1")
    assert problem.text == "ER percent: 140 % is not possible, it lies between 0 and 100"


def test_all_inputs_are_named() -> None:
    findings = read({"obs": [POSITIVE]}, WORDS)
    assert findings.inputs == (
        "Observation/o1",
        "Patient/p",
        "Specimen/blood",
        "Specimen/metastasis",
        "Specimen/primary",
    )


def test_every_finding_of_the_vocabulary_is_answered() -> None:
    assert list(read({}, WORDS)) == list(WORDS)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    def group(target: str, local: str, code: str) -> dict[str, Any]:
        found = [{"code": code, "equivalence": "equivalent"}]
        return {"source": "urn:lab", "target": target, "element": [{"code": local, "target": found}]}

    groups = [group("http://loinc.org", "ER1", "85337-4"), group("http://snomed.info/sct", "NEG", "260385009")]
    text = json.dumps({"resourceType": "ConceptMap", "status": "active", "group": groups})
    (tmp_path / "lab.json").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_site_maps_its_own_codes(site: Path) -> None:
    own = load_vocabulary(ROOT / "templates/metastatic-breast-cancer/findings.yaml", ROOT / "profiles", site)
    resources = chart({"obs": [{"code": "urn:lab|ER1|Oestrogen receptor", "is": "urn:lab|NEG"}]})
    assert read_findings(resources, own, AS_OF)["er"].value == "negative"
    assert read_findings(resources, WORDS, AS_OF)["er"].state == "unknown"
