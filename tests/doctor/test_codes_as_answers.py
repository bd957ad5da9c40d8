"""Answers whose code says it all, as scores do: proposed by the test that they answer, decided, and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plugin.doctor import shared
from plugin.findings.reader import read_findings
from plugin.library.vocabulary import Vocabulary
from tests.doctor.test_codes import ANSWERS, CHART, LAB, careplan, decide, result
from tests.findings.charts import AS_OF

SCORES = ("0", "1+", "2+", "3+")


def scored(number: int, score: str, code: str = "HER2S", name: str = "HER2/neu IHC score") -> dict[str, Any]:
    answer = {"coding": [{"system": ANSWERS, "code": score}]}
    return result(number, code, name, valueCodeableConcept=answer)


def scanned(tmp_path: Path, resources: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    (tmp_path / "chart.ndjson").write_text("\n".join(map(json.dumps, resources)))
    found = careplan("codes", "scan", tmp_path / "chart.ndjson", "-o", tmp_path / "scan.json")
    assert found.exit_code == 0
    return {each["code"]: each for each in json.loads((tmp_path / "scan.json").read_text())["unmapped"]}


def proposed(unmapped: dict[str, Any]) -> list[str]:
    return [each["code"] for each in unmapped["proposals"]]


def test_a_score_without_a_name_is_proposed_by_its_code_decided_and_read(tmp_path: Path, words: Vocabulary) -> None:
    chart = [CHART[0], *(scored(number, score) for number, score in enumerate(SCORES))]
    found = scanned(tmp_path, chart)
    first = {score: proposed(found[score])[0] for score in SCORES}
    assert first == {"0": "LA6111-4", "1+": "LA11841-6", "2+": "LA11842-4", "3+": "LA11843-2"}
    assert "85319-2" in proposed(found["HER2S"])

    begun = tmp_path / "map.json"
    assert careplan("codes", "map", tmp_path / "scan.json", "-o", begun).exit_code == 0
    document = json.loads(begun.read_text())
    decide(document, "HER2S", "85319-2")
    decide(document, "3+", "LA11843-2")
    begun.write_text(json.dumps(document))
    chart = [CHART[0], scored(1, "3+")]
    assert read_findings(chart, words, AS_OF)["her2"].state == "unknown"
    finding = read_findings(chart, shared.vocabulary_of(None, begun), AS_OF)["her2"]
    assert (finding.state, finding.value) == ("known", "positive")


def test_a_code_is_taken_for_a_word_only_beside_a_test_whose_answers_have_that_word(tmp_path: Path) -> None:
    found = scanned(tmp_path, [scored(1, "3+", "COL", "Colour of the sample"), scored(2, "0", "COL", "Colour")])
    assert proposed(found["3+"]) == proposed(found["0"]) == []


def test_an_answer_that_nothing_is_near_to_comes_after_the_tests(tmp_path: Path) -> None:
    found = scanned(tmp_path, [scored(1, "3+"), scored(2, "ZZ9")])
    assert list(found) == ["3+", "HER2S", "ZZ9"]
    assert found["ZZ9"]["proposals"] == []


def test_equal_proposals_are_not_cut_apart(tmp_path: Path) -> None:
    """By its words alone the score may be any test of the same name: all that are as near are shown."""
    found = scanned(tmp_path, [result(1, "HER2S", "HER2/neu IHC score", valueString="see report")])
    assert "85319-2" in proposed(found["HER2S"])


@pytest.mark.parametrize(
    ("group", "target", "said"),
    [
        ({}, {"code": "LA6111-4"}, "its group names no target system, in which LA6111-4 would be a code"),
        ({"target": "http://loinc.org"}, {}, "its target names no code"),
    ],
)
def test_what_is_missing_in_a_decided_target_is_said(tmp_path: Path, group, target, said: str) -> None:
    map_file = tmp_path / "map.json"
    good = {"code": "ER1", "target": [{"code": "85337-4", "equivalence": "equivalent"}]}
    groups = [
        {"source": LAB, "target": "http://loinc.org", "element": [good]},
        {"source": ANSWERS, **group, "element": [{"code": "0", "target": [{**target, "equivalence": "equivalent"}]}]},
    ]
    map_file.write_text(json.dumps({"resourceType": "ConceptMap", "status": "active", "group": groups}))
    (tmp_path / "chart.ndjson").write_text(json.dumps(scored(1, "0")))
    found = careplan("codes", "scan", tmp_path / "chart.ndjson", "--local-codes", map_file)
    assert f"0 stays unread: {said}" in found.stderr
