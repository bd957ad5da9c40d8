"""Findings depend on what the chart says and on nothing else: not on order, unrelated resources, or repetition."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plugin.errors import InputError
from plugin.findings.model import DECIDED, Findings
from plugin.findings.phrases import plain, tokens
from plugin.findings.reader import read_findings
from tests.findings.charts import AS_OF, cases, chart, vocabulary

WORDS = vocabulary()
CHARTS = [chart(case) for case in cases()]
BUSY = [chart(case) for case in cases() if len(case.get("obs", [])) + len(case.get("cond", [])) > 1]
NOISE = [
    {"resourceType": "Observation", "id": "bp", "status": "final", "code": {"text": "Blood pressure"}},
    {"resourceType": "Observation", "id": "na", "status": "final", "code": {"text": "Sodium"}, "valueInteger": 140},
    {"resourceType": "Condition", "id": "flu", "code": {"text": "Influenza"}, "subject": {"reference": "Patient/p"}},
    {"resourceType": "MedicationStatement", "id": "m", "medicationCodeableConcept": {"text": "paracetamol"}},
    {"resourceType": "Goal", "id": "g", "description": {"text": "HER2 positive, ER negative"}},
]


def everything(findings: Findings) -> list[Any]:
    return [findings.patient, findings.problems, findings.inputs, *findings.values()]


def spelled(text: str) -> str:
    """The words of a text, however it is punctuated."""
    return " ".join(tokens(plain(text)))


def facts(findings: Findings) -> dict[str, Any]:
    return dict(findings)


@given(data=st.data())
@settings(max_examples=150)
def test_order_does_not_matter(data: st.DataObject) -> None:
    resources = data.draw(st.sampled_from(BUSY))
    shuffled = data.draw(st.permutations(resources))
    assert everything(read_findings(shuffled, WORDS, AS_OF)) == everything(read_findings(resources, WORDS, AS_OF))


@pytest.mark.parametrize("number", range(0, len(CHARTS), 7))
def test_unrelated_resources_change_nothing(number: int) -> None:
    resources = CHARTS[number]
    before, after = (facts(read_findings(found, WORDS, AS_OF)) for found in (resources, [*resources, *NOISE]))
    assert before == after


@pytest.mark.parametrize("number", range(0, len(CHARTS), 11))
def test_the_same_resource_twice_counts_once(number: int) -> None:
    resources = CHARTS[number]
    twice = [*resources, *copy.deepcopy(resources)]
    assert everything(read_findings(twice, WORDS, AS_OF)) == everything(read_findings(resources, WORDS, AS_OF))


def test_the_input_is_not_changed() -> None:
    for resources in CHARTS:
        before = copy.deepcopy(resources)
        read_findings(resources, WORDS, AS_OF)
        assert resources == before


def test_only_the_newest_version_of_a_resource_counts() -> None:
    def version(number: str, code: str) -> dict[str, Any]:
        return {
            "resourceType": "Observation",
            "id": "er",
            "meta": {"versionId": number},
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "85337-4"}]},
            "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": code}]},
        }

    findings = read_findings([version("10", "LA6577-6"), version("9", "LA6576-8")], WORDS, AS_OF)
    assert findings["er"].value == "negative"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(node, dict):
        found += [p for key, value in node.items() for p in paths(value, (*path, key))]
    elif isinstance(node, list):
        found += [p for index, value in enumerate(node) for p in paths(value, (*path, index))]
    return found


@given(data=st.data())
@settings(max_examples=400)
def test_no_content_makes_the_reader_fail(data: st.DataObject) -> None:
    """Any element replaced by anything: read, or refused as input, never a crash."""
    resources = copy.deepcopy(data.draw(st.sampled_from(CHARTS)))
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, last = data.draw(st.sampled_from(paths(resources)))
        node: Any = resources
        try:
            for step in parents:
                node = node[step]
            node[last] = data.draw(JSON)
        except (KeyError, IndexError, TypeError):
            continue
    try:
        findings = read_findings(resources, WORDS, AS_OF)
    except InputError:
        return
    for code, finding in findings.items():
        definition = WORDS[code]
        if finding.value is not None and definition.type == "code":
            assert finding.value in definition.values


TESTS = (
    "85337-4",
    "85339-0",
    "85319-2",
    "85318-4",
    "48676-1",
    "60033-8",
    "21636-6",
    "105303-2",
    "81695-9",
    "94076-7",
)
MAPS = ("positive-negative", "her2-answers", "her2-scores", "msi-answers", "her2-expression-words", "low-positive")
ANSWERS = {spelled(phrase) for name in MAPS for phrase in WORDS.code_sets.maps[name].words}


@given(
    noise=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="0123456789+"), max_size=30),
    test=st.sampled_from(TESTS),
)
@example(noise="\uff0b", test="85319-2")  # a plus sign of full width is one
@example(noise='"low|', test="81695-9")  # what stands around words is none
@settings(max_examples=200)
def test_an_unreadable_answer_never_becomes_a_negative(noise: str, test: str) -> None:
    """A result whose answer is replaced by noise may become unknown, or stay, never turn to its opposite."""
    observation = {
        "resourceType": "Observation",
        "id": "x",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": test}]},
        "valueString": noise,
    }
    findings = read_findings([observation], WORDS, AS_OF)
    for code in ("er", "pr", "her2", "germline-brca", "pik3ca", "pd-l1-cps-10", "msi-h", "tmb-h"):
        assert findings[code].state not in DECIDED or spelled(noise) in ANSWERS


def test_the_same_chart_gives_the_same_bytes() -> None:
    for resources in BUSY[::5]:
        one, other = (repr(everything(read_findings(resources, WORDS, AS_OF))) for _ in range(2))
        assert one == other


def test_a_large_chart_is_read_in_linear_time() -> None:
    """Counted in resources looked at, not in seconds: twice the chart, the same findings, no blow-up of results."""
    many = [
        {
            "resourceType": "Observation",
            "id": f"n{number}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "2951-2", "display": "Sodium"}]},
            "subject": {"reference": "Patient/p"},
            "valueQuantity": {"value": 140, "unit": "mmol/L"},
        }
        for number in range(2000)
    ]
    findings = read_findings([*CHARTS[0], *many], WORDS, AS_OF)
    assert len(findings.inputs) == len(CHARTS[0]) + 2000
    assert facts(findings) == facts(read_findings(CHARTS[0], WORDS, AS_OF))
