"""The conformance resources themselves: valid, complete, agreeing with each other and with their FSH sources."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest

from plugin.library.content import CANONICAL, content_folder
from plugin.library.validation import check_model, check_structure

PROFILES = content_folder("profiles")
FSH = "\n".join(path.read_text() for path in sorted((PROFILES / "fsh").rglob("*.fsh")))
SOURCES = {"Profile": "StructureDefinition", "Extension": "StructureDefinition"}
GENERATED = [
    f"{SOURCES.get(kind, kind)}-{name}.json"
    for kind, name in re.findall(
        r"^(Profile|Extension|ValueSet|CodeSystem): .*\n(?:.*\n)*?Id: (.+)$", FSH, re.MULTILINE
    )
]
OF_DESCRIPTIONS = ("activity-agents", "activity-ask", "activity-result")
OF_ITEMS = ("activity-monitor", "activity-effect", "activity-not-with", "activity-note")
CONTRACT = {
    "treatment-category": ("cdk46-et", "inavo-triplet", "parp", "tdxd-her2low", "her2-thp", "brain-local", "bma", "lm"),
    "assessment": ("her2-ish", "gbrca", "ngs", "esr1", "pdl1", "path-met", "interactions"),
    "supportive-care": ("pc", "pain", "acp", "hospice", "meno-sexual", "eol"),
    "alert": ("conflict", "not-metastatic", "deceased", "incomplete", "unread"),
}


@cache
def load(name):
    return json.loads((PROFILES / name).read_text())


def test_every_source_has_its_json_and_no_definition_lacks_a_source():
    assert len(GENERATED) == len(set(GENERATED)) > 50
    assert [name for name in GENERATED if not (PROFILES / name).is_file()] == []
    definitions = {path.name for path in PROFILES.glob("StructureDefinition-*.json")}
    assert definitions == {name for name in GENERATED if name.startswith("StructureDefinition")}


@pytest.mark.parametrize("name", GENERATED)
def test_each_is_valid_fhir_and_named_by_its_canonical(name):
    resource = load(name)
    assert check_structure(resource) == []
    kind, _, identifier = name.removesuffix(".json").partition("-")
    assert resource["url"] == f"{CANONICAL}/{kind}/{identifier}"
    assert resource["version"] == "0.1.0"
    assert resource["title"]
    assert resource["description"]


@pytest.mark.parametrize("name", [name for name in GENERATED if not name.startswith("StructureDefinition")])
def test_code_systems_and_value_sets_pass_the_model(name):
    assert check_model(load(name)) == []


@pytest.mark.parametrize("name", [name for name in GENERATED if name.startswith("StructureDefinition")])
def test_definitions_carry_a_snapshot_and_refer_to_what_exists(name):
    definition = load(name)
    assert len(definition["snapshot"]["element"]) >= len(definition["differential"]["element"])
    text = json.dumps(definition["differential"])
    for kind, identifier in re.findall(
        rf"{re.escape(CANONICAL)}/(StructureDefinition|ValueSet|CodeSystem)/([\w-]+)", text
    ):
        assert (PROFILES / f"{kind}-{identifier}.json").is_file(), f"{kind}/{identifier}"


@pytest.mark.parametrize("name", [name for name in GENERATED if name.startswith("CodeSystem")])
def test_code_systems_are_complete_and_speak(name):
    system = load(name)
    assert system["content"] == "complete"
    assert system["caseSensitive"] is True
    assert system["count"] == len(system["concept"])
    codes = [concept["code"] for concept in system["concept"]]
    assert len(codes) == len(set(codes))
    assert len({concept["display"] for concept in system["concept"]}) == len(codes)
    for concept in system["concept"]:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", concept["code"])
        assert concept["definition"].endswith(".")


@pytest.mark.parametrize("system", CONTRACT)
def test_the_codes_of_the_contract_are_there(system):
    codes = {concept["code"] for concept in load(f"CodeSystem-{system}.json")["concept"]}
    assert codes.issuperset(CONTRACT[system])


@pytest.mark.parametrize("name", [name for name in GENERATED if name.startswith("ValueSet")])
def test_value_sets_take_codes_that_exist(name):
    for include in load(name)["compose"]["include"]:
        if not include["system"].startswith(CANONICAL):
            continue
        system = load(f"CodeSystem-{include['system'].rpartition('/')[2]}.json")
        known = {concept["code"] for concept in system["concept"]}
        assert {concept["code"] for concept in include.get("concept", [])} <= known


def test_extensions_say_where_they_belong():
    """Extensions that stand on rules belong to PlanDefinition.action, those of lines to CarePlan.activity."""
    contexts = {
        load(name)["id"]: [context["expression"] for context in load(name)["context"]]
        for name in GENERATED
        if name.startswith("StructureDefinition") and load(name)["type"] == "Extension"
    }
    for identifier, where in contexts.items():
        if identifier.startswith(("rule-", "gate-")):
            assert where == ["PlanDefinition.action"], identifier
        if identifier in OF_ITEMS:
            assert where == ["ActivityDefinition", "CarePlan.activity"], identifier
        elif identifier.startswith("activity-") and identifier not in OF_DESCRIPTIONS:
            assert where == ["CarePlan.activity"], identifier
