"""Our statements as the EHR holds them: one Observation per patient and finding, known by an identifier of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from plugin.library.content import CANONICAL
from plugin.storage.reviews import Author, Fact, PatientKey

Resource = dict[str, Any]
# Finding code -> what the EHR holds of our statement, the newest first. More than one only where two saves met.
Copies: TypeAlias = Mapping[str, list[Resource]]

STATEMENT_SYSTEM = f"{CANONICAL}/NamingSystem/statement"
ENTERED_IN_ERROR = "entered-in-error"


def statement_identifier(patient: PatientKey, code: str) -> dict[str, str]:
    """The identifier of everything that is stated about one finding of one patient; says nothing about either."""
    name = f"{patient.iss}/{patient.patient_id}/statement/{code}"
    return {"system": STATEMENT_SYSTEM, "value": str(uuid5(NAMESPACE_URL, name))}


def copies_among(resources: Iterable[Resource], patient: PatientKey, codes: Iterable[str]) -> Copies:
    """The Observations among `resources` that carry one of our identifiers, by finding code."""
    names = {statement_identifier(patient, code)["value"]: code for code in codes}
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        if resource.get("resourceType") == "Observation" and (code := _code_of(resource, names)):
            found.setdefault(code, []).append(resource)
    for copies in found.values():
        copies.sort(key=lambda copy: (is_in_force(copy), stated_at(copy)), reverse=True)
    return found


def is_in_force(copy: Resource) -> bool:
    """Whether the EHR still takes a copy as true."""
    return copy.get("status") != ENTERED_IN_ERROR


def stated_at(copy: Resource) -> datetime:
    """When a copy was stated; long ago where the EHR does not tell, so that what we know leads."""
    try:
        moment = datetime.fromisoformat(str(copy.get("effectiveDateTime", "")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def leads(fact: Fact, copies: list[Resource]) -> bool:
    """Whether what was entered here is the last word: not where the EHR holds a newer one, or took the same one back.

    Times are compared by the second, which is as exactly as they are written to the EHR. A copy of what was taken back
    here does not lead; one that is older does, where nothing else was stated here.
    """
    if not copies:
        return True
    entered, held = fact.at.replace(microsecond=0), stated_at(copies[0])
    if fact.over is not None and (held >= fact.over.replace(microsecond=0) or held == entered):
        return True
    if fact.undoes is not None:
        return False
    taken_back_there = fact.value is not None and not is_in_force(copies[0])
    return entered > held if taken_back_there else entered >= held


def as_fact(copy: Resource, code: str) -> Fact:
    """A copy as what it is to the reader: who stated it, when and why. Its value is for findings to read."""
    performers = copy.get("performer") or [{}]
    author = Author(str(performers[0].get("reference", "")), str(performers[0].get("display") or "A clinician"))
    reason = "; ".join(str(note["text"]) for note in copy.get("note", ()) if note.get("text"))
    return Fact(0, code, None, reason, author, stated_at(copy))


def _code_of(resource: Resource, names: Mapping[str, str]) -> str:
    for identifier in resource.get("identifier", ()):
        if isinstance(identifier, dict) and identifier.get("system") == STATEMENT_SYSTEM:
            return names.get(str(identifier.get("value")), "")
    return ""
