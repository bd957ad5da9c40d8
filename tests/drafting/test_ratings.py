"""Every line says how it is rated and on what it stands, in FHIR as CPG-on-FHIR asks."""

from __future__ import annotations

from datetime import date

import pytest

from plugin import __version__
from plugin.drafting.bundle import draft_bundle
from plugin.drafting.plan import draft_plan
from plugin.library.content import extension_url, system_url
from plugin.library.elements import extension, extensions
from plugin.quality.stated import findings_from_values

AS_OF = date(2026, 11, 22)
CQF = "http://hl7.org/fhir/StructureDefinition/cqf-"
CHART = {
    "sex": "female", "age": 68, "breast-cancer": True, "metastatic": True, "er": "positive", "er-low": False,
    "pr": "positive", "her2": "negative", "prior-systemic-therapy-metastatic": False,
    "prior-systemic-therapy-adjuvant": False, "metastasis-bone": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def activities(template):
    draft = draft_plan(findings_from_values(CHART, template.vocabulary, AS_OF), template, AS_OF)
    plan = draft_bundle(draft, template, __version__)["entry"][0]["resource"]
    return {activity["detail"]["code"]["coding"][0]["code"]: activity for activity in plan["activity"]}


def test_each_citation_carries_kind_verification_day_and_ratings(activities, template):
    for code, activity in activities.items():
        strength = extension(activity, "activity-strength")
        for artifact in extensions(activity, "activity-citation"):
            source = template.citations[artifact["label"]]
            assert extension(artifact, "evidence-kind") == source.kind, code
            assert extension(artifact, "evidence-verification") in ("primary", "secondary")
            assert extension(artifact, "evidence-read") == "2026-11-22"
            rated = {each["url"]: each["valueCodeableConcept"] for each in artifact["document"]["extension"]}
            assert rated[f"{CQF}strengthOfRecommendation"] == strength


def test_the_rating_systems_are_named(activities):
    ratings = {each["url"]: each for each in activities["cdk46-et"]["extension"]}
    strength = ratings[extension_url("activity-strength")]["valueCodeableConcept"]["coding"]
    certainty = ratings[extension_url("activity-certainty")]["valueCodeableConcept"]["coding"]
    assert strength == [{"system": system_url("rule-evidence"), "code": "guideline-evidence-based"}]
    assert certainty == [{"system": system_url("rule-confidence"), "code": "high"}]


def test_tests_and_supportive_care_are_rated_too(activities):
    assert extension(activities["pc"], "activity-strength")["coding"][0]["code"] == "guideline-evidence-based"
    assert extension(activities["pc"], "activity-certainty")["coding"][0]["code"] == "high"


def test_an_unsourced_line_claims_no_certainty(activities):
    trial = activities["trial"]
    assert extension(trial, "activity-unsourced") is True
    assert extension(trial, "activity-certainty") is None
    assert list(extensions(trial, "activity-citation")) == []
