"""The classes of cancer drugs: what each name and code belongs to, and that no class lacks a drug of its parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from plugin.library.code_sets import code_set
from plugin.library.vocabulary import Vocabulary
from plugin.library.vocabulary_file import load_vocabulary
from tests.findings.charts import ROOT, read

PROFILES = ROOT / "profiles"
DEFINITION = "https://careplan-plugin.example.org/fhir/StructureDefinition/finding-definition"
SETS = sorted(
    path.stem.removeprefix("ValueSet-")
    for kind in ("drug", "agent")
    for path in PROFILES.glob(f"ValueSet-{kind}-*.json")
    if not path.stem.endswith("-codes")
)
NAMED = yaml.safe_load((Path(__file__).parent / "drug_sets.yaml").read_text(encoding="utf-8"))
CLASSES = {
    "endocrine-drugs": ("aromatase-inhibitors", "tamoxifen-like", "fulvestrant", "oral-er-degraders"),
    "chemotherapy-drugs": ("taxanes", "anthracyclines", "platinum", "fluoropyrimidines", "other-chemotherapy"),
    "targeted-drugs": (
        *("cdk46-inhibitors", "pi3k-akt-inhibitors", "mtor-inhibitors", "parp-inhibitors", "trastuzumab", "pertuzumab"),
        *("her2-tki", "margetuximab", "tdxd", "tdm1", "sacituzumab", "datopotamab", "other-conjugates"),
        *("checkpoint-inhibitors", "trk-inhibitors", "ret-inhibitors", "braf-mek-inhibitors", "bevacizumab"),
    ),
    "ovarian-suppressants": ("ovarian-suppressants", "tamoxifen-like"),
}
AGENTS = {
    "cdk46-inhibitors": ("palbociclib", "ribociclib", "abemaciclib"),
    "pi3k-akt-inhibitors": ("alpelisib", "inavolisib", "capivasertib", "gedatolisib"),
    "mtor-inhibitors": ("everolimus",),
    "oral-er-degraders": ("elacestrant", "imlunestrant", "vepdegestrant", "camizestrant"),
    "parp-inhibitors": ("olaparib", "talazoparib"),
    "her2-tki": ("tucatinib",),
}


def members(name: str) -> set[Any]:
    found = code_set(json.loads((PROFILES / f"ValueSet-{name}.json").read_text(encoding="utf-8")))
    return {*found.displays.items(), *found.words}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    """A vocabulary that asks of each set whether a drug of it is on record."""
    library = yaml.safe_load((ROOT / "templates/metastatic-breast-cancer/findings.yaml").read_text(encoding="utf-8"))
    del library["extension"]  # the policy on lines of therapy names findings that are not here
    library["dataRequirement"] = [
        {
            "id": name,
            "type": "MedicationRequest",
            "codeFilter": [{"path": "code", "valueSet": f"https://careplan-plugin.example.org/fhir/ValueSet/{name}"}],
            "extension": [
                {
                    "url": DEFINITION,
                    "extension": [
                        {"url": "label", "valueString": name},
                        {"url": "type", "valueCode": "boolean"},
                        {"url": "group", "valueString": "Drugs"},
                        {
                            "url": "reading",
                            "extension": [
                                {"url": "kind", "valueCode": "treatment"},
                                {"url": "period", "valueCode": "any"},
                                {"url": "class", "valueCode": name},
                            ],
                        },
                    ],
                }
            ],
        }
        for name in SETS
    ]
    file = tmp_path_factory.mktemp("drugs") / "findings.yaml"
    file.write_text(yaml.safe_dump(library, sort_keys=False), encoding="utf-8")
    codes = {
        "resourceType": "CodeSystem",
        "url": "https://careplan-plugin.example.org/fhir/CodeSystem/finding",
        "status": "draft",
        "content": "fragment",
        "concept": [{"code": name, "display": name} for name in SETS],
    }
    (file.parent / "codes").mkdir()
    (file.parent / "codes/finding.yaml").write_text(yaml.safe_dump(codes, sort_keys=False), encoding="utf-8")
    return load_vocabulary(file, PROFILES)


@pytest.mark.parametrize("case", NAMED, ids=[case["drug"] for case in NAMED])
def test_a_drug_belongs_to_these_sets_and_no_other(case: dict[str, Any], words: Vocabulary) -> None:
    key = "code" if case["drug"].startswith("rxnorm|") else "text"
    findings = read({"med": [{key: case["drug"], "date": "2025-01-01"}]}, words)
    assert {name for name in SETS if findings[name].value is True} == set(case["sets"])


def test_every_set_has_a_drug_among_the_examples() -> None:
    assert {name for case in NAMED for name in case["sets"]} == set(SETS)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_the_sum_of_its_parts(name: str) -> None:
    assert members(name) == set().union(*(members(f"drug-{part}") for part in CLASSES[name]))


@pytest.mark.parametrize("name", AGENTS)
def test_a_set_holds_all_of_its_agents(name: str) -> None:
    for agent in AGENTS[name]:
        assert members(f"agent-{agent}") <= members(f"drug-{name}")
