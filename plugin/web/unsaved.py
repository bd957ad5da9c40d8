"""What a page needs to keep typed text on the reviewer's computer, sealed, until it is sent.

The browser keeps it under an opaque name, encrypted with a key that only a page of an open launch of the same person on
the same patient brings along. Without one, what lies on the disk cannot be read.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from plugin.settings import Settings
from plugin.storage.patients import Author, PatientKey


@dataclass(frozen=True, slots=True)
class Keeping:
    """holder: the name under which it is kept. key: 256 bits, base64. hours: how long at most."""

    holder: str
    key: str
    hours: float


def keeping_for(settings: Settings, patient: PatientKey, author: Author) -> Keeping:
    """The same for every launch of one person on one patient, and for nobody else."""
    whose = "\n".join((patient.iss, patient.patient_id, author.reference))

    def derived(purpose: str) -> bytes:
        return hmac.digest(settings.secret_key.encode(), f"unsaved text, {purpose}\n{whose}".encode(), sha256)

    return Keeping(derived("name").hex()[:32], b64encode(derived("key")).decode(), settings.session_hours)
