"""What the EHR has to be told about statements: new ones, changed ones, and those taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from plugin.delivery.compare import differences
from plugin.delivery.held import ENTERED_IN_ERROR, Copies, is_in_force, leads, statement_identifier
from plugin.delivery.plan import ReviewedPlan
from plugin.delivery.requests import created, updated
from plugin.delivery.statements import observation, reference_to
from plugin.library.content import CANONICAL
from plugin.storage.reviews import Fact

Resource = dict[str, Any]


@dataclass(slots=True)
class StatementEntries:
    """Entries of the transaction, and where each statement of the review will be found: its own id -> reference."""

    entries: list[Resource] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)


PROFILE = {"profile": [f"{CANONICAL}/StructureDefinition/finding-observation"]}


def statement_entries(plan: ReviewedPlan, held: Copies) -> StatementEntries:
    """What has to be written so that the EHR holds each statement once, as it stands now.

    held: what the EHR holds at this moment. What it holds already is not written again; what somebody stated there
    after us is left alone.
    """
    result = StatementEntries()
    for code, fact in stated(plan).items():
        copies = held.get(code, [])
        resource = statement(plan, code)
        if not copies:
            entry = created(resource)
            result.entries.append(entry)
            result.places[own_reference(fact)] = entry["fullUrl"]
            continue
        newest, *spare = copies
        result.places[own_reference(fact)] = f"Observation/{newest['id']}"
        if leads(fact, copies) and differences(resource, newest, {}, plan.patient.iss):
            result.entries.append(updated(resource | {"id": newest["id"]}, newest, plan.patient.iss))
        result.entries += _taken_back(plan, fact, spare)
    for code, fact in plan.withdrawn.items():
        copies = held.get(code, [])
        if leads(fact, copies):
            result.entries += _taken_back(plan, fact, copies)
    return result


def stated(plan: ReviewedPlan) -> dict[str, Fact]:
    """The statements in force that the template still knows."""
    return {code: fact for code, fact in plan.statements.items() if code in plan.template.vocabulary}


def statement(plan: ReviewedPlan, code: str) -> Resource:
    """A statement as the EHR is to hold it, without the id, which is the EHR's to give."""
    resource = observation(plan.statements[code], plan.template.vocabulary[code], plan.patient.patient_id)
    del resource["id"]
    resource["meta"] = PROFILE
    resource["identifier"] = [statement_identifier(plan.patient, code)]
    return resource


def contained_statements(plan: ReviewedPlan) -> list[Resource]:
    """The statements as they stand inside the plan, where the EHR takes no Observation from us; with our own ids."""
    return [
        observation(fact, plan.template.vocabulary[code], plan.patient.patient_id)
        for code, fact in stated(plan).items()
    ]


def own_reference(fact: Fact) -> str:
    """How the draft refers to a statement that was entered here."""
    return f"Observation/stated-{fact.id}"


def _taken_back(plan: ReviewedPlan, fact: Fact, copies: list[Resource]) -> Iterator[Resource]:
    note = {
        "authorReference": reference_to(fact.author),
        "time": fact.at.isoformat(timespec="seconds"),
        "text": "; ".join(filter(None, ("Withdrawn", fact.reason))),
    }
    for copy in filter(is_in_force, copies):
        kept = {name: value for name, value in copy.items() if name not in ("meta", "text")}
        withdrawn = kept | {"meta": PROFILE, "status": ENTERED_IN_ERROR, "note": [*copy.get("note", ()), note]}
        yield updated(withdrawn, copy, plan.patient.iss)
