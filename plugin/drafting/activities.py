"""Lines of a draft as CarePlan activities."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from plugin.drafting.activity_drugs import drug_extensions, superseded_extensions
from plugin.drafting.model import CategoryLine, ItemLine
from plugin.library.content import extension_url, system_url
from plugin.library.rules import Remark, Template
from plugin.library.sources import Citation

# What CarePlan.activity.detail.reasonReference may point at, FHIR R4.
REASON_TYPES = frozenset({"Condition", "Observation", "DiagnosticReport", "DocumentReference"})
CPG_RATINGS = {
    "activity-strength": "http://hl7.org/fhir/StructureDefinition/cqf-strengthOfRecommendation",
    "activity-certainty": "http://hl7.org/fhir/StructureDefinition/cqf-qualityOfEvidence",
}


def activity_of(line: CategoryLine | ItemLine, template: Template, accepted: Collection[str] = ()) -> dict[str, Any]:
    """One CarePlan.activity: the item, the results behind it, its sources and how strongly they speak.

    accepted: codes of the lines that a clinician accepted as well as this one.
    """
    activity = template.activities.get(line.code)
    system = system_url("treatment-category" if isinstance(line, CategoryLine) else line.kind)
    detail: dict[str, Any] = {
        **({"kind": activity.kind} if activity and activity.kind else {}),
        **({"instantiatesCanonical": [activity.url]} if activity else {}),
        # The page's label is text, not display: a display must be the CodeSystem's own.
        "code": {"coding": [{"system": system, "code": line.code}], "text": line.label},
        "status": "not-started",
        "description": line.why,
    }
    reasons = [reference for reference in line.because if reference.split("/")[0] in REASON_TYPES]
    if reasons:
        detail["reasonReference"] = [{"reference": reference} for reference in reasons]
    own = _category_extensions(line) if isinstance(line, CategoryLine) else []
    extensions = [*_common_extensions(line), *own, *(_remark("activity-note", note) for note in line.notes)]
    extensions += [
        *(drug_extensions(line, accepted) if isinstance(line, CategoryLine) else ()),
        *superseded_extensions(line),
    ]
    return {**({"extension": extensions} if extensions else {}), "detail": detail}


def _common_extensions(line: CategoryLine | ItemLine) -> list[dict[str, Any]]:
    ratings = _ratings(line)
    result = [_extension("activity-rule", "valueString", rule) for rule in line.rules]
    result += [
        _extension("activity-citation", "valueRelatedArtifact", _artifact(source, ratings)) for source in line.sources
    ]
    result += [_extension(name, "valueCodeableConcept", concept) for name, concept in ratings.items()]
    if line.unsourced:
        result.append(_extension("activity-unsourced", "valueBoolean", True))
    return result


def _ratings(line: CategoryLine | ItemLine) -> dict[str, dict[str, Any]]:
    """Strength and certainty of a line by the names of their extensions; the codings name our rating systems."""
    rated = (
        ("activity-strength", "rule-evidence", line.evidence_kind),
        ("activity-certainty", "rule-confidence", "" if line.unsourced else line.confidence),
    )
    return {name: {"coding": [{"system": system_url(system), "code": code}]} for name, system, code in rated if code}


def _artifact(source: Citation, ratings: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A source as CPG-on-FHIR cites it, with its kind, how far and when it was read, and how the line is rated."""
    about: list[dict[str, Any]] = [_extension("evidence-kind", "valueCode", source.kind)] if source.kind else []
    about.append(_extension("evidence-verification", "valueCode", source.verification))
    if source.read:
        about.append(_extension("evidence-read", "valueDate", source.read))
    rated = [{"url": CPG_RATINGS[name], "valueCodeableConcept": concept} for name, concept in ratings.items()]
    # FHIR R4 allows these two extensions on an Attachment only, so they stand on the document that is cited.
    document = {**({"url": source.url} if source.url else {}), **({"extension": rated} if rated else {})}
    return {
        "extension": about,
        "type": "citation",
        "label": source.id,
        "citation": source.citation,
        **({"url": source.url} if source.url else {}),
        **({"document": document} if document else {}),
    }


def _category_extensions(line: CategoryLine) -> list[dict[str, Any]]:
    result = [_extension("activity-disposition", "valueCode", line.disposition)]
    for test in line.waits_for:
        concept = {"coding": [{"system": system_url("assessment"), "code": test}]}
        result.append(_extension("activity-waits-for", "valueCodeableConcept", concept))
    result += [_extension("activity-presumes", "valueString", str(fact)) for fact in line.presumes]
    result += [_extension("activity-derives", "valueString", str(fact)) for fact in line.derives]
    if line.regulatory_status:
        result.append(_extension("activity-regulatory-status", "valueString", line.regulatory_status))
    for each in line.brings:
        concept = {"coding": [{"system": system_url(each.kind), "code": each.code}]}
        result.append(_extension("activity-brings", "valueCodeableConcept", concept))
    return [*result, *_in_use(line)]


def _in_use(line: CategoryLine) -> Iterator[dict[str, Any]]:
    for watched in line.monitors:
        measured = [{"url": "measured-by", "valueCode": watched.measured_by}] if watched.measured_by else []
        yield _remark("activity-monitor", watched, [{"url": "area", "valueCode": watched.area}, *measured])
    for effect in line.effects:
        serious = [{"url": "serious", "valueBoolean": True}] if effect.serious else []
        care = [{"url": "care", "valueCode": code} for code in effect.care]
        yield _remark("activity-effect", effect, [*serious, *care])
    for said in line.not_with:
        yield _remark("activity-not-with", said)


def _remark(name: str, said: Remark, more: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    parts = [{"url": "text", "valueString": said.text}, *(more or ())]
    parts += [{"url": "citation", "valueString": source.id} for source in said.citations]
    parts += [{"url": "unsourced", "valueBoolean": True}] if said.unsourced else []
    return {"url": extension_url(name), "extension": parts}


def _extension(name: str, key: str, value: Any) -> dict[str, Any]:
    return {"url": extension_url(name), key: value}
