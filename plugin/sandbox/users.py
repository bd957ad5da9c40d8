"""The clinicians who can be signed in to the sandbox EHR; all are Practitioners in its charts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

FILE = Path(__file__).resolve().parent / "users.json"


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in clinician. `reference` is the FHIR Practitioner."""

    reference: str
    name: str
    role: str


USERS = tuple(User(**each) for each in orjson.loads(FILE.read_bytes()))


def user_or_first(reference: str | None) -> User:
    """The user with this reference, the first one for any other."""
    return next((user for user in USERS if user.reference == reference), USERS[0])
