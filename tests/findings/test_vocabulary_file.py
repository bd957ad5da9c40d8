"""The vocabulary file: loaded whole, agreeing with what is published from it, and strict about every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from plugin.errors import TemplateError
from plugin.library.validation import check_structure
from plugin.library.vocabulary_file import load_vocabulary
from plugin.library.yaml_file import read_yaml
from tests.findings.charts import ROOT, vocabulary

FILE = ROOT / "templates/metastatic-breast-cancer/findings.yaml"
PROFILES = ROOT / "profiles"
NEVER_PRESUMED = [
    "er",
    "pr",
    "her2",
    "her2-ihc",
    "her2-ish",
    "her2-expression",
    "germline-brca",
    "pik3ca",
    "akt1",
    "pten",
    "esr1",
    "pd-l1-cps-10",
    "msi-h",
    "tmb-h",
    "metastatic",
    "menopausal-status",
    "pregnant",
    "prior-systemic-therapy-metastatic",
    "prior-systemic-therapy-adjuvant",
    "hypocalcaemia",
    "creatinine-clearance",
    "dpd-deficiency",
    "metastasis-bone",
    "breast-cancer",
    "pregnancy-trimester",
    "neutrophils-below-1",
    "platelets-below-75",
    "hypercalcaemia-severe",
    "bone-only-disease",
    "de-novo-metastatic",
    "suicidal-statement",
    "cord-or-cauda-equina-sign",
    "fever",
]


def test_receptors_biomarkers_stage_and_treatment_are_never_presumed() -> None:
    words = vocabulary()
    assert [code for code in NEVER_PRESUMED if words[code].presumption is not None] == []


def test_every_finding_has_a_label_a_group_and_a_variable_of_its_own() -> None:
    words = vocabulary()
    assert all(definition.label and definition.group for definition in words.values())
    assert len({definition.variable for definition in words.values()}) == len(words)
    assert words.by_variable("pdL1Cps10") is words["pd-l1-cps-10"]
    assert words.by_variable("nothing") is None


def test_the_code_systems_agree_with_the_vocabulary() -> None:
    words = vocabulary()
    findings = json.loads((PROFILES / "CodeSystem-finding.json").read_text(encoding="utf-8"))
    assert {concept["code"]: concept["display"] for concept in findings["concept"]} == {
        code: definition.label for code, definition in words.items()
    }
    values = json.loads((PROFILES / "CodeSystem-finding-value.json").read_text(encoding="utf-8"))
    used = {value for definition in words.values() for value in definition.values}
    assert {concept["code"] for concept in values["concept"]} == used


def test_tests_that_settle_a_finding_are_assessments() -> None:
    assessments = json.loads((PROFILES / "CodeSystem-assessment.json").read_text(encoding="utf-8"))
    known = {concept["code"] for concept in assessments["concept"]}
    assert {code for definition in vocabulary().values() for code in definition.settled_by} <= known


def test_the_library_and_its_code_sets_are_valid_fhir() -> None:
    words = vocabulary()
    resources = [read_yaml(FILE)[0].data]
    for kind, names in (("ValueSet", words.code_sets.sets), ("ConceptMap", words.code_sets.maps)):
        resources += [json.loads((PROFILES / f"{kind}-{name}.json").read_text(encoding="utf-8")) for name in names]
    assert {resource["id"]: check_structure(resource) for resource in resources if check_structure(resource)} == {}


def test_url_and_version_come_from_the_library() -> None:
    words = vocabulary()
    assert words.url.endswith("/Library/findings-metastatic-breast-cancer")
    assert words.version == "0.1.0"


def changed(tmp_path: Path, old: str, new: str) -> TemplateError:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "findings.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        load_vocabulary(path, PROFILES)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("%erShare < 1", "%erShare < ", "erShare"),
        ("%erShare < 1", "%erShar < 1", "'%erShar', which is no part"),
        ("%age >= 56", "%agee >= 56", "'%agee', which is no finding"),
        ("ValueSet/er-tests", "ValueSet/er-test", "needs ValueSet-er-test.json"),
        ("{url: type, valueCode: integer}", "{url: type, valueCode: number}", "has the type 'number'"),
        ("{url: kind, valueCode: person}", "{url: kind, valueCode: persona}", "kind of reading 'persona'"),
        ("{url: kind, valueCode: answer}", "{url: kind, valueCode: reply}", "kind of part 'reply'"),
        ('{url: label, valueString: "Sex"}', '{url: labell, valueString: "Sex"}', "unknown field 'labell'"),
        ("- id: er-low", "- id: er-share", "is called 'erShare', as a finding is"),
        ("- id: age", "- id: sex", "does not define a finding of its own"),
        ("resourceType: Library", "resourceType: Basic", "is not a FHIR Library"),
        (
            "{url: reference, valueCode: high}",
            "{url: reference, valueCode: upper}",
            "the reference 'upper' is not known",
        ),
        ("{url: lesion, valueCode: metastasis}", "{url: lesion, valueCode: liver}", "the lesion 'liver' is not known"),
        (
            "{url: name, valueCode: metastasis}",
            "{url: name, valueCode: spread}",
            "the lesion 'metastasis' is not known",
        ),
        (
            "valueCode: secondary-bone}",
            "valueCode: secondary-bonn}",
            "sites of samples: ValueSet-secondary-bonn.json",
        ),
        ("{url: treats, valueString:", "{url: treat, valueString:", "'treats' is missing"),
        ("{url: origin, valueCode: somatic}", "{url: origins, valueCode: somatic}", "unknown field 'origins'"),
        ("{url: follows, valueCode: er}", "{url: follows, valueCode: err}", "refers to 'err'"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    error = changed(tmp_path, old, new)
    assert any(said in fault.message for fault in error.faults)
    assert all(fault.file == "findings.yaml" and fault.line and fault.remedy for fault in error.faults)


def test_a_presumption_of_the_wrong_type_is_refused(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8").replace(
        "{url: value, valueBoolean: false}", "{url: value, valueCode: no-idea}", 1
    )
    (tmp_path / "findings.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match="cannot be 'no-idea'"):
        load_vocabulary(tmp_path / "findings.yaml", PROFILES)


def test_an_empty_library_is_refused(tmp_path: Path) -> None:
    (tmp_path / "findings.yaml").write_text("resourceType: Library\nstatus: draft\n", encoding="utf-8")
    with pytest.raises(TemplateError, match="declares no findings"):
        load_vocabulary(tmp_path / "findings.yaml", PROFILES)


def test_code_sets_are_published_as_valid_fhir() -> None:
    library = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    named = {
        found["valueSet"]
        for item in library["dataRequirement"]
        for found in item.get("codeFilter", [])
        if "valueSet" in found
    }
    for path in PROFILES.glob("ValueSet-*.json"):
        resource = json.loads(path.read_text(encoding="utf-8"))
        assert path.name == f"ValueSet-{resource['id']}.json"
        assert resource["url"].endswith(f"/ValueSet/{resource['id']}")
        named.discard(resource["url"])
    assert named == set()
