"""The two clinicians who can be signed in to the sandbox EHR; both are Practitioners in its charts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in clinician. `reference` is the FHIR Practitioner."""

    reference: str
    name: str
    role: str


USERS = (
    User("Practitioner/dr-testfield", "Dr Amara Testfield", "Medical oncology"),
    User("Practitioner/np-mockwell", "Jonas Mockwell", "Oncology nurse practitioner"),
)


def user_or_first(reference: str | None) -> User:
    """The user with this reference, the first one for any other."""
    return next((user for user in USERS if user.reference == reference), USERS[0])
