"""What a fact is worth is what drafting anew would make of it: held against the whole way, chart and all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from plugin.drafting.facts import Facts
from plugin.drafting.model import Draft, moved_by
from plugin.drafting.outline import closed_entry
from plugin.drafting.plan import draft_from, draft_plan
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.rules import Template
from plugin.library.vocabulary import Value
from plugin.quality.stated import statement

AS_OF = date(2026, 11, 22)
PATIENTS = Path(__file__).parents[2] / "plugin" / "sandbox" / "patients"
# Unlike each other in what is open: everything, the line of therapy, lesions of the brain.
COMPARED = ("no-results", "treatment-unknown", "brain-metastases")


def chart(name: str) -> list[dict[str, Any]]:
    return resources_of(orjson.loads((PATIENTS / f"{name}.json").read_bytes()))


def drafted(resources: list[dict[str, Any]], template: Template) -> Draft:
    return draft_plan(read_findings(resources, template.vocabulary, AS_OF), template, AS_OF)


def standings(draft: Draft) -> dict[str, str]:
    return {line.code: line.disposition for line in draft.categories}


def stated(resources: list[dict[str, Any]], code: str, value: Value, template: Template) -> list[dict[str, Any]]:
    patient = next(resource["id"] for resource in resources if resource["resourceType"] == "Patient")
    said = statement(template.vocabulary[code], value, AS_OF) | {"subject": {"reference": f"Patient/{patient}"}}
    return [*resources, said]


CERTAIN = ("pregnant", "non-carcinoma-histology")  # each by what rules out that it is so


def foretold(draft: Draft, template: Template) -> Iterator[tuple[str, Value, dict[str, str]]]:
    """Every yes-or-no or coded fact that lines depend on and nobody has settled, with what each value would do."""
    now = standings(draft)
    names = frozenset[str]().union(*(rule.condition.names for rule in (*template.category_rules, *template.gates)))
    asked = {code for code, definition in template.vocabulary.items() if definition.variable in names}
    for code in sorted(asked | draft.consequences.keys()):
        definition, finding = template.vocabulary[code], draft.findings[code]
        if definition.type not in ("boolean", "code") or finding.state == "known":
            continue
        if finding.state == "derived" and definition.reading and definition.reading.kind == "treatment":
            assert code not in draft.consequences, "what the drugs on record tell is not asked back"
            continue
        by_person = set(finding.evidence) == {draft.findings.patient.reference}
        if finding.state == "derived" and finding.value is False and (code in CERTAIN or by_person):
            assert code not in draft.consequences, "what cannot be otherwise is not asked"
            continue
        values = {"yes": True, "no": False} if definition.type == "boolean" else {v: v for v in definition.values}
        told = {consequence.value: consequence for consequence in draft.consequences.get(code, ())}
        for words, value in values.items():
            moves = told[words].by_disposition if words in told else ()
            yield code, value, now | {line: name for name, lines in moves for line in lines}


@pytest.mark.parametrize("name", COMPARED)
def test_every_value_of_every_open_fact_moves_what_drafting_anew_moves(name: str, template: Template) -> None:
    resources = chart(name)
    wrong = []
    for code, value, expected in foretold(drafted(resources, template), template):
        real = drafted(stated(resources, code, value, template), template)
        if not real.no_plan and standings(real) != expected:
            differing = {line for line in expected if expected[line] != standings(real)[line]}
            wrong.append((code, value, {line: (expected[line], standings(real)[line]) for line in differing}))
    assert wrong == []


@pytest.mark.parametrize("name", COMPARED)
def test_a_draft_without_it_is_the_same_in_all_else(name, template):
    findings = read_findings(chart(name), template.vocabulary, AS_OF)
    whole = draft_plan(findings, template, AS_OF)
    without = draft_from(Facts(findings, template.vocabulary), template, AS_OF, weigh_facts=False)
    assert whole.to_confirm
    tests = tuple(replace(item, decides=()) for item in whole.assessments)
    assert without == replace(whole, to_confirm=(), consequences={}, assessments=tests)


def test_a_test_is_said_to_decide_only_what_a_result_of_it_alone_moves(template):
    draft = drafted(chart("no-results"), template)
    due = {item.code: item for item in draft.assessments}
    assert len(due["staging"].opens) > 30 > len(due["staging"].decides) > 0
    assert "parp" not in due["staging"].decides
    for item in due.values():
        assert set(item.decides) <= set(item.opens)
        settled = [code for code in draft.consequences if item.code in template.vocabulary[code].settled_by]
        assert set(item.decides) <= {line for code in settled for line in moved_by(draft.consequences[code])}


def test_the_biopsy_and_the_receptors_come_before_all_other_tests_where_nothing_is_known(template):
    tests = [item.code for item in drafted(chart("no-results"), template).assessments]
    assert tests[:3] == ["path-met", "er-pr", "her2-ihc"]
    assert "confirm-fusion" not in tests


def test_a_closed_line_names_what_is_not_on_record_beside_what_closed_it(template):
    draft = drafted(chart("triple-negative-pdl1-high"), template)
    [line] = [line for line in draft.standing("not-offered") if line.code == "parp"]
    said = " ".join(closed_entry(line).details)
    assert [fact.code for fact in line.not_on_record] == ["tumor-brca", "palb2"]
    assert "Closed by Germline BRCA1/2: negative; not on record: " in said
