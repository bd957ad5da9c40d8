"""A site's own codes: read through its own map, shown as such, and never able to change what a standard code means."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from plugin.errors import LocalCodesError
from plugin.findings.model import Findings
from plugin.findings.reader import read_findings
from plugin.library.code_sets import CodeSets
from plugin.library.local_codes import load_local_codes
from plugin.library.vocabulary import Vocabulary
from plugin.library.vocabulary_file import load_vocabulary
from tests.findings.charts import AS_OF, ROOT, chart, vocabulary

WORDS = vocabulary()

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
LAB = "https://lab.example.org/tests"
ANSWERS = "https://lab.example.org/answers"


def target(code: str, equivalence: str = "equivalent", **more: Any) -> dict[str, Any]:
    return {"code": code, "equivalence": equivalence, **more}


def group(source: str, to: str, **codes: Any) -> dict[str, Any]:
    """`ER1="85337-4"`, or a list of targets."""
    elements = [
        {"code": code, "target": found if isinstance(found, list) else [target(found)]} for code, found in codes.items()
    ]
    return {"source": source, "target": to, "element": elements}


def concept_map(*groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resourceType": "ConceptMap", "status": "active", "group": list(groups), **more}


SITE = concept_map(
    group(LAB, LOINC, ER1="85337-4", PR1="85339-0", HER2S="85319-2"),
    group(ANSWERS, SNOMED, P="10828004", N="260385009"),
    group(ANSWERS, LOINC, S2="LA11842-4", S0="LA6111-4"),
)


@pytest.fixture
def load(tmp_path: Path):
    def loaded(*maps: Any, name: str = "lab{}.json") -> Vocabulary:
        for number, content in enumerate(maps):
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / name.format(number)).write_text(text, encoding="utf-8")
        assert WORDS.code_sets is not None
        code_sets = replace(WORDS.code_sets, local={}, cautions=[])
        load_local_codes(tmp_path, code_sets)
        return Vocabulary(list(WORDS.values()), code_sets)

    return loaded


def read(words: Vocabulary, *observations: dict[str, Any], **case: Any) -> Findings:
    return read_findings(chart({"obs": list(observations), **case}), words, AS_OF)


def cautions(words: Vocabulary) -> list[str]:
    assert words.code_sets is not None
    return [str(caution) for caution in words.code_sets.cautions]


def refused(load: Any, *maps: Any, **more: Any) -> str:
    with pytest.raises(LocalCodesError) as error:
        load(*maps, **more)
    return str(error.value)


ER_NEGATIVE = {"code": f"{LAB}|ER1|Oestrogen receptor", "is": f"{ANSWERS}|N", "date": "2026-10-01"}


def test_a_local_test_and_a_local_answer_are_read_and_say_through_what(load) -> None:
    er = read(load(SITE), ER_NEGATIVE)["er"]
    assert (er.value, er.state) == ("negative", "known")
    (result,) = er.results
    assert result.label == "Oestrogen receptor (ER1 read as 85337-4, N read as 260385009 by the site's map)"
    assert result.text == "N"


def test_without_the_map_the_same_result_is_unread(load) -> None:
    words = load(concept_map(group("urn:other", LOINC, X="85337-4")))
    assert read(words, ER_NEGATIVE)["er"].state == "unknown"


@pytest.mark.parametrize(("answer", "value"), [({"is": f"{ANSWERS}|S2"}, "2+"), ({"says": "3+"}, "3+")])
def test_a_local_score_is_read(load, answer: dict[str, Any], value: str) -> None:
    found = read(load(SITE), {"code": f"{LAB}|HER2S|HER2 IHC", "date": "2026-10-01", **answer})
    assert found["her2-ihc"].value == value


def test_a_standard_code_beside_the_local_one_needs_no_map_to_agree(load) -> None:
    both = {"code": [f"{LAB}|ER1|ER", "loinc|85337-4|Estrogen receptor"], "named": "Positive"}
    assert read(load(SITE), both)["er"].value == "positive"
    other = {"code": [f"{LAB}|ER1|ER", "loinc|85339-0|Progesterone receptor"], "named": "Positive"}
    found = read(load(SITE), other)
    assert (found["er"].state, found["pr"].state) == ("unknown", "unknown")
    assert {problem.kind for problem in found.problems} == {"mismatch"}


def test_a_name_that_says_another_test_than_the_map_is_not_trusted(load) -> None:
    found = read(load(SITE), {**ER_NEGATIVE, "code": f"{LAB}|ER1|Progesterone receptor"})
    assert (found["er"].state, found["pr"].state) == ("unknown", "unknown")
    assert [problem.kind for problem in found.problems] == ["mismatch"]


def test_a_display_that_contradicts_a_mapped_answer_is_not_trusted(load) -> None:
    found = read(load(SITE), {**ER_NEGATIVE, "is": f"{ANSWERS}|N|Positive"})
    assert found["er"].state == "unknown"
    assert "disagree" in found["er"].results[0].set_aside


def test_a_local_test_code_that_the_map_leaves_out_stays_unread_and_is_named(load) -> None:
    found = read(load(SITE), {"code": f"{LAB}|ER9|Estrogen receptor", "named": "Positive"})
    assert found["er"].state == "unknown"
    assert f"the code ER9 of {LAB} is not known" in found.problems[0].text


def test_a_local_answer_code_that_the_map_leaves_out_stays_unread_and_is_named(load) -> None:
    found = read(load(SITE), {**ER_NEGATIVE, "is": f"{ANSWERS}|17"})
    assert found["er"].state == "unknown"
    assert f"(code 17 of {ANSWERS})" in found.problems[0].text


def test_diagnoses_drugs_and_interpretations_are_read_through_the_map_too(load) -> None:
    words = load(
        concept_map(
            group("urn:dx", "http://hl7.org/fhir/sid/icd-10-cm", BRAIN="C79.31"),
            group("urn:drug", "http://www.nlm.nih.gov/research/umls/rxnorm", LET="72965"),
            group("urn:flag", "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", PATHO="POS"),
        )
    )
    er = {"code": "loinc|85337-4", "interpreted": "urn:flag|PATHO", "date": "2026-10-01"}
    drug = {"code": "urn:drug|LET|Tablet", "date": "2019-01-01"}
    found = read(words, er, cond=[{"code": "urn:dx|BRAIN|Filia", "date": "2026-10-01"}], med=[drug])
    assert found["metastasis-brain"].value is True
    assert found["metastasis-brain"].results[0].label == "Filia (BRAIN read as C79.31 by the site's map)"
    assert found["er"].value == "positive"
    labels = {result.label for finding in found.values() for result in finding.results}
    assert "Tablet (LET read as 72965 by the site's map)" in labels


def test_a_map_may_be_written_in_yaml_with_several_in_one_file(load) -> None:
    text = "---\n".join(yaml.safe_dump(concept_map(one), default_style='"') for one in SITE["group"][:2])
    assert read(load(text, name="lab{}.yaml"), ER_NEGATIVE)["er"].value == "negative"


def test_one_file_can_be_given_instead_of_a_folder(load, tmp_path: Path) -> None:
    file = tmp_path / "lab.json"
    file.write_text(json.dumps(SITE))
    words = load_vocabulary(ROOT / "templates/metastatic-breast-cancer/findings.yaml", ROOT / "profiles", file)
    assert read(words, ER_NEGATIVE)["er"].value == "negative"


@pytest.mark.parametrize(
    "equivalence", ["wider", "narrower", "inexact", "relatedto", "subsumes", "specializes", "disjoint"]
)
def test_what_is_not_exactly_the_same_is_told_and_not_used(load, equivalence: str) -> None:
    words = load(SITE, concept_map(group("urn:b", LOINC, ER2=[target("85337-4", equivalence)], PR2="85339-0")))
    (said,) = cautions(words)
    assert said.startswith("lab1.json: ConceptMap.group[0].element[0].target[0]: ER2 stays unread")
    assert f"as '{equivalence}'" in said
    assert read(words, {"code": "urn:b|ER2|ER", "named": "Positive"})["er"].state == "unknown"


def test_proposals_that_nobody_decided_are_one_line_and_bury_nothing(load) -> None:
    open_ones = {f"T{number}": [target("85337-4", "unmatched"), target("16112-5", "unmatched")] for number in range(9)}
    decided = [target("85337-4"), target("16112-5", "unmatched")]
    lost = {"code": "PR7", "target": [{"equivalence": "equivalent"}]}
    begun = group(LAB, LOINC, ER1=decided, **open_ones)
    begun["element"].append(lost)
    words = load(concept_map(begun, group(ANSWERS, SNOMED, N="260385009")))
    without_code, waiting = cautions(words)
    assert "PR7 stays unread: its target names no code" in without_code
    assert without_code.splitlines()[1].strip().startswith("give the target its code")
    assert "19 proposals (unmatched) not used, 9 local codes stay unread: T0, T1, T2 and 6 more" in waiting
    assert read(words, ER_NEGATIVE)["er"].value == "negative"


def test_a_proposal_left_beside_a_decided_target_is_said_to_be_left_over(load) -> None:
    words = load(concept_map(group(LAB, LOINC, ER1=[target("85337-4"), target("16112-5", "unmatched")])))
    assert "1 proposal (unmatched) not used, beside decided targets of the same codes" in cautions(words)[0]


def test_a_map_without_anything_of_use_says_how_much_there_is(load) -> None:
    wider = {f"W{number}": [target("85337-4", "wider")] for number in range(12)}
    said = refused(load, concept_map(group(LAB, LOINC, **wider)))
    assert "nothing in it can be used, of 12 targets none: " in said
    assert "W2 stays unread" in said
    assert "9 more of the like" in said
    begun = refused(load, concept_map(group(LAB, LOINC, A=[target("85337-4", "unmatched")])), name="begun{}.json")
    assert "1 proposal (unmatched) not used, 1 local code stays unread: A" in begun


@pytest.mark.parametrize(
    ("groups", "remedy"),
    [
        ({"source": LAB, "element": [{"code": "X", "target": [target("85337-4")]}]}, "whose target is the system"),
        (group(LAB, LOINC, X=[target("85337-4", dependsOn=[{"property": "m", "value": "x"}])]), "without a condition"),
    ],
    ids=["no target system", "conditional"],
)
def test_each_reason_comes_with_its_own_remedy(load, groups: dict[str, Any], remedy: str) -> None:
    (caution,) = cautions(load(concept_map(*SITE["group"], groups)))
    assert remedy in caution.splitlines()[1]


def test_equal_counts_as_well(load) -> None:
    words = load(concept_map(group(LAB, LOINC, ER1=[target("85337-4", "equal")])))
    assert read(words, {**ER_NEGATIVE, "is": "snomed|260385009"})["er"].value == "negative"


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ([target("85337-4", dependsOn=[{"property": "method", "value": "x"}])], "under a condition"),
        ([], "mapped to nothing"),
        ([target("00000-0")], "no finding is read from 00000-0 of http://loinc.org"),
    ],
    ids=["conditional", "no target", "unknown code"],
)
def test_what_cannot_be_used_is_told_and_the_rest_is_read(load, spoilt: list[Any], said: str) -> None:
    element = {"code": "X", "target": spoilt} if spoilt else {"code": "X"}
    other = {"source": LAB, "target": LOINC, "element": [element]}
    words = load(concept_map(*SITE["group"], other))
    (caution,) = cautions(words)
    assert said in caution
    assert "ConceptMap.group[3].element[0]" in caution
    assert read(words, ER_NEGATIVE)["er"].value == "negative"


def test_a_rule_for_unlisted_codes_is_not_followed(load) -> None:
    fixed = group(LAB, LOINC, ER1="85337-4") | {"unmapped": {"mode": "fixed", "code": "85339-0"}}
    words = load(concept_map(fixed))
    assert "is not followed" in cautions(words)[0]
    assert read(words, {"code": f"{LAB}|ZZ|Progesterone receptor", "named": "Positive"})["pr"].state == "unknown"


def test_a_retired_map_is_not_used(load) -> None:
    words = load(SITE, concept_map(group("urn:old", LOINC, ER="85337-4"), status="retired"))
    assert "retired" in cautions(words)[0]
    assert read(words, {"code": "urn:old|ER|ER", "named": "Positive"})["er"].state == "unknown"


def test_a_long_list_of_other_tests_is_not_printed_in_full(load) -> None:
    many = {f"T{number}": f"{number}-1" for number in range(1, 60)}
    said = cautions(load(concept_map(group(LAB, LOINC, ER1="85337-4", **many))))
    assert len(said) == 21
    assert "39 more codes" in said[-1]


@pytest.mark.parametrize(
    "system",
    [
        LOINC,
        f"{LOINC}/",
        "HTTP://LOINC.ORG",
        "https://loinc.org",
        f"{LOINC}|2.77",
        "urn:oid:2.16.840.1.113883.6.1",
        f"{SNOMED}/731000124108",
        "http://hl7.org/fhir/sid/icd-10",
        "https://careplan-plugin.example.org/fhir/CodeSystem/finding",
    ],
)
def test_no_map_speaks_for_a_standard(load, system: str) -> None:
    said = refused(load, concept_map(group(system, LOINC, **{"16112-5": "85339-0"})))
    assert "lab0.json: ConceptMap.group[0].source" in said
    assert "is a standard, whose codes keep their meaning" in said


def test_one_local_code_has_one_meaning(load) -> None:
    twice = concept_map(group(LAB, LOINC, ER1="85339-0"))
    said = refused(load, SITE, twice)
    assert "lab1.json: ConceptMap.group[0].element[0].target[0]" in said
    assert "ER1 is said to be the same as 85337-4 and as 85339-0" in said


def test_codes_of_two_standards_that_ask_for_different_tests_are_not_trusted(load) -> None:
    words = load(concept_map(group(LAB, LOINC, R1="85337-4"), group(LAB, SNOMED, R1="445029000")))
    found = read(words, {"code": f"{LAB}|R1", "named": "Positive"})
    assert (found["er"].state, found["pr"].state) == ("unknown", "unknown")
    assert [problem.kind for problem in found.problems] == ["mismatch"]


R5 = concept_map({"source": LAB, "target": LOINC, "element": [{"code": "A", "target": [{"code": "B"}]}]})
BROKEN = {
    "not json": ("{", "cannot be read"),
    "an array": ("[]", "the file holds no FHIR"),
    "another resource": ({"resourceType": "ValueSet", "status": "active"}, "the file holds ValueSet"),
    "no source": (
        concept_map({"target": LOINC, "element": [{"code": "A", "target": [target("85337-4")]}]}),
        "ConceptMap.group[0].source: no source system",
    ),
    "no status": ({"resourceType": "ConceptMap"}, "ConceptMap.status: required element missing"),
    "no code": (
        concept_map({"source": LAB, "target": LOINC, "element": [{"target": [target("85337-4")]}]}),
        "ConceptMap.group[0].element[0]: no local code",
    ),
    "number as code": (
        concept_map({"source": LAB, "target": LOINC, "element": [{"code": 5, "target": [target("85337-4")]}]}),
        "ConceptMap.group[0].element[0].code: expected a string",
    ),
    "no equivalence": (R5, "equivalence: required element missing"),
    "nothing of use": (concept_map(group(LAB, LOINC, A="1-8")), "nothing in it can be used"),
    "no groups": ({"resourceType": "ConceptMap", "status": "active"}, "nothing in it can be used"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_map_is_refused_with_file_element_and_remedy(load, name: str) -> None:
    content, message = BROKEN[name]
    said = refused(load, content)
    assert said.startswith("the local codes cannot be used, 1 fault:\n")
    assert message in said
    assert ("lab0.json" in said) == (not message.startswith("nothing"))
    assert said.splitlines()[-1].startswith("    ")


def test_a_fault_in_yaml_names_the_line(load) -> None:
    groups = f"- source: {LOINC}\n  target: {LOINC}\n  element: [{{code: x}}]\n"
    text = f"resourceType: ConceptMap\nstatus: active\ngroup:\n{groups}"
    assert "lab0.yaml:4: ConceptMap.group[0].source" in refused(load, text, name="lab{}.yaml")
    assert "lab0.yaml:2:3: not YAML" in refused(load, "a: b\n c: d: e\n", name="lab{}.yaml")


def test_a_folder_without_maps_and_a_path_that_is_not_there_are_refused(load, tmp_path: Path) -> None:
    assert "holds no JSON or YAML file" in refused(load)
    with pytest.raises(LocalCodesError, match="no such file or folder"):
        load_local_codes(tmp_path / "nowhere", CodeSets())


def test_every_fault_of_every_file_is_told_at_once(load) -> None:
    said = refused(load, "{", concept_map(group(LOINC, LOINC, A="85337-4")), SITE)
    assert "2 faults" in said
    assert "lab0.json" in said
    assert "lab1.json" in said
