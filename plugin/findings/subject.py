"""Whose chart this is: exactly one patient, or an error that names both."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from plugin.errors import InputError
from plugin.findings.dates import day_of, in_future, spoken
from plugin.findings.elements import Json, code_of, codings_of, id_in, kind_in, objects, reference_of, text_of
from plugin.findings.model import Patient, Problem

ABOUT_SOMEONE = ("subject", "patient")
PATIENT = "Patient"
ONE_STRAY = 1
MEDICAL_RECORD = "MR"
ONE_CHART = "hand over the resources of one patient at a time"


def subject_id(resource: Json) -> str:
    """The id of the patient whom a resource is about; empty where it does not say."""
    if (plain := _plainly(resource)) is not None:
        return "" if plain.other else plain.identity
    for element in ABOUT_SOMEONE:
        if element not in resource:
            continue
        reference = reference_of(resource[element])
        if reference and not _other_kind(resource[element]):
            return id_in(reference)
    return ""


def other_subject(resource: Json) -> str:
    """The type of the subject where it is no patient: `Group`, `Device`, `RelatedPerson`; empty where it may be one."""
    if (plain := _plainly(resource)) is not None:
        return plain.other
    kinds = (_other_kind(resource[element]) for element in ABOUT_SOMEONE if element in resource)
    return next((kind for kind in kinds if kind), "")


class _Meant(NamedTuple):
    """What a reference means: an id, and the type where that is no patient."""

    identity: str
    other: str


def _plainly(resource: Json) -> _Meant | None:
    """What the subject means where it is a reference and nothing else, as it is in nearly every resource of a chart."""
    subject = resource.get("subject")
    if not isinstance(subject, dict) or len(subject) != 1 or "patient" in resource:
        return None
    reference = subject.get("reference")
    return _meant(reference) if isinstance(reference, str) else None


@lru_cache(maxsize=1024)
def _meant(reference: str) -> _Meant:
    other = _other_kind({"reference": reference})
    return _Meant(id_in(reference.strip()), other)


def _other_kind(subject: Any) -> str:
    kind = kind_in(reference_of(subject)) or (text_of(subject.get("type")) if isinstance(subject, dict) else "")
    return "" if kind == PATIENT else kind


def find_patient(resources: list[Json]) -> tuple[Json, str]:
    """The Patient resource (empty where there is none) and the patient's id.

    Without a Patient resource a single stray reference among many is bearable; the reader doubts what it changes.
    Raises InputError when two patients are there and not exactly one of them is spoken of.
    """
    patients = {code_of(found.get("id")): found for found in resources if found.get("resourceType") == "Patient"}
    subjects = Counter(subject_id(resource) for resource in resources if resource.get("resourceType") != "Patient")
    subjects.pop("", None)
    if len(patients) > 1:
        spoken_of = sorted(patients.keys() & subjects.keys())
        if len(spoken_of) != 1:
            named = " and ".join(sorted(patients))
            raise InputError(f"the input holds {len(patients)} patients, {named}; {ONE_CHART}")
        return patients[spoken_of[0]], spoken_of[0]
    if patients:
        identity, resource = next(iter(patients.items()))
        return resource, identity
    main = max(subjects, key=lambda subject: (subjects[subject], subject), default="")
    if subjects.total() - subjects[main] > ONE_STRAY:
        named = " and ".join(sorted(subjects))
        raise InputError(f"the resources are about {len(subjects)} patients, {named}; {ONE_CHART}")
    if len(subjects) > 1 and subjects.total() == len(subjects):
        raise InputError(f"the resources are about two patients, {' and '.join(sorted(subjects))}; {ONE_CHART}")
    return {}, main


def describe(resource: Json, identity: str, is_deceased: bool = False, died: str = "") -> Patient:
    """The patient as pages show one; fields that the chart leaves out stay empty. The death: as `death_of` has it."""
    return Patient(
        id=identity,
        reference=f"Patient/{identity}" if resource and identity else "",
        name=_name(resource),
        sex=text_of(resource.get("gender")),
        birth_date=day_of(resource.get("birthDate")),
        identifier=_identifier(resource),
        is_deceased=is_deceased,
        died=died,
    )


def death_of(resource: Json, as_of: date) -> tuple[bool | None, str, Problem | None]:
    """Whether the patient is recorded as dead (None: not recorded), since when, and what is wrong with the record."""
    when = resource.get("deceasedDateTime")
    if when is not None:
        day = day_of(when)
        where = f"Patient/{code_of(resource.get('id'))}"
        if not day:
            return (
                True,
                "",
                Problem("unread", where, "the time of death is not a date; the death itself is taken as so"),
            )
        if in_future(when, as_of):
            return None, "", Problem("impossible", where, f"the date of death, {spoken(day)}, lies in the future")
        return True, day, None
    flag = resource.get("deceasedBoolean")
    if flag is None or isinstance(flag, bool):
        return flag, "", None
    where = f"Patient/{code_of(resource.get('id'))}"
    return (
        None,
        "",
        Problem("unread", where, "whether the patient has died is recorded, but neither as true nor as false"),
    )


def _name(resource: Json) -> str:
    names = objects(resource.get("name"))
    official = [name for name in names if name.get("use") == "official"] or names
    for name in official:
        given = name.get("given")
        parts = [text_of(part) for part in given] if isinstance(given, list) else [text_of(given)]
        shown = " ".join(part for part in (*parts, text_of(name.get("family"))) if part)
        if shown or text_of(name.get("text")):
            return shown or text_of(name.get("text"))
    return ""


def _identifier(resource: Json) -> str:
    identifiers = objects(resource.get("identifier"))
    values = [text_of(found.get("value")) for found in identifiers if _is_record_number(found.get("type"))]
    values += [text_of(found.get("value")) for found in identifiers]
    return next((value for value in values if value), "")


def _is_record_number(kind: Any) -> bool:
    return any(coding.code == MEDICAL_RECORD for coding in codings_of(kind))
