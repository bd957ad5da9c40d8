"""A new item: a treatment category, an assessment or supportive care that rules can list, or the code of an alert."""

from __future__ import annotations

from pathlib import Path

from plugin.quality.authoring.codes import add_code
from plugin.quality.authoring.wording import checked_code, pascal, placeholder, quoted, skeleton
from plugin.quality.authoring.workplace import Workplace, refuse_taken

# Kind on the command line -> CodeSystem, file, the request it would become, and the heading it stands under.
KINDS = {
    "treatment": ("treatment-category", "activities/categories.yaml", "MedicationRequest", "Treatment"),
    "assessment": ("assessment", "activities/assessments.yaml", "ServiceRequest", "Results that decide treatment"),
    "support": ("supportive-care", "activities/supportive-care.yaml", "ServiceRequest", "Supportive care"),
    "alert": ("alert", "", "", ""),
}


def new_item(
    folder: Path, code: str, title: str, description: str, kind: str, topic: str, request: str
) -> tuple[str, ...]:
    """Write the item's code, unless our CodeSystem has it, and its description; gives the files that changed.

    topic, request: what is usual for the kind where empty. Raises UsageError where the item is there or is no code.
    """
    place = Workplace(folder)
    system, file, usual_request, usual_topic = KINDS[kind]
    checked_code("code", code)
    refuse_taken("the item", code, place.items, f" in {folder.name}/activities")
    if code not in place.terminology.displays(system):
        add_code(place, place.strategy["id"], system, code, title)
    if file:
        fields = {
            "template": place.strategy["id"],
            "item": code,
            "name": pascal(code),
            "title": quoted(title),
            "description": quoted(description or f"{placeholder()}: what {title} is, in words for a clinician."),
            "topic": quoted(topic or usual_topic),
            "kind": request or usual_request,
            "system": system,
        }
        place.add_document(file, skeleton("activity.yaml", **fields))
    return place.save()
