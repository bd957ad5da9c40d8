"""The synthetic patients that come with the sandbox, and loading them into its FHIR server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
import requests

from plugin.errors import Refused, Unreachable

SEED_TIMEOUT_SECONDS = (5, 60)


@dataclass(frozen=True, slots=True)
class SamplePatient:
    """One synthetic patient: `bundle` is a FHIR R4 transaction that creates the chart or brings it back as it was."""

    id: str
    story: str
    bundle: dict[str, Any]


@cache
def sample_patients() -> tuple[SamplePatient, ...]:
    """All sample patients in the order of the index."""
    folder = files("plugin.sandbox") / "patients"
    index = orjson.loads((folder / "index.json").read_bytes())
    return tuple(
        SamplePatient(entry["id"], entry["story"], orjson.loads((folder / entry["file"]).read_bytes()))
        for entry in index
    )


def seed(base: str, progress: Callable[[int, int], None] | None = None) -> None:
    """Write every sample patient to the FHIR server at `base`, one transaction each; safe to repeat.

    progress: called with (patients written, patients in all) after each.
    Raises Unreachable or Refused, naming the patient.
    """
    patients = sample_patients()
    with requests.Session() as session:
        session.headers["Content-Type"] = "application/fhir+json"
        for count, patient in enumerate(patients, start=1):
            _write(session, base, patient)
            if progress:
                progress(count, len(patients))


def _write(session: requests.Session, base: str, patient: SamplePatient) -> None:
    try:
        answer = session.post(base, data=orjson.dumps(patient.bundle), timeout=SEED_TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise Unreachable(
            f"sample patient {patient.id} could not be written: {base} gave no answer ({type(error).__name__})"
        ) from error
    if not answer.ok:
        raise Refused(
            f"sample patient {patient.id} was refused by {base}; is it a FHIR R4 server that accepts transactions?",
            answer.status_code,
            answer.text[:500],
        )
