"""What CDS Hooks needs to remember: which tokens were used, and what became of cards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugin.storage.database import Database
from plugin.storage.tables import CdsFeedbackRow, CdsTokenRow

Outcome = Literal["accepted", "overridden"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of one card. reason: code of CodeSystem override-reason, `other`, or empty; no free text."""

    card: str
    outcome: Outcome
    reason: str
    commented: bool
    outcome_at: datetime


def use_token(database: Database, issuer: str, token_id: str, expires: datetime, now: datetime) -> bool:
    """Note that a token was used; False where it was used before. Those that have expired are forgotten on the way.

    The primary key decides, so that of two calls at the same time in two processes one is refused.
    """
    name = hashlib.sha256(f"{issuer}\n{token_id}".encode()).hexdigest()
    try:
        with database.session() as session:
            session.execute(delete(CdsTokenRow).where(CdsTokenRow.expires < now))
            session.add(CdsTokenRow(id=name, expires=expires))
    except IntegrityError:
        return False
    return True


def keep_feedback(session: Session, service: str, client: str, given: Iterable[Feedback], now: datetime) -> None:
    """Store what became of cards. client: the `iss` of who tells it, empty for an anonymous caller."""
    session.add_all(
        CdsFeedbackRow(
            service=service,
            client=client,
            card=each.card,
            outcome=each.outcome,
            reason=each.reason,
            commented=each.commented,
            outcome_at=each.outcome_at,
            received=now,
        )
        for each in given
    )
