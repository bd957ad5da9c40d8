"""What breaks a profile of ours is caught at run time, and by a validator that others wrote."""

from __future__ import annotations

import pytest
from pyrofile_validator.config import ValidatorConfig
from pyrofile_validator.core.engine import Validator

from plugin.library.content import content_folder
from plugin.library.validation import check_model, check_profile
from tests.profiles.examples import (
    BASE,
    EXAMPLES,
    PARTICIPANT,
    REMOVE,
    coded,
    extension,
    provenance,
    review_form,
    reviewed_plan,
    spoilt,
)

# pyrofile does not follow an extension slice into the extension it names, and takes every extension for a decision and
# for a line of the clinicians' own; its FHIRPath does not see a valueRelatedArtifact as a value.
FALSE_ALARMS = {
    ("profile.slice.cardinality.max", "CarePlan.activity.extension:decision"),
    ("profile.slice.cardinality.max", "CarePlan.activity.extension:ownLine"),
    ("profile.element.invariant.ext-1", "CarePlan.activity.extension"),
}

PLAN_FAULTS = {
    "active": ("status", "active", "CarePlan.status"),
    "an order": ("intent", "order", "CarePlan.intent"),
    "no text": ("text", REMOVE, "CarePlan.text"),
    "no assess-plan": ("category", [{"text": "Oncology"}], "assessPlan"),
    "template without version": ("instantiatesCanonical", [f"{BASE}/PlanDefinition/x"], "plan-1"),
    "no template": ("instantiatesCanonical", REMOVE, "CarePlan.instantiatesCanonical"),
    "no date": ("created", REMOVE, "CarePlan.created"),
    "a period": ("period", {"start": "2026-11-23"}, "CarePlan.period"),
    "foreign code": ("activity.0.detail.code", coded("treatment-category", "surgery"), "detail.code"),
    "text instead of code": ("activity.0.detail.code", {"text": "CDK4/6"}, "detail.code"),
    "under way": ("activity.0.detail.status", "in-progress", "detail.status"),
    "a schedule": ("activity.0.detail.scheduledString", "daily", "detail.scheduled[x]"),
    "a dose": ("activity.0.detail.dailyAmount", {"value": 1}, "detail.dailyAmount"),
    "unknown disposition": ("activity.0.extension.0.valueCode", "maybe", "valueCode"),
    "two dispositions": (
        "activity.0.extension.1",
        extension("activity-disposition", valueCode="offered"),
        "disposition",
    ),
}
OTHER_FAULTS = {
    "decision without reason": (reviewed_plan(reason=""), "activity.0.detail.statusReason", {"text": "?"}, "review-1"),
    "cancelled without reason": (reviewed_plan(), "activity.0.detail.statusReason", REMOVE, "line-2"),
    "cancelled without decision": (reviewed_plan("accept", ""), "activity.0.detail.status", "cancelled", "line-1"),
    "declined and kept": (reviewed_plan(), "activity.0.detail.status", "not-started", "line-1"),
    "not a decision": (reviewed_plan(), "activity.0.extension.8.extension.0.valueCode", "maybe", "valueCode"),
    "decided by nobody": (reviewed_plan(), "activity.0.extension.8.extension.1", REMOVE, "author"),
    "decided by a patient": (
        reviewed_plan(),
        "activity.0.extension.8.extension.1.valueReference.reference",
        "https://ehr.example/fhir/Patient/p",
        "a reference to Patient",
    ),
    "statement of nobody": (EXAMPLES["statement"], "performer", REMOVE, "Observation.performer"),
    "statement of nothing": (EXAMPLES["statement"], "valueBoolean", REMOVE, "Observation.value[x]"),
    "statement in words": (EXAMPLES["statement"], "valueString", "no", "Observation.valueString"),
    "preliminary statement": (EXAMPLES["statement"], "status", "preliminary", "Observation.status"),
    "undated statement": (EXAMPLES["statement"], "effectiveDateTime", REMOVE, "Observation.effective[x]"),
    "read by a clinician": (
        EXAMPLES["fact read"],
        "performer",
        [{"reference": "Practitioner/1"}],
        "Observation.performer",
    ),
    "read by nothing": (EXAMPLES["fact read"], "device", REMOVE, "Observation.device"),
    "read without state": (EXAMPLES["fact read"], "method", REMOVE, "Observation.method"),
    "read in a foreign state": (EXAMPLES["fact read"], "method", {"text": "sure"}, "Observation.method"),
    "read without value or reason": (EXAMPLES["fact read"], "valueBoolean", REMOVE, "finding-read-1"),
    "guidance in progress": (EXAMPLES["guidance"], "status", "in-progress", "GuidanceResponse.status"),
    "nothing required": (EXAMPLES["guidance"], "dataRequirement", REMOVE, "guidance-1"),
    "guidance about nobody": (EXAMPLES["guidance"], "subject", REMOVE, "GuidanceResponse.subject"),
    "made by no software": (
        provenance(),
        "agent.0.type.coding.0",
        {"system": PARTICIPANT, "code": "author"},
        "agent (software)",
    ),
    "reviewed by nobody": (provenance("review-provenance"), "agent.1", REMOVE, "agent (reviewer)"),
    "reviewed by a device": (
        provenance("review-provenance"),
        "agent.1.who",
        {"reference": "Device/1"},
        "a reference to Device",
    ),
    "a list is missing": (review_form(), "item.3", REMOVE, "item (notOffered)"),
    "a list is empty": (review_form(), "item.0.item", REMOVE, "item[0].item"),
    "a form for devices": (review_form(), "subjectType", ["Device"], "form-1"),
    "a misspelt claim": (EXAMPLES["statement"], "meta.profile.0", f"{BASE}/StructureDefinition/nope", "no profile"),
    "a claim of another type": (
        EXAMPLES["statement"],
        "meta.profile.0",
        f"{BASE}/StructureDefinition/careplan-draft",
        "a profile of CarePlan",
    ),
    "an unknown extension": (EXAMPLES["statement"], "extension", [extension("nope", valueCode="x")], "no extension"),
    "an extension out of place": (
        EXAMPLES["drafted plan"],
        "extension",
        [extension("activity-disposition", valueCode="offered")],
        "does not belong here",
    ),
}


@pytest.fixture(scope="module")
def pyrofile():
    """The validator with our profiles, as a function from a resource to the errors it finds."""
    files = sorted(map(str, content_folder("profiles").glob("*.json")))
    validator = Validator(ValidatorConfig(local_package_paths=files))

    def errors(resource):
        issues = validator.validate_resource(resource).issues
        return [
            f"{issue.code} {issue.path}: {issue.message}"
            for issue in issues
            if issue.severity.value == "error" and (issue.code, issue.path) not in FALSE_ALARMS
        ]

    return errors


@pytest.mark.parametrize("name", EXAMPLES)
def test_sound_resources_pass_all_checks(name):
    assert check_profile(EXAMPLES[name]) == []
    assert check_model(EXAMPLES[name]) == []


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "review form"])
def test_sound_resources_pass_the_other_validator(pyrofile, name):
    assert pyrofile(EXAMPLES[name]) == []


@pytest.mark.parametrize("fault", PLAN_FAULTS)
def test_a_fault_in_a_plan_is_caught_by_both(pyrofile, fault):
    path, value, named = PLAN_FAULTS[fault]
    plan = spoilt(EXAMPLES["drafted plan"], path, value)
    assert any(named in message for message in check_profile(plan))
    assert pyrofile(plan) != []


@pytest.mark.parametrize("fault", OTHER_FAULTS)
def test_a_fault_elsewhere_is_caught(fault):
    resource, path, value, named = OTHER_FAULTS[fault]
    messages = check_profile(spoilt(resource, path, value))
    assert any(named in message for message in messages), messages


def test_a_resource_that_claims_nothing_of_ours_is_left_alone():
    foreign = spoilt(EXAMPLES["drafted plan"], "meta.profile", ["http://example.org/StructureDefinition/x"])
    assert check_profile(spoilt(foreign, "status", "active")) == []


def test_the_version_in_a_claim_does_not_hide_the_profile():
    claim = f"{BASE}/StructureDefinition/careplan-draft|0.1.0"
    plan = spoilt(spoilt(EXAMPLES["drafted plan"], "meta.profile.0", claim), "status", "active")
    assert any("CarePlan.status" in message for message in check_profile(plan))
