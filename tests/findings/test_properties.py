"""What must hold for every chart, over charts put together from results that real systems send.

Removing a result never makes the reader surer than what remains allows:
- what is known afterwards rests on results that remain;
- a fact that led its own samples and was unknown stays unknown (a conflict may end, since one of its sides is gone);
- a result that a known fact does not rest on can go without changing it.
"""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.fuzz_reader import Oracle, Tally
from plugin.findings.index import reading_of
from plugin.findings.model import DECIDED, Findings
from plugin.findings.phrases import plain, tokens
from plugin.findings.reader import read_findings
from tests.findings.charts import AS_OF, chart, vocabulary

WORDS = vocabulary()
LEADERS = [
    code
    for code, definition in WORDS.items()
    if definition.reading is not None
    and reading_of(definition).kind == "results"
    and not reading_of(definition).follows
    and not definition.derivations
]
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "loinc|85337-4": [{"is": "loinc|LA6576-8"}, {"is": "loinc|LA6577-6"}, {"says": "Positive (95%)"}],
    "loinc|85329-1": [
        {"measured": [95, "%"]},
        {"measured": [5, "%"]},
        {"measured": [0, "%"]},
        {"measured": [140, "%"]},
    ],
    "loinc|85339-0": [{"is": "snomed|10828004"}, {"is": "snomed|260385009"}, {"absent": "unknown"}],
    "loinc|85319-2": [{"says": "3+"}, {"says": "2+"}, {"says": "1+"}, {"says": "0"}, {"says": "see comment"}],
    "loinc|85318-4": [{"is": "loinc|LA6576-8"}, {"is": "loinc|LA6577-6"}, {"says": "Indeterminate"}],
    "loinc|48676-1": [{"is": "loinc|LA6576-8"}, {"is": "loinc|LA6577-6"}],
    "loinc|60033-8": [{"is": "snomed|10828004"}, {"is": "snomed|260385009"}],
    "loinc|94191-4": [{"is": "snomed|10828004"}, {"is": "snomed|260385009"}],
    "loinc|105303-2": [{"measured": [20]}, {"measured": [3]}],
    "loinc|81695-9": [{"says": "MSI-High"}, {"says": "MSS"}],
    "loinc|89247-1": [{"counts": 1}, {"counts": 3}, {"counts": 9}],
    "loinc|10230-1": [{"measured": [62, "%"]}, {"measured": [40, "%"]}],
    "loinc|21907-1": [{"is": "ajcc|cM0"}, {"is": "ajcc|cM1"}],
    "loinc|97509-4": [{"is": "snomed|271299001"}, {"is": "snomed|359746009"}],
}
PROBLEMS = ["icd|C50.412", "icd|C79.51", "snomed|94225005", "icd|C78.7", "icd|J84.10", "icd|Z17.0", "icd|I50.9"]
DRUGS = [
    "letrozole",
    "Ibrance",
    "capecitabine",
    "Phesgo",
    "Enhertu",
    "Trodelvy",
    "Keytruda",
    "goserelin",
    "Chemotherapy",
]
DAYS = ["2019-03-01", "2021-06-15", "2024-01-10", "2024-01-12", "2026-10-30", "2026-11-10"]
SITES = ["primary", "metastasis"]
UNRELATED: list[dict[str, Any]] = [
    {"resourceType": "Observation", "id": "n1", "status": "final", "code": {"text": "Sodium"}, "valueInteger": 140},
    {
        "resourceType": "Observation",
        "id": "n2",
        "status": "final",
        "code": {"text": "Body height"},
        "valueString": "ER+",
    },
    {"resourceType": "Condition", "id": "n3", "code": {"text": "Influenza"}, "subject": {"reference": "Patient/p"}},
    {"resourceType": "MedicationStatement", "id": "n4", "medicationCodeableConcept": {"text": "paracetamol"}},
    {"resourceType": "Goal", "id": "n5", "description": {"text": "HER2 positive, ER negative"}},
    {"resourceType": "Practitioner", "id": "n6", "name": [{"family": "HER2"}]},
    {"resourceType": "FamilyMemberHistory", "id": "n7", "condition": [{"code": {"text": "Breast cancer"}}]},
    {"resourceType": "DocumentReference", "id": "n8", "description": "ER negative"},
    {"resourceType": "DiagnosticReport", "id": "n9", "status": "final", "conclusion": "Brain metastasis"},
    {"resourceType": "Immunization", "id": "n10", "status": "completed", "vaccineCode": {"text": "Influenza"}},
    {"resourceType": "AllergyIntolerance", "id": "n11", "code": {"text": "Tamoxifen"}},
]
FOREIGN_WORDS = (
    "négatif",
    "negativ",
    "positivo",
    "nicht",
    "keine",
    "negatve",
    "posittive",
    "ikke",
    "brak",
    "陰性",
    "nie",
    "?!",
)


@st.composite
def results(draw: st.DrawFn) -> dict[str, Any]:
    """A shorthand of an Observation, most of them final and dated."""
    code = draw(st.sampled_from(sorted(ANSWERS)))
    made = {"code": code, **draw(st.sampled_from(ANSWERS[code]))}
    made["status"] = draw(st.sampled_from(["final"] * 6 + ["amended", "preliminary", "entered-in-error"]))
    made |= {"date": day} if (day := draw(st.sampled_from([*DAYS, ""]))) else {}
    return made | ({"specimen": site} if (site := draw(st.sampled_from([*SITES, "", ""]))) else {})


@st.composite
def problems(draw: st.DrawFn) -> dict[str, Any]:
    made = {"code": draw(st.sampled_from(PROBLEMS)), "date": draw(st.sampled_from(DAYS))}
    return made | draw(st.sampled_from([{}, {}, {"verified": "refuted"}, {"verified": "provisional"}]))


@st.composite
def drugs(draw: st.DrawFn) -> dict[str, Any]:
    """A drug that was ordered, taken or given, stopped for some reason or not."""
    made = {"text": draw(st.sampled_from(DRUGS))}
    made |= draw(st.sampled_from([{}, {"status": "active"}, {"status": "stopped", "stopped": "snomed|266721009"}]))
    days = sorted(draw(st.lists(st.sampled_from([*DAYS, "2024"]), max_size=2)))
    made |= dict(zip(("date", "until"), days, strict=False))
    return made | draw(st.sampled_from([{}, {}, {"type": "MedicationAdministration"}, {"setting": "snomed|373808002"}]))


@st.composite
def charts(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to eight results, three problems and four drugs of one patient."""
    case = {"obs": draw(st.lists(results(), min_size=1, max_size=8)), "cond": draw(st.lists(problems(), max_size=3))}
    return chart({**case, "med": draw(st.lists(drugs(), max_size=4))})


def read(resources: list[dict[str, Any]]) -> Findings:
    return read_findings(resources, WORDS, AS_OF)


def everything(findings: Findings) -> list[Any]:
    return [findings.patient, findings.problems, findings.inputs, *findings.values()]


def removable(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in resources if one["resourceType"] in ("Observation", "Condition")]


@given(charts(), st.lists(st.sampled_from(UNRELATED), min_size=1, max_size=5, unique_by=lambda one: one["id"]))
@settings(max_examples=120, deadline=None)
def test_unrelated_resources_change_nothing(resources: list[dict[str, Any]], noise: list[dict[str, Any]]) -> None:
    assert dict(read([*noise, *resources])) == dict(read(resources))


@given(charts(), st.data())
@settings(max_examples=120, deadline=None)
def test_neither_order_nor_repetition_matters(resources: list[dict[str, Any]], data: st.DataObject) -> None:
    again = [*resources, *copy.deepcopy(data.draw(st.lists(st.sampled_from(resources), max_size=4)))]
    shuffled = data.draw(st.permutations(again))
    assert everything(read(shuffled)) == everything(read(resources))


@given(charts(), st.data())
@settings(max_examples=300, deadline=None)
def test_removing_a_result_makes_nothing_surer(resources: list[dict[str, Any]], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(removable(resources)))
    name = f"{gone['resourceType']}/{gone['id']}"
    rest = [one for one in resources if one is not gone]
    before, after = read(resources), read(rest)
    for code in LEADERS:
        was, now = before[code], after[code]
        if now.state in ("known", "derived"):
            assert now.evidence, code
            assert set(now.evidence) <= set(after.inputs), code
            assert was.state != "unknown", code
        if was.state in ("known", "derived") and name not in was.evidence:
            assert (now.state, now.value) == (was.state, was.value), code


@given(charts(), st.sampled_from(LEADERS))
@settings(max_examples=120, deadline=None)
def test_without_its_results_a_fact_is_unknown_or_presumed(resources: list[dict[str, Any]], code: str) -> None:
    behind = {result.reference for result in read(resources)[code].results}
    rest = [one for one in resources if f"{one['resourceType']}/{one.get('id')}" not in behind]
    finding = read(rest)[code]
    assert finding.state in ("unknown", "presumed")
    assert not finding.results


@given(charts())
@settings(max_examples=120, deadline=None)
def test_results_after_the_day_are_never_used(resources: list[dict[str, Any]]) -> None:
    dated = [one for one in resources if "effectiveDateTime" in one or "onsetDateTime" in one]
    others = [one for one in resources if one["resourceType"] in ("Patient", "Specimen")]
    findings = read_findings([*others, *dated], WORDS, date.fromisoformat(DAYS[0]) - timedelta(days=1))
    names = {f"{one['resourceType']}/{one['id']}" for one in dated}
    for code, finding in findings.items():
        assert not names.intersection(finding.evidence), code
        assert all(result.set_aside for result in finding.results), code


KNOWN_WORDS = {
    word
    for code_map in WORDS.code_sets.maps.values()
    for phrase in code_map.words
    for word in tokens(plain(phrase))
} | {
    word
    for code_set in WORDS.code_sets.sets.values()
    for phrase in code_set.words
    for word in tokens(plain(phrase))
}  # fmt: skip
STRANGE = st.one_of(st.sampled_from(FOREIGN_WORDS), st.text("abcdefghijklmnopqrstuvwxyzäéñøł", min_size=3, max_size=12))
SPOKEN = {
    "er": ("85337-4", ["Positive", "Negative", "Positive (95%)", "Negative (0%)", "ER negative", "Low positive"]),
    "pr": ("85339-0", ["Positive", "Negative", "PR positive (20%)", "Negative (<1%)"]),
    "her2": ("85319-2", ["3+", "1+", "0", "Negative (1+)", "HER2 IHC: 3+ (positive)"]),
    "msi-h": ("81695-9", ["MSI-High", "MSS"]),
    "germline-brca": ("94191-4", ["Detected", "Not detected", "Negative"]),
    "pik3ca": ("60033-8", ["Detected", "Not detected"]),
}


@given(st.sampled_from(sorted(SPOKEN)), STRANGE, st.data())
@settings(max_examples=400, deadline=None)
def test_one_word_that_is_not_understood_leaves_the_whole_answer_unread(
    code: str, strange: str, data: st.DataObject
) -> None:
    test, answers = SPOKEN[code]
    words = data.draw(st.sampled_from(answers)).split(" ")
    at = data.draw(st.integers(0, len(words)))
    said = " ".join([*words[:at], strange, *words[at:]])
    if set(tokens(plain(strange))) <= KNOWN_WORDS:
        return
    observation = {
        "resourceType": "Observation",
        "id": "x",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": test}]},
        "valueString": said,
    }
    findings = read_findings([observation], WORDS, AS_OF)
    assert findings[code].state not in DECIDED, said
    assert any(result.set_aside and result.aside_kind == "unread" for result in findings[code].results), said
    assert [problem.kind for problem in findings.problems] == ["unread"], said


def test_damaged_charts_neither_break_the_reader_nor_turn_an_answer_round() -> None:
    """The quick form of bench/fuzz_reader.py."""
    oracle, tally = Oracle(WORDS), Tally()
    for index in range(2000):
        tally.add(index, 20261122, oracle, WORDS)
    assert not tally.faults
    assert tally.counts["read"] > 1900
