"""The structure check and the model check, on the traps that FHIR models are known to let pass."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.library.validation import check_model, check_profile, check_structure
from tests.profiles.examples import EXAMPLES, REMOVE, spoilt

PLAN = EXAMPLES["drafted plan"]
FORM = EXAMPLES["review form"]

STRUCTURE_FAULTS = {
    "a missing element": (PLAN, "status", REMOVE, "CarePlan.status"),
    "an unknown element": (PLAN, "colour", "red", "CarePlan.colour"),
    "a wrong type": (PLAN, "subject", "Patient/p", "CarePlan.subject"),
    "an empty array": (PLAN, "category", [], "CarePlan.category"),
    "a null": (PLAN, "title", None, "CarePlan.title"),
    "two values of a choice": (EXAMPLES["statement"], "valueString", "no", "Observation.value[x]"),
    "no such date": (PLAN, "created", "2026-13-45", "CarePlan.created"),
    "no such resource": (PLAN, "resourceType", "CarePlans", "CarePlans"),
    "no JSON": (PLAN, "created", datetime.date(2026, 11, 22), "CarePlan: not JSON"),
}
MODEL_FAULTS = {
    "a foreign code": (PLAN, "status", "bananas", "CarePlan.status: 'bananas'"),
    "a foreign code deep inside": (PLAN, "activity.0.detail.kind", "Wish", "activity[0].detail.kind: 'Wish'"),
    "a foreign item type": (FORM, "item.0.item.0.type", "slider", "item[0].item[0].type: 'slider'"),
    "a foreign status in a shortened list": (EXAMPLES["statement"], "status", "bananas", "Observation.status"),
    "a reference to the wrong type": (PLAN, "subject.reference", "Observation/1", "a reference to Observation"),
    "the same by absolute URL and version": (
        PLAN,
        "subject.reference",
        "https://ehr.example/fhir/Observation/1/_history/2",
        "a reference to Observation",
    ),
    "a result as reason that is none": (
        PLAN,
        "activity.0.detail.reasonReference.0.reference",
        "MedicationRequest/1",
        "a reference to MedicationRequest",
    ),
    "an empty object": (PLAN, "subject", {}, "CarePlan.subject: an empty object"),
}


@pytest.mark.parametrize("fault", STRUCTURE_FAULTS)
def test_structure_faults_are_named_by_both_checks(fault):
    resource, path, value, named = STRUCTURE_FAULTS[fault]
    broken = spoilt(resource, path, value)
    assert any(named in message for message in check_structure(broken)), check_structure(broken)
    assert any(named in message for message in check_model(broken))


@pytest.mark.parametrize("fault", MODEL_FAULTS)
def test_what_the_models_let_pass_is_caught(fault):
    resource, path, value, named = MODEL_FAULTS[fault]
    messages = check_model(spoilt(resource, path, value))
    assert any(named in message for message in messages), messages


def test_an_element_that_only_r4b_has_is_no_r4():
    definition = {"resourceType": "PlanDefinition", "status": "draft", "subjectCanonical": "http://example.org/x"}
    assert any("subjectCanonical" in message for message in check_model(definition))


@pytest.mark.parametrize("reference", ["urn:uuid:0c1b4b5e-8a0f-4d1e-9a43-111111111111", "#p", "Patient/p/_history/1"])
def test_references_that_may_lead_to_the_right_type_pass(reference):
    plan = spoilt(PLAN, "subject.reference", reference)
    plan["contained"] = [{"resourceType": "Patient", "id": "p"}]
    assert check_model(plan) == []


def test_a_contained_resource_of_the_wrong_type_is_caught():
    plan = spoilt(PLAN, "subject.reference", "#d")
    plan["contained"] = [{"resourceType": "Device", "id": "d"}]
    assert any("a reference to Device" in message for message in check_model(plan))


def test_a_message_says_which_codes_would_do():
    messages = check_model(spoilt(PLAN, "intent", "command"))
    assert any("use one of option, order, plan, proposal" in message for message in messages)


@pytest.mark.parametrize("thing", [{}, {"resourceType": 3}, {"resourceType": "Patient", "active": float("nan")}])
def test_what_is_no_resource_gets_a_message(thing):
    assert check_structure(thing) != []


def paths(element, way=""):
    """The dotted path of every element inside."""
    children = element.items() if isinstance(element, dict) else enumerate(element) if isinstance(element, list) else ()
    for step, child in children:
        yield f"{way}{step}"
        yield from paths(child, f"{way}{step}.")


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_plan_the_checks_answer(data):
    """A resource spoilt anywhere is answered with messages or none, never with an exception."""
    path = data.draw(st.sampled_from(list(paths(PLAN))))
    value = data.draw(st.sampled_from([None, [], {}, 0, -1.5, True, "", "x", [None], {"a": {}}, REMOVE]))
    plan = spoilt(PLAN, path, value)
    assert isinstance(check_model(plan), list)
    if not check_structure(plan):
        assert isinstance(check_profile(plan), list)
