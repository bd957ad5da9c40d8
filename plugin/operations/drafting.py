"""`$apply` and `$draft`: the same three functions as the page and the command line, for the chart that was sent."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from plugin.drafting.bundle import draft_bundle
from plugin.drafting.checked import checked
from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_plan
from plugin.errors import InputError
from plugin.findings.bundle import resources_of, unfetched
from plugin.findings.contained import renamed
from plugin.findings.elements import objects, text_of
from plugin.findings.reader import read_findings
from plugin.library.rules import Template
from plugin.operations.faults import OperationFault

Resource = dict[str, Any]
_PATIENT = re.compile(r"(https?://\S+/)?Patient/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_URN = "urn:uuid:"


def drafted(subject: str, data: list[Resource], template: Template, as_of: date) -> Draft:
    """The draft for the patient that `subject` refers to, whose chart `data` holds.

    Raises OperationFault with 422 for another kind of subject, and for data that are not this patient's chart, or not
    known to be: an absolute reference means the resource of that fullUrl (FHIR R4, bundle.html#references).
    """
    patient = _PATIENT.fullmatch(subject)
    if patient is None:
        message = "subject is no reference to a Patient; send Patient/id, since a plan is drafted for one patient"
        raise OperationFault(422, "not-supported", message, expression="subject")
    try:
        resources = [resource for bundle in data for resource in resources_of(bundle)]
        findings = read_findings([*resources, *unfetched(data)], template.vocabulary, as_of)
    except InputError:
        # Its words name the patients it met, which an error of ours must not.
        message = (
            "data is not the chart of one patient; send a Bundle with the resources of the subject, and only those"
        )
        raise OperationFault(422, "business-rule", message, expression="data") from None
    if findings.patient.id != patient[2]:
        message = "data is not the chart of the subject; send the Patient resource that subject refers to with it"
        raise OperationFault(422, "business-rule", message, expression="subject")
    if patient[1] and f"{patient[1]}Patient/{patient[2]}" not in _addresses(data):
        message = (
            "subject names the Patient of a server, and data does not say that its Patient is from there; send "
            "Patient/id as subject, or the Patient with that address as its fullUrl"
        )
        raise OperationFault(422, "business-rule", message, expression="subject")
    return draft_plan(findings, template, as_of)


def _addresses(data: list[Resource]) -> set[str]:
    """The addresses that Bundles give their patients."""
    entries = [entry for bundle in data for entry in objects(bundle.get("entry"))]
    patients = (
        one for one in entries if any(each.get("resourceType") == "Patient" for each in objects(one.get("resource")))
    )
    return {text_of(one.get("fullUrl")).partition("/_history/")[0] for one in patients}


def whole_draft(draft: Draft, template: Template, version: str) -> Resource:
    """The draft as Bundle, as the command line prints it; version: of this software."""
    return checked(draft_bundle(draft, template, version))


def care_plan(draft: Draft, template: Template, version: str) -> Resource:
    """The CarePlan of the draft on its own: the resources of the draft that it refers to are contained.

    Source: FHIR R4, OperationDefinition PlanDefinition-apply; references.html#contained.
    """
    bundle = whole_draft(draft, template, version)
    resources = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    plan = next(each for each in resources.values() if each["resourceType"] == "CarePlan")
    meant = [each["reference"] for each in (*plan.get("goal", ()), *plan.get("supportingInfo", ()))]
    names = {url: url.removeprefix(_URN) for url in meant if url in resources}
    alone: Resource = renamed(plan, {url: f"#{name}" for url, name in names.items()})
    return alone | ({"contained": [resources[url] | {"id": name} for url, name in names.items()]} if names else {})
