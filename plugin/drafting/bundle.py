"""The draft as FHIR R4, one collection Bundle: CarePlan, Goals, Questionnaires, GuidanceResponse, Provenance.

With them travels the Library with the source attributes of the template, where it has one.
"""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from plugin.drafting.activities import activity_of
from plugin.drafting.goal_fhir import goals_of
from plugin.drafting.model import CategoryLine, Draft, ItemLine
from plugin.drafting.narrative import as_xhtml
from plugin.drafting.questionnaires import questionnaires
from plugin.findings.as_fhir import subject_of
from plugin.library.content import CANONICAL, system_url
from plugin.library.rules import Template
from plugin.library.source_attributes import about_library

CAREPLAN_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category"
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
URI_SYSTEM = "urn:ietf:rfc:3986"

Resource = dict[str, Any]


def draft_bundle(draft: Draft, template: Template, software_version: str) -> Resource:
    """The draft as a Bundle of type collection; ids follow from its content, so the same draft has the same ids.

    software_version: of this package, named in the Provenance.
    """
    key = f"{CANONICAL}/{draft.template_id}/{draft.template_version}/{draft.findings.patient.id}/{draft.as_of}"
    goals = dict(goals_of(draft, subject_of(draft.findings.patient)))
    made = {name: goal for name, goal in goals.items() if not isinstance(goal, str)}
    forms_and_more = ("plan-review", "facts-to-confirm", "for-the-patient", "guidance", "provenance", "about")
    names = ("care-plan", *made, *forms_and_more)
    full_urls = {name: f"urn:uuid:{uuid5(NAMESPACE_URL, f'{key}/{name}')}" for name in names}
    aims = [goal if isinstance(goal, str) else full_urls[name] for name, goal in goals.items()]
    written = [full_urls[name] for name in ("care-plan", *made)]
    about = about_library(template)
    forms = questionnaires(draft, template)
    resources = {
        "care-plan": _care_plan(draft, template, aims) | (_supported_by(about, full_urls["about"]) if about else {}),
        **made,
        **{name: form for name, form in forms.items() if name in full_urls},
        "guidance": _guidance(draft, template, full_urls["care-plan"]),
        "provenance": _provenance(draft, template, written, software_version),
        **({"about": about} if about else {}),
    }
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": f"{draft.as_of}T00:00:00Z",
        "entry": [{"fullUrl": full_urls[name], "resource": resource} for name, resource in resources.items()],
    }


def _care_plan(draft: Draft, template: Template, goals: list[str]) -> Resource:
    lines: tuple[CategoryLine | ItemLine, ...] = (
        *draft.standing("offered"),
        *draft.assessments,
        *draft.supportive_care,
    )
    plan: Resource = {
        "resourceType": "CarePlan",
        "meta": {"profile": [f"{CANONICAL}/StructureDefinition/careplan-draft"]},
        "text": {"status": "generated", "div": as_xhtml(draft, template)},
        "instantiatesCanonical": [f"{template.url}|{template.version}"],
        "status": "draft",
        "intent": "proposal",
        "category": [{"coding": [{"system": CAREPLAN_CATEGORY, "code": "assess-plan"}]}],
        "title": template.title,
        "subject": subject_of(draft.findings.patient),
        "created": draft.as_of,
        **({"goal": [{"reference": goal} for goal in goals]} if goals else {}),
        "activity": [activity_of(line, template) for line in lines],
    }
    if not plan["activity"]:
        del plan["activity"]
    return plan


def _supported_by(about: Resource, full_url: str) -> Resource:
    """What points from the plan to the source attributes of the template that it was drafted by."""
    return {"supportingInfo": [{"reference": full_url, "type": "Library", "display": about["title"]}]}


def _guidance(draft: Draft, template: Template, care_plan: str) -> Resource:
    wanted = dict.fromkeys(code for line in draft.standing("conditional") for code in line.missing)
    guidance: Resource = {
        "resourceType": "GuidanceResponse",
        "meta": {"profile": [f"{CANONICAL}/StructureDefinition/plan-guidance-response"]},
        "moduleCanonical": f"{template.url}|{template.version}",
        "status": "data-required" if wanted else "success",
        "subject": subject_of(draft.findings.patient),
        "occurrenceDateTime": draft.as_of,
        "result": {"reference": care_plan},
    }
    if wanted:
        guidance["dataRequirement"] = [_requirement(code, template) for code in wanted]
    return guidance


def _requirement(code: str, template: Template) -> Resource:
    definition = template.vocabulary[code]
    filters: list[Resource] = [{"path": "code", "valueSet": url} for url in definition.value_sets]
    coding = {"system": system_url("finding"), "code": code, "display": definition.label}
    return {"type": "Observation", "codeFilter": filters or [{"path": "code", "code": [coding]}]}


def _provenance(draft: Draft, template: Template, targets: list[str], software_version: str) -> Resource:
    parts = [f"{template.url}|{template.version}", *template.part_urls]
    made_from = [
        {"role": "derivation", "what": {"identifier": {"system": URI_SYSTEM, "value": url}}}
        for url in dict.fromkeys(parts)
    ]
    read = [{"role": "source", "what": {"reference": reference}} for reference in draft.findings.inputs]
    return {
        "resourceType": "Provenance",
        "meta": {"profile": [f"{CANONICAL}/StructureDefinition/plan-provenance"]},
        "target": [{"reference": target} for target in targets],
        "occurredDateTime": draft.as_of,
        "recorded": f"{draft.as_of}T00:00:00Z",
        "agent": [
            {
                "type": {"coding": [{"system": PARTICIPANT, "code": "assembler"}]},
                "who": {"display": f"careplan-plugin {software_version}"},
            }
        ],
        "entity": made_from + read,
    }
