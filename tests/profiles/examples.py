"""Sound resources of each profile, and the way to spoil one element of them."""

from __future__ import annotations

import copy
import json
import sys
from typing import Any

BASE = "https://careplan-plugin.example.org/fhir"
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
REVIEW_GROUPS = ("offered", "conditional", "judgement", "not-offered", "assessments", "support")

Resource = dict[str, Any]
REMOVE = object()


def claiming(profile: str, resource: Resource) -> Resource:
    return {**resource, "meta": {"profile": [f"{BASE}/StructureDefinition/{profile}"]}}


def coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{BASE}/CodeSystem/{system}", "code": code}]}


def extension(name: str, **value: Any) -> Resource:
    return {"url": f"{BASE}/StructureDefinition/{name}", **value}


def drafted_plan() -> Resource:
    category = {"system": "http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "code": "assess-plan"}
    citation = {"type": "citation", "label": "asco_hr_2021", "citation": "ASCO 2021."}
    return claiming(
        "careplan-draft",
        {
            "resourceType": "CarePlan",
            "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>Draft</p></div>'},
            "instantiatesCanonical": [f"{BASE}/PlanDefinition/metastatic-breast-cancer|0.1.0"],
            "status": "draft",
            "intent": "proposal",
            "category": [{"coding": [category]}, {"text": "Oncology"}],
            "subject": {"reference": "Patient/p"},
            "created": "2026-11-22",
            "activity": [
                {
                    "extension": [
                        extension("activity-disposition", valueCode="offered"),
                        extension("activity-rule", valueString="hr-1l-cdk46-et"),
                        extension("activity-strength", valueCodeableConcept=coded("rule-evidence", "label")),
                        extension("activity-certainty", valueCodeableConcept=coded("rule-confidence", "high")),
                        extension("activity-citation", valueRelatedArtifact=citation),
                        extension("activity-waits-for", valueCodeableConcept=coded("assessment", "ngs")),
                        extension("activity-waits-for", valueCodeableConcept=coded("assessment", "gbrca")),
                        extension("activity-presumes", valueString="visceral-crisis = false"),
                    ],
                    "detail": {
                        "code": coded("treatment-category", "cdk46-et"),
                        "status": "not-started",
                        "reasonReference": [{"reference": "Observation/er-1"}],
                    },
                }
            ],
        },
    )


def reviewed_plan(choice: str = "decline", reason: str = "Her wish", *more: Resource) -> Resource:
    plan = claiming("careplan-reviewed", drafted_plan())
    line = plan["activity"][0]
    parts = [
        {"url": "decision", "valueCode": choice},
        {"url": "author", "valueReference": {"reference": "Practitioner/1"}},
        {"url": "time", "valueDateTime": "2026-11-22T10:00:00Z"},
    ]
    parts += [{"url": "reason", "valueString": reason}] if reason else []
    parts += more
    line["extension"].append(extension("review-decision", extension=parts))
    if choice == "decline":
        line["detail"] |= {"status": "cancelled", "statusReason": {"text": reason}}
    return plan


def plan_with_own_line() -> Resource:
    plan = reviewed_plan("accept", "")
    parts = [
        {"url": "kind", "valueCode": "care"},
        {"url": "author", "valueReference": {"reference": "Practitioner/1"}},
        {"url": "time", "valueDateTime": "2026-11-22T10:00:00Z"},
    ]
    detail = {"status": "not-started", "description": "Added by Dr. One, not from the template: Music"}
    plan["activity"].append({"extension": [extension("own-line", extension=parts)], "detail": detail})
    return plan


def about_crisis(profile: str, **more: Any) -> Resource:
    no_crisis = {"code": coded("finding", "visceral-crisis"), "valueBoolean": False}
    subject = {"reference": "Patient/p"}
    return claiming(profile, {"resourceType": "Observation", "subject": subject, **no_crisis, **more})


def statement() -> Resource:
    return about_crisis(
        "finding-observation",
        status="final",
        effectiveDateTime="2026-11-22T10:00:00Z",
        performer=[{"reference": "Practitioner/1"}],
    )


def fact_read() -> Resource:
    return about_crisis(
        "finding-read",
        status="preliminary",
        effectiveDateTime="2026-11-22",
        method=coded("finding-state", "presumed"),
        device={"display": "careplan-plugin"},
    )


def guidance() -> Resource:
    return claiming(
        "plan-guidance-response",
        {
            "resourceType": "GuidanceResponse",
            "moduleCanonical": f"{BASE}/PlanDefinition/metastatic-breast-cancer|0.1.0",
            "status": "data-required",
            "subject": {"reference": "Patient/p"},
            "occurrenceDateTime": "2026-11-22",
            "dataRequirement": [{"type": "Observation"}],
        },
    )


def provenance(profile: str = "plan-provenance") -> Resource:
    agents = [
        {"type": {"coding": [{"system": PARTICIPANT, "code": "assembler"}]}, "who": {"display": "careplan-plugin"}}
    ]
    if profile == "review-provenance":
        role = {"coding": [{"system": PARTICIPANT, "code": "verifier"}]}
        agents.append({"type": role, "who": {"reference": "Practitioner/1"}})
    return claiming(
        profile,
        {
            "resourceType": "Provenance",
            "target": [{"reference": "CarePlan/1"}],
            "recorded": "2026-11-22T00:00:00Z",
            "agent": agents,
            "entity": [{"role": "derivation", "what": {"display": "template"}}],
        },
    )


def review_form() -> Resource:
    groups = [
        {
            "linkId": link,
            "text": link.title(),
            "type": "group",
            "item": [{"linkId": f"{link}.none", "text": "Nothing in this list.", "type": "display"}],
        }
        for link in REVIEW_GROUPS
    ]
    return claiming(
        "plan-review-questionnaire",
        {
            "resourceType": "Questionnaire",
            "title": "Plan review",
            "status": "draft",
            "subjectType": ["Patient"],
            "item": groups,
        },
    )


def printed_plan() -> Resource:
    category = {
        "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
        "code": "clinical-note",
        "display": "Clinical Note",
    }
    note = {"system": "http://loinc.org", "code": "18776-5", "display": "Plan of care note"}
    identifier = {"system": f"{BASE}/NamingSystem/reviewed-plan", "value": "9b2e2b1c-0000-5000-8000-000000000000"}
    return claiming(
        "plan-document",
        {
            "resourceType": "DocumentReference",
            "identifier": [identifier],
            "status": "current",
            "docStatus": "preliminary",
            "type": {"coding": [note]},
            "category": [{"coding": [category]}],
            "subject": {"reference": "Patient/p"},
            "date": "2026-11-22T10:00:00Z",
            "author": [{"reference": "Practitioner/1"}],
            "content": [
                {"attachment": {"contentType": "application/pdf", "data": "JVBERi0xLjc=", "title": "Care plan"}}
            ],
            "context": {"related": [{"type": "CarePlan", "identifier": identifier}]},
        },
    )


NOT_BEFORE = {"url": "not-before", "valueDate": "2026-12-12"}
UNTIL = {"url": "until-date", "valueDate": "2026-12-12"}

EXAMPLES = {
    "drafted plan": drafted_plan(),
    "declined line": reviewed_plan(),
    "accepted line": reviewed_plan("accept", ""),
    "changed line": reviewed_plan("change", "Later"),
    "changed line that starts later": reviewed_plan(
        "change", "Start after: Surgery", {"url": "after", "valueCodeableConcept": {"text": "Surgery"}}, NOT_BEFORE
    ),
    "deferred line": reviewed_plan("defer", "Until 12 Dec 2026", UNTIL),
    "line of a clinician's own": plan_with_own_line(),
    "statement": statement(),
    "fact read": fact_read(),
    "guidance": guidance(),
    "provenance": provenance(),
    "provenance of a review": provenance("review-provenance"),
    "review form": review_form(),
    "printed plan": printed_plan(),
}


def spoilt(resource: Resource, path: str, value: Any) -> Resource:
    """A copy with one element set, or removed; `path` is dotted, digits are list positions."""
    copied = copy.deepcopy(resource)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    element: Any = copied
    for step in way:
        element = element[step]
    if value is REMOVE:
        del element[last]
    elif isinstance(element, list) and last == len(element):
        element.append(value)
    else:
        element[last] = value
    return copied


BROKEN = {
    "an active plan": spoilt(EXAMPLES["drafted plan"], "status", "active"),
    "a plan without text": spoilt(EXAMPLES["drafted plan"], "text", REMOVE),
    "a plan without category": spoilt(EXAMPLES["drafted plan"], "category", [{"text": "Oncology"}]),
    "a cancelled line without reason": spoilt(reviewed_plan(), "activity.0.detail.statusReason", REMOVE),
    "a line of nobody": spoilt(plan_with_own_line(), "activity.1.extension", REMOVE),
    "a line of one's own with a rule": spoilt(
        plan_with_own_line(), "activity.1.extension.1", extension("activity-rule", valueString="some-rule")
    ),
    "a statement of nobody": spoilt(EXAMPLES["statement"], "performer", REMOVE),
    "a fact read and stated": spoilt(EXAMPLES["fact read"], "performer", [{"reference": "Practitioner/1"}]),
    "guidance that requires nothing": spoilt(EXAMPLES["guidance"], "dataRequirement", REMOVE),
    "a form without a list": spoilt(EXAMPLES["review form"], "item.3", REMOVE),
    "a form about devices": spoilt(EXAMPLES["review form"], "subjectType", ["Device"]),
    "a printed plan of another kind": spoilt(EXAMPLES["printed plan"], "type.coding.0.code", "11506-3"),
    "a printed plan of nobody": spoilt(EXAMPLES["printed plan"], "author", REMOVE),
    "an active form": spoilt(EXAMPLES["review form"], "status", "active"),
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps({"sound": EXAMPLES, "broken": BROKEN}))
