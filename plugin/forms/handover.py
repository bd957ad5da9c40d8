"""The hand-over of a tablet to the patient: what is kept of it, who may open it, and how it ends.

It holds the questions and a first name, copied when it began; nothing on this way reads the chart. The launch
that began it is closed for the browser at the same moment (`LaunchService.hand_over`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from plugin.errors import InputError
from plugin.forms.patient_answers import patient_response
from plugin.forms.steps import is_urgent, urgent_only
from plugin.launch.cookies import digest, matches
from plugin.review.said import FORM
from plugin.storage.database import Database
from plugin.storage.forms import UNFINISHED, keep_form
from plugin.storage.meanwhile import hold_review
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
        self,
        workspace: str,
        patient: PatientKey,
        called: str,
        form: dict[str, Any],
        language: str,
        pin: str,
        answers: Mapping[str, Any] | None = None,
    ) -> str:
        """Prepare a hand-over; the token of its address. Raises InputError for a PIN that is not 4 to 8 digits.

        answers: those of a form that was broken off, so that it goes on with them.
        """
        if not PIN.fullmatch(pin):
            raise InputError("Choose a PIN of four to eight digits: it leads back to the chart.")
        letters = "".join(secrets.choice(LETTERS) for _ in range(12))
        token = "-".join((letters[:4], letters[4:8], letters[8:]))
        now = self._now()
        with self._database.session() as session:
            for row in session.scalars(select(HandoverRow).where(HandoverRow.expires <= now)):
                self._break_off(session, row)
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
                    answers=dict(answers or {}),
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

    def keep(self, held: Handover, asked: Collection[str], given: Mapping[str, Any], language: str) -> Handover:
        """Keep the answers given to the questions that were asked, by linkId, and that the form is in use.

        What was answered elsewhere stays, also what came since `held` was looked at. From the first answer that cannot
        wait on, the team sees the form as it stands, sent or not.
        """
        with self._database.session() as session:
            row = session.get_one(HandoverRow, digest(held.token), with_for_update=True)
            if row.state == "open":
                before = urgent_only(row.form, row.answers)
                others = {link_id: value for link_id, value in row.answers.items() if link_id not in asked}
                row.answers, row.language, row.seen = others | dict(given), language, self._now()
                urgent = urgent_only(row.form, row.answers)
                if urgent or row.unfinished is not None:
                    fresh = row.unfinished is None or urgent != before
                    self._show_team(session, row, UNFINISHED, fresh)
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
            row.state, row.seen = "sent", now
            self._show_team(session, row, "completed", fresh=True)
            # What stays is whether to say on the page that somebody has to be told at once.
            row.answers = urgent_only(row.form, row.answers)

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
        """The tablet is back: what was not sent stays as an unfinished form; the address leads nowhere any more."""
        with self._database.session() as session:
            row = session.get(HandoverRow, digest(held.token))
            if row is not None:
                self._break_off(session, row)
                session.delete(row)

    def _break_off(self, session: Session, row: HandoverRow) -> None:
        """Keep what nobody sent; one that was shown to the team already stands there as it was left."""
        if row.state == "open" and row.answers and row.unfinished is None:
            self._show_team(session, row, UNFINISHED, fresh=True)

    def _show_team(self, session: Session, row: HandoverRow, status: str, fresh: bool) -> None:
        """Put the form where the review finds it. fresh: whether open pages should say that something changed."""
        patient = PatientKey(row.iss, row.patient_id)
        if fresh:
            hold_review(session, patient)
        response = patient_response(row.form, row.answers, row.language, row.patient_id, row.seen, status)
        row.unfinished = keep_form(session, patient, FORM, response, row.seen, unfinished=row.unfinished).id

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
