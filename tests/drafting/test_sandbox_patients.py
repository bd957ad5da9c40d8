"""The sample patients, from chart to FHIR: valid R4, valid against our profiles, and saying what they rest on."""

from __future__ import annotations

from html import escape

import orjson
import pytest

from plugin.drafting.as_json import draft_json
from plugin.drafting.bundle import draft_bundle
from plugin.drafting.outline import GROUND, PRESUMED, fact_in_words, outline
from plugin.drafting.plan import draft_plan
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import PACKAGE
from plugin.library.validation import check_model, check_profile, check_structure

PATIENTS = sorted(set((PACKAGE / "sandbox" / "patients").glob("*.json")) - {PACKAGE / "sandbox/patients/index.json"})


@pytest.fixture(params=PATIENTS, ids=lambda path: path.stem, scope="module")
def draft(request, template, as_of):
    resources = resources_of(orjson.loads(request.param.read_bytes()))
    return draft_plan(read_findings(resources, template.vocabulary, as_of), template, as_of)


@pytest.fixture(scope="module")
def bundle(draft, template):
    return draft_bundle(draft, template, "0.1.0")


def resource(bundle, kind):
    return next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)


def test_every_drafted_resource_is_valid_r4_and_keeps_to_its_profile(bundle):
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    kinds = [kind for kind in kinds if kind != "Goal"]
    assert sorted(kinds) == ["CarePlan", "GuidanceResponse", "Library", "Provenance", *["Questionnaire"] * 3]
    for entry in bundle["entry"]:
        drafted = entry["resource"]
        assert [*check_structure(drafted), *check_model(drafted), *check_profile(drafted)] == []


def test_nothing_is_active_and_nothing_is_an_order(bundle):
    plan = resource(bundle, "CarePlan")
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")
    assert {activity["detail"]["status"] for activity in plan.get("activity", [])} <= {"not-started"}
    assert all("scheduledTiming" not in activity["detail"] for activity in plan.get("activity", []))


def test_the_plan_holds_the_offered_categories_the_due_tests_and_the_supportive_care(bundle, draft):
    found = draft_json(draft)
    expected = [line["code"] for name in ("offered", "assessments", "supportive_care") for line in found[name]]
    plan = resource(bundle, "CarePlan")
    assert [each["detail"]["code"]["coding"][0]["code"] for each in plan.get("activity", [])] == expected


def test_every_offered_line_names_its_results_its_presumptions_and_its_sources(draft):
    found = draft_json(draft)
    for line in found["offered"]:
        assert line["because"] or line["derives"], line["code"]
        assert bool(line["evidence"]) != line["unsourced"]
        for written in line["presumes"]:
            code = written.split(" = ")[0]
            assert found["findings"][code]["state"] == "presumed"


def test_a_finding_that_decides_an_offered_line_is_never_unknown(draft):
    for line in draft.standing("offered"):
        assert {fact.state for fact in line.facts} <= {"known", "derived", "presumed"}
        assert line.missing == ()


def test_guidance_asks_for_exactly_the_facts_that_conditional_lines_miss(bundle, draft):
    guidance = resource(bundle, "GuidanceResponse")
    missing = {code for line in draft.standing("conditional") for code in line.missing}
    assert guidance["status"] == ("data-required" if missing else "success")
    assert len(guidance.get("dataRequirement", [])) == len(missing)


def test_the_narrative_names_every_line_and_every_warning(bundle, draft):
    narrative = resource(bundle, "CarePlan")["text"]["div"]
    for alert in draft.alerts:
        assert escape(alert.text) in narrative
    if not draft.no_plan:
        for line in (*draft.categories, *draft.assessments, *draft.supportive_care):
            assert escape(line.label) in narrative


def test_every_presumption_is_named_on_its_line_or_where_the_line_points(draft, template):
    sections = outline(draft, template)
    shared = {entry.title: entry.details[0] for part in sections if part.heading == GROUND for entry in part.entries}
    said = {entry.title: " ".join(entry.details) for part in sections for entry in part.entries}
    for line in draft.categories:
        if line.disposition == "not-offered":
            continue
        points = f"{PRESUMED}: what “{GROUND}” lists" in said[line.label]
        reach = said[line.label] + (shared[PRESUMED] if points else "")
        assert [fact for fact in line.presumes if fact_in_words(fact) not in reach] == [], line.code
