"""The FHIR Bundle to take along: the reviewed plan with its decisions, and the forms and guidance of the draft."""

from __future__ import annotations

from typing import Any

from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.save import plan_bundle
from plugin.drafting.bundle import draft_bundle

Resource = dict[str, Any]
# What a save writes takes the place of the draft's own plan, goals and Provenance; the review form is filled in there.
OF_THE_DRAFT = ("Questionnaire", "GuidanceResponse")
FILLED_IN = "plan-review"


def whole_bundle(plan: ReviewedPlan) -> Resource:
    """Everything of a review as one Bundle of type collection.

    Beside what would be written to an EHR that holds nothing yet: the facts to confirm, the patient's form, and which
    data are still required, with the reviewed plan as its result. Raises UnsoundPlan where what we built is not valid.
    """
    bundle = plan_bundle(plan)
    [care_plan] = [each["fullUrl"] for each in bundle["entry"] if each["resource"]["resourceType"] == "CarePlan"]
    drafted = draft_bundle(plan.draft, plan.template, plan.software_version)["entry"]
    beside = [_about(each, care_plan) for each in drafted if _is_beside(each["resource"])]
    return bundle | {"entry": [*bundle["entry"], *beside]}


def _is_beside(resource: Resource) -> bool:
    return resource["resourceType"] in OF_THE_DRAFT and FILLED_IN not in resource.get("url", "")


def _about(entry: Resource, care_plan: str) -> Resource:
    resource = entry["resource"]
    if resource["resourceType"] != "GuidanceResponse":
        return entry
    return entry | {"resource": resource | {"result": {"reference": care_plan}}}
