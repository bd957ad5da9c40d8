"""Whose review it is, and who writes to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PatientKey:
    """A patient of one EHR; the same id in another EHR is another person."""

    iss: str
    patient_id: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who stated or decided: a FHIR reference such as `Practitioner/7`, and the name for the screen."""

    reference: str
    name: str
