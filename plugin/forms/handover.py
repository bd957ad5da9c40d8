"""The hand-over of a tablet to the patient: what is kept of it, who may open it, and how it ends.

It holds the questions and a first name, copied when it began; nothing on this way reads the chart. The launch
that began it is closed for the browser at the same moment (`LaunchService.hand_over`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import delete
from werkzeug.security import check_password_hash, generate_password_hash

from plugin.errors import InputError
from plugin.forms.patient_answers import patient_response
from plugin.forms.steps import is_urgent
from plugin.launch.cookies import digest, matches
from plugin.review.said import FORM
from plugin.storage.database import Database
from plugin.storage.forms import keep_form
from plugin.storage.reviews import PatientKey
from plugin.storage.tables import HandoverRow

Clock = Callable[[], datetime]
State = Literal["waiting", "open", "sent", "ended"]
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another when it is typed
IDLE = timedelta(minutes=20)
LIFETIME = timedelta(hours=2)
MOST_ATTEMPTS = 5
PIN = re.compile(r"[0-9]{4,8}")


@dataclass(frozen=True, slots=True)
class Handover:
    """One hand-over as it stands. called: the first name. form: the questions. asleep: unused for so long that only a
    PIN wakes it. is_locked: too many wrong PINs, so that only a launch from the EHR leads back to the chart.
    """

    token: str
    workspace: str
    patient: PatientKey
    called: str
    form: dict[str, Any]
    language: str
    answers: Mapping[str, Any]
    state: State
    asleep: bool
    is_locked: bool

    @property
    def is_urgent(self) -> bool:
        """Whether something was marked that cannot wait."""
        return is_urgent(self.form, self.answers)


class Handovers:
    """Keeps the hand-overs of an application; safe to use from many threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._now = clock

    def begin(
        self, workspace: str, patient: PatientKey, called: str, form: dict[str, Any], language: str, pin: str
    ) -> str:
        """Prepare a hand-over; the token of its address. Raises InputError for a PIN that is not 4 to 8 digits."""
        if not PIN.fullmatch(pin):
            raise InputError("Choose a PIN of four to eight digits: it leads back to the chart.")
        letters = "".join(secrets.choice(LETTERS) for _ in range(12))
        token = "-".join((letters[:4], letters[4:8], letters[8:]))
        now = self._now()
        with self._database.session() as session:
            session.execute(delete(HandoverRow).where(HandoverRow.expires <= now))
            session.add(
                HandoverRow(
                    id=digest(token),
                    workspace=workspace,
                    iss=patient.iss,
                    patient_id=patient.patient_id,
                    called=called,
                    form=form,
                    language=language,
                    pin_hash=generate_password_hash(pin),
                    attempts=0,
                    browser_hash="",
                    answers={},
                    state="waiting",
                    created=now,
                    seen=now,
                    expires=now + LIFETIME,
                )
            )
        return token

    def look(self, token: str, secret: str | None) -> Handover | None:
        """A hand-over that waits for its browser, or that this browser opened; None where there is none any more."""
        with self._database.session() as session:
            row = session.get(HandoverRow, digest(token))
            if row is None or row.expires <= self._now():
                return None
            if row.state != "waiting" and not matches(secret, row.browser_hash):
                return None
            return self._told(token, row)

    def open(self, token: str, language: str) -> str | None:
        """Open the form in the browser that asks first; its secret, None for every later one."""
        secret = secrets.token_urlsafe(32)
        with self._database.session() as session:
            row = session.get(HandoverRow, digest(token), with_for_update=True)
            if row is None or row.state != "waiting" or row.expires <= self._now():
                return None
            row.state, row.browser_hash, row.seen = "open", digest(secret), self._now()
            row.language = language
        return secret

    def keep(self, held: Handover, answers: Mapping[str, Any], language: str) -> Handover:
        """Keep what is answered so far, by linkId, and that the form is in use."""
        with self._database.session() as session:
            row = session.get_one(HandoverRow, digest(held.token), with_for_update=True)
            if row.state == "open":
                row.answers, row.language, row.seen = dict(answers), language, self._now()
            return self._told(held.token, row)

    def send(self, held: Handover) -> None:
        """Keep the answers as a filled-in form of this patient; from then on nothing of them is shown here.

        Twice sent counts once.
        """
        now = self._now()
        with self._database.session() as session:
            row = session.get_one(HandoverRow, digest(held.token), with_for_update=True)
            if row.state != "open":
                return
            response = patient_response(row.form, row.answers, row.language, row.patient_id, now)
            keep_form(session, held.patient, FORM, response, now)
            row.state, row.seen = "sent", now
            # What stays is whether to say on the page that somebody has to be told at once.
            row.answers = {} if not is_urgent(row.form, row.answers) else _urgent_only(row.form, row.answers)

    def check_pin(self, held: Handover, pin: str) -> bool:
        """Whether this PIN was chosen at the hand-over. Wrong ones are counted; after five none is right any more."""
        with self._database.session() as session:
            row = session.get_one(HandoverRow, digest(held.token), with_for_update=True)
            if row.attempts >= MOST_ATTEMPTS:
                return False
            if check_password_hash(row.pin_hash, pin):
                return True
            row.attempts += 1
            return False

    def wake(self, held: Handover) -> None:
        """Let the patient go on with a form that was left alone for too long."""
        with self._database.session() as session:
            session.get_one(HandoverRow, digest(held.token)).seen = self._now()

    def end(self, held: Handover) -> None:
        """The tablet is back: what was not sent is forgotten, and the address leads nowhere any more."""
        with self._database.session() as session:
            row = session.get(HandoverRow, digest(held.token))
            if row is not None:
                session.delete(row)

    def _told(self, token: str, row: HandoverRow) -> Handover:
        return Handover(
            token=token,
            workspace=row.workspace,
            patient=PatientKey(row.iss, row.patient_id),
            called=row.called,
            form=row.form,
            language=row.language,
            answers=row.answers,
            state=cast(State, row.state),
            asleep=row.state == "open" and row.seen + IDLE <= self._now(),
            is_locked=row.attempts >= MOST_ATTEMPTS,
        )


def _urgent_only(form: dict[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    return {link_id: answer for link_id, answer in answers.items() if is_urgent(form, {link_id: answer})}
