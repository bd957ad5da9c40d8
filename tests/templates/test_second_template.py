"""The template for bone health in cancer of the prostate, from a chart to a draft: the software knows no disease."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.library.content import content_folder

FOLDER = content_folder("templates") / "prostate-cancer-bone-health"
CHART = json.loads((Path(__file__).parent / "charts/prostate-bone-pain.json").read_text(encoding="utf-8"))
LISTS = ("offered", "conditional", "judgement", "not_offered", "assessments", "supportive_care", "alerts")

Json = dict[str, Any]


def resource(chart: Json, name: str) -> Json:
    return next(entry["resource"] for entry in chart["entry"] if entry["resource"]["id"] == name)


def draft(chart: Json, *options: str) -> str:
    command = ["draft", "-", "--as-of", "2026-11-29", "--templates", str(FOLDER), *options]
    result = CliRunner().invoke(main, command, input=json.dumps(chart))
    assert result.exit_code == 0, result.stderr
    return result.stdout


def lists(chart: Json) -> dict[str, list[str]]:
    found = json.loads(draft(chart, "--format", "json"))
    return {name: [line["code"] for line in found[name]] for name in LISTS}


@pytest.fixture
def chart() -> Json:
    return deepcopy(CHART)


def test_a_chart_gets_its_lists(chart: Json) -> None:
    found = lists(chart)
    assert found["offered"] == ["bma", "rt-bone"]
    assert found["conditional"] == ["radium-223"]
    assert found["not_offered"] == ["fracture-prevention"]
    assert set(found["assessments"]) == {"staging", "fracture-risk-score", "dental"}
    assert set(found["supportive_care"]) == {"bone-health", "exercise", "pain"}
    assert found["alerts"] == []


@pytest.mark.parametrize(
    ("hip", "spine", "osteoporosis"),
    [(-2.5, 1.0, True), (-2.4, -2.4, False), (0.3, -3.1, True), (-2.49, 1, False)],
)
def test_the_lowest_of_negative_numbers_decides(chart: Json, hip: float, spine: float, osteoporosis: bool) -> None:
    resource(chart, "hip")["valueQuantity"]["value"] = hip
    resource(chart, "spine")["valueQuantity"]["value"] = spine
    finding = json.loads(draft(chart, "--format", "json"))["findings"]["osteoporosis"]
    assert (finding["value"], finding["state"]) == (osteoporosis, "known")


def test_records_that_contradict_each_other_decide_nothing(chart: Json) -> None:
    sensitive = deepcopy(resource(chart, "crpc"))
    sensitive["id"] = "sensitive"
    sensitive["code"]["coding"][0] |= {"code": "Z19.1", "display": "Hormone sensitive malignancy status"}
    chart["entry"].append({"resource": sensitive})
    found = lists(chart)
    assert "bma" in found["conditional"]
    assert "conflict" in found["alerts"]


def test_a_drug_on_the_list_closes_what_must_not_be_given_with_it(chart: Json) -> None:
    order = deepcopy(resource(chart, "adt"))
    order["id"] = "abiraterone"
    order["medicationCodeableConcept"] = {"text": "abiraterone acetate"}
    chart["entry"].append({"resource": order})
    assert "radium-223" in lists(chart)["not_offered"]


@pytest.mark.parametrize("form", ["text", "html", "fhir"])
def test_every_form_of_the_draft_is_of_this_disease(chart: Json, form: str) -> None:
    text = draft(chart, "--format", form)
    assert "Bone-modifying agent" in text
    assert not [word for word in ("breast", "HER2", "tumour board") if word.lower() in text.lower()]
