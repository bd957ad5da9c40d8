"""The plan as a document of the chart: a DocumentReference that holds the printed page, one for each version of it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from plugin.chart.client import FhirClient
from plugin.delivery.look import identified
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.requests import created, updated
from plugin.delivery.reviewed import content_key
from plugin.delivery.statements import reference_to
from plugin.library.content import CANONICAL
from plugin.library.profile_store import profile_store

Resource = dict[str, Any]
PROFILE = f"{CANONICAL}/StructureDefinition/plan-document"
PDF = "application/pdf"


def earlier_documents(plan: ReviewedPlan, client: FhirClient) -> list[Resource]:
    """The documents of this plan that the EHR holds, the newest first. Raises RemoteError where it gives no answer."""
    found = identified(client, "DocumentReference", plan.patient, plan.identifier("document"))
    in_force = [each for each in found if each.get("status") != "entered-in-error"]
    return sorted(in_force, key=lambda each: str(each.get("date", "")), reverse=True)


def is_this_version(plan: ReviewedPlan, document: Mapping[str, Any]) -> bool:
    """Whether a document holds the plan as it is now."""
    version = _version(plan)
    return any(each.get("value") == version["value"] for each in document.get("identifier", ()))


def document_bundle(plan: ReviewedPlan, pdf: bytes, earlier: list[Resource], supersedes: bool) -> Resource:
    """What is written: the new document and, where the EHR lets us, the word that it takes the place of the last one.

    earlier: what the EHR holds of this plan, the newest first. supersedes: whether documents may be updated.
    """
    replaced = [each for each in earlier if each.get("status") == "current"][:1]
    entries = [created(_document(plan, pdf, replaced))]
    if supersedes:
        kept = ({name: value for name, value in each.items() if name != "text"} for each in replaced)
        entries += [updated(each | {"status": "superseded"}, each, plan.patient.iss) for each in kept]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _document(plan: ReviewedPlan, pdf: bytes, replaced: list[Resource]) -> Resource:
    document: Resource = {
        "resourceType": "DocumentReference",
        "meta": {"profile": [PROFILE]},
        "identifier": [_version(plan), plan.identifier("document")],
        "status": "current",
        "docStatus": "preliminary",
        "type": _fixed(plan, "type"),
        "category": [_fixed(plan, "category:note")],
        "subject": {"reference": f"Patient/{plan.patient.patient_id}"},
        "date": plan.at.isoformat(timespec="seconds"),
        "author": [reference_to(plan.reviewer)],
        "description": plan.template.title,
        "content": [{"attachment": _attachment(plan, pdf)}],
        "context": {"related": [{"type": "CarePlan", "identifier": plan.identifier("care-plan")}]},
    }
    if plan.encounter_id:
        document["context"]["encounter"] = [{"reference": f"Encounter/{plan.encounter_id}"}]
    if replaced:
        target = {"reference": f"DocumentReference/{replaced[0]['id']}"}
        document["relatesTo"] = [{"code": "replaces", "target": target}]
    return document


def _attachment(plan: ReviewedPlan, pdf: bytes) -> Resource:
    return {
        "contentType": PDF,
        "language": "en",
        "data": b64encode(pdf).decode(),
        "size": len(pdf),
        "hash": b64encode(hashlib.sha1(pdf, usedforsecurity=False).digest()).decode(),  # FHIR names the algorithm
        "title": plan.template.title,
        "creation": plan.at.isoformat(timespec="seconds"),
    }


def _version(plan: ReviewedPlan) -> dict[str, str]:
    return plan.identifier("document", content_key(plan))


def _fixed(plan: ReviewedPlan, element: str) -> Resource:
    """The code that our profile of printed plans asks for."""
    definition = profile_store(plan.template.terminology).definition(PROFILE)
    if definition is None:
        raise LookupError(f"profiles/ holds no {PROFILE}; reinstall careplan-plugin")
    concept: Resource = definition.rules[f"DocumentReference.{element}"].valued("pattern")
    return concept
