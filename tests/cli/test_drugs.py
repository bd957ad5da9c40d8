"""`careplan draft`: which drugs a line names, what it does not go together with, and what older texts say."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.library.content import PACKAGE

PATIENT = PACKAGE / "sandbox" / "patients" / "triple-negative-pdl1-low.json"
STRUCTURES = "https://careplan-plugin.example.org/fhir/StructureDefinition/"


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch, template):
    monkeypatch.setattr("plugin.library.template.load_template", lambda *_, **__: template)


def drafted(form):
    result = CliRunner().invoke(main, ["draft", str(PATIENT), "--as-of", "2026-11-22", "--format", form])
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def lines(template):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("plugin.library.template.load_template", lambda *_, **__: template)
        draft = json.loads(drafted("json"))
    return {line["code"]: line for name in ("offered", "judgement") for line in draft[name]}


def test_json_names_drugs_with_their_status_and_holds_others_back(lines):
    agents = lines["chemo-single"]["agents"]
    assert {"paclitaxel", "eribulin"} <= {agent["name"] for agent in agents["named"]}
    [capecitabine] = [agent for agent in agents["withheld"] if agent["name"] == "capecitabine"]
    assert capecitabine["disposition"] == "conditional"
    assert (capecitabine["missing"], capecitabine["waits_for"]) == (["dpd-deficiency"], ["dpyd"])
    [conjugate] = lines["sg"]["agents"]["named"]
    assert {use["code"] for use in conjugate["status"]} == {"approved"}
    assert {"2026" in use["date"] for use in conjugate["status"] if use["new"]} == {True}


def test_json_says_what_does_not_go_together_on_both_lines(lines):
    for one, other in (("sg", "dato"), ("dato", "sg"), ("sg", "chemo-single"), ("chemo-single", "sg")):
        assert other in {each["code"] for each in lines[one]["not_beside"]}


def test_json_says_what_older_texts_said(lines):
    statements = {each["id"]: each for each in lines["sg"]["superseded"]}
    assert statements["SD-06"]["status"] == "superseded"
    assert statements["SD-06"]["evidence"] == ["fda_sg_tnbc_1l", "fda_sg_hr"]


@pytest.mark.parametrize("form", ["text", "html"])
def test_people_read_the_same_in_words(form):
    told = drafted(form)
    assert "Drugs of the class: sacituzumab govitecan (approved, new; approved)." in told
    assert "capecitabine: not named yet, waits for DPD deficiency" in told
    assert "bevacizumab: not named, Indication taken back." in told
    assert "Not together with the lines: " in told
    assert "Older texts (superseded): “" in told


def test_fhir_carries_them_on_the_activity():
    plan = json.loads(drafted("fhir"))["entry"][0]["resource"]
    [activity] = [each for each in plan["activity"] if each["detail"]["code"]["coding"][0]["code"] == "sg"]
    found = {each["url"].removeprefix(STRUCTURES) for each in activity["extension"]}
    assert {"activity-agent", "activity-regulatory-code", "activity-not-beside", "activity-superseded"} <= found
