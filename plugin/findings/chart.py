"""The chart sorted for reading: one patient's resources by type, deduplicated, with what could not be fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from plugin.errors import InputError
from plugin.findings.contained import canonical, opened
from plugin.findings.dates import day_of
from plugin.findings.elements import Json, code_of, id_in, name_of, objects, references_of, text_of, words_of
from plugin.findings.fhir_types import RESOURCE_TYPES
from plugin.findings.model import Patient, Problem
from plugin.findings.subject import death_of, describe, find_patient, other_subject, subject_id

FAILED = frozenset({"error", "fatal"})
INCOMPLETE, MALFORMED = "incomplete", "structure"
EVERYTHING = "*"
LONGEST_NAME = 80
ONLY_PROPOSED = ("proposal", "option")  # such a plan, ours among them, tells nothing of the patient
# The types that readers look at; what other types say about another patient cannot mix in.
CLINICAL = frozenset(
    {
        "Observation",
        "DiagnosticReport",
        "Specimen",
        "Condition",
        "Procedure",
        "Encounter",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationAdministration",
        "MedicationDispense",
        "CarePlan",
        "AllergyIntolerance",
        "Goal",
        "QuestionnaireResponse",
    }
)


@dataclass
class Chart:
    """What the readers look at.

    gaps: resource types that could not be read, `*` for all of them.
    foreign: names of clinical resources that were left out because they are about somebody else.
    doubtful: attributes of the person that are recorded but cannot be read.
    strays: resources that name another patient although no Patient resource says which of the two is meant.
    holders: the resource around each that was contained in another.
    """

    as_of: date
    patient: Patient
    person: Json
    born: str
    deceased: bool | None
    died: str
    by_type: dict[str, list[Json]]
    gaps: frozenset[str]
    inputs: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    strays: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    holders: dict[str, str] = field(default_factory=dict)
    _by_name: dict[str, Json] = field(default_factory=dict)

    def of_type(self, *kinds: str) -> Iterator[Json]:
        """Every resource of these types, in an order that does not depend on that of the input."""
        for kind in kinds:
            yield from self.by_type.get(kind, ())

    def resolve(self, reference: str, kind: str) -> Json | None:
        """The resource of this type that a reference means, where the chart holds it."""
        return self._by_name.get(f"{kind}/{id_in(reference)}")

    def resolved(self, element: Any, kind: str) -> list[Json]:
        """The resources of this type that one reference, or an array of them, means."""
        found = (self.resolve(reference, kind) for reference in references_of(element))
        return [resource for resource in found if resource is not None]

    def missing(self, kinds: Iterable[str]) -> bool:
        """Whether any of these resource types could not be read from the EHR."""
        return EVERYTHING in self.gaps or bool(self.gaps.intersection(kinds))


def open_chart(resources: list[Json], as_of: date) -> Chart:
    """Sort one patient's resources; raises InputError for what is no FHIR, holds nothing, or holds two patients."""
    _check(resources)
    resources, holders = opened(resources)
    person, identity = find_patient(resources)
    problems: list[Problem] = []
    unique = _unique(resources)
    mine = list(_of_patient(unique, identity, bool(person), problems))
    gaps = frozenset(_gaps(mine, problems))
    deceased, died, problem = death_of(person, as_of)
    doubtful = frozenset({"deceased"} if problem is not None and deceased is None else ())
    if problem is not None:
        problems.append(problem)
    by_type: dict[str, list[Json]] = {}
    for resource in mine:
        by_type.setdefault(resource["resourceType"], []).append(resource)
    names = {name_of(resource): resource for resource in mine}
    read = (name for name, resource in names.items() if resource["resourceType"] != "OperationOutcome")
    inputs = sorted({holders.get(name, name) for name in read})
    left_out = unique if len(mine) < len(unique) else []
    foreign = {name_of(found) for found in left_out if found["resourceType"] in CLINICAL} - names.keys()
    strays = frozenset(name_of(found) for found in mine if not person and subject_id(found) not in ("", identity))
    return Chart(
        as_of=as_of,
        patient=describe(person, identity, deceased is True, died),
        person=person,
        born=day_of(person.get("birthDate")),
        deceased=deceased,
        died=died,
        by_type=by_type,
        gaps=gaps,
        inputs=tuple(inputs),
        problems=problems,
        strays=strays,
        foreign=frozenset(foreign),
        doubtful=doubtful,
        holders=holders,
        _by_name=names,
    )


def _check(resources: list[Json]) -> None:
    if not resources:
        raise InputError("there are no resources to read; hand over at least the Patient or one Observation")
    for index, resource in enumerate(resources):
        if not isinstance(resource, dict) or not text_of(resource.get("resourceType")):
            raise InputError(
                f"item {index + 1} is no FHIR resource: it has no resourceType; hand over FHIR resources only"
            )


def _unique(resources: list[Json]) -> list[Json]:
    """Each resource once, its newest version only, in an order of our own.

    Different contents under one id without a version are different results: a sender who reuses ids loses nothing.
    """
    contents: dict[tuple[str, str], list[Json]] = {}
    for resource in resources:
        contents.setdefault((resource["resourceType"], code_of(resource.get("id"))), []).append(resource)
    unique: list[Json] = []
    for key in sorted(contents):
        unique.extend(_newest(contents[key], bool(key[1])))
    return unique


def _newest(versions: list[Json], named: bool) -> list[Json]:
    if len(versions) == 1:
        return versions
    different = {canonical(version): version for version in versions}
    ordered = [different[content] for content in sorted(different)]
    stamps = [stamp for version in ordered if (stamp := _version(version)) is not None]
    if not named or len(stamps) < len(ordered):
        return ordered
    newest = max(stamps)
    return [version for version, stamp in zip(ordered, stamps, strict=True) if stamp == newest]


def _version(resource: Json) -> tuple[str, int] | None:
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return None
    updated, version = text_of(meta.get("lastUpdated")), code_of(meta.get("versionId"))
    number = int(version) if version.isdecimal() else 0
    return (updated, number) if updated or number else None


def _of_patient(resources: list[Json], identity: str, certain: bool, problems: list[Problem]) -> Iterator[Json]:
    for resource in resources:
        subject = subject_id(resource)
        if resource.get("intent") in ONLY_PROPOSED and resource["resourceType"] == "CarePlan":
            continue
        if resource["resourceType"] == "Patient":
            if code_of(resource.get("id")) == identity:
                yield resource
            else:
                why = "A Patient is another one than the patient whose chart this is; check why it is in the input"
                problems.append(Problem("mismatch", name_of(resource), why))
        elif resource["resourceType"] not in RESOURCE_TYPES:
            why = f"'{resource['resourceType']}' is no resource type of FHIR R4; it was not read"
            problems.append(Problem("unread", name_of(resource), why))
        elif resource["resourceType"] in CLINICAL and (other := other_subject(resource)):
            about = f"is about a {other}, not about the patient, and does not count; check why it is in the input"
            why = f"{_named(resource)} {about}"
            problems.append(Problem("mismatch", name_of(resource), why))
        elif not subject or not identity or subject == identity:
            yield resource
        else:
            if resource["resourceType"] not in CLINICAL:
                continue
            about = "names another patient than this chart and does not count; check why it is in the input"
            why = f"{_named(resource)} {about}"
            problems.append(Problem("mismatch", name_of(resource), why))
            if not certain:
                yield resource


def _named(resource: Json) -> str:
    """A resource by its type and what its code says, for people; never by an id, which would tell of somebody else."""
    kind = resource["resourceType"]
    said = words_of(resource.get("code") or resource.get("medicationCodeableConcept"))
    return f"{'An' if kind[0] in 'AEIO' else 'A'} {kind}" + (f" of “{said[:LONGEST_NAME]}”" if said else "")


def _gaps(resources: list[Json], problems: list[Problem]) -> Iterator[str]:
    for outcome in resources:
        if outcome["resourceType"] != "OperationOutcome":
            continue
        for issue in objects(outcome.get("issue")):
            if text_of(issue.get("severity")) not in FAILED and issue.get("code") != INCOMPLETE:
                if issue.get("code") == MALFORMED and text_of(issue.get("diagnostics")):
                    problems.append(Problem("unread", "", text_of(issue.get("diagnostics"))))
                continue
            found = issue.get("expression")
            kinds = [kind for kind in found if isinstance(kind, str)] if isinstance(found, list) else []
            details = issue.get("details")
            words = text_of(details.get("text")) if isinstance(details, dict) else ""
            text = text_of(issue.get("diagnostics")) or words or "a part of the chart could not be read"
            problems.append(Problem("gap", ", ".join(kinds), text))
            yield from (kind.split(".", 1)[0] for kind in kinds or [EVERYTHING])
