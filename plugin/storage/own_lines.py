"""Lines that clinicians add to a plan in their own words. Rows are only ever added: the latest one of a line leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from plugin.errors import InputError
from plugin.storage.meanwhile import ChangedMeanwhile, hold_review
from plugin.storage.patients import Author, PatientKey
from plugin.storage.tables import OwnLineRow

OwnKind = Literal["treatment", "test", "care"]
Action = Literal["add", "change", "take-away"]


@dataclass(frozen=True, slots=True)
class OwnLine:
    """What one person wrote about one line of the clinicians' own.

    key: the same for everything written about one line. action: what was done to it. item: code of the template's item
    that it was taken from; empty where the words are their own. reason: the clinician's; of the entry that adds such an
    item why the template had not drafted it, which everything later keeps until somebody gives a reason.
    """

    id: int
    key: str
    action: Action
    kind: OwnKind
    text: str
    reason: str
    author: Author
    at: datetime
    item: str = ""


@dataclass(frozen=True, slots=True)
class OwnHistory:
    """Everything that was written about one line, the oldest first."""

    entries: tuple[OwnLine, ...]

    @property
    def first(self) -> OwnLine:
        """How it was added."""
        return self.entries[0]

    @property
    def now(self) -> OwnLine:
        """How it stands."""
        return self.entries[-1]

    @property
    def reason(self) -> str:
        """Why the clinician wants it; empty where nothing was said."""
        return "" if self.now.reason == self.not_drafted else self.now.reason

    @property
    def not_drafted(self) -> str:
        """Why the template had not drafted it when it was added; empty for a line in own words."""
        return self.first.reason if self.first.item else ""

    @property
    def stands(self) -> bool:
        """Whether it is part of the plan."""
        return self.now.action != "take-away"


def write_own_line(
    session: Session,
    patient: PatientKey,
    *,
    key: str,
    action: Action,
    kind: OwnKind,
    text: str,
    reason: str,
    author: Author,
    at: datetime,
    seen: int = 0,
    item: str = "",
) -> OwnLine:
    """Add a line, change it or take it away.

    seen: the id of the entry that the person saw last, 0 for a line that is new. item: code of the item of the template
    that a new line is taken from; whatever becomes of the line keeps it. The same thing sent twice by the same
    person is kept once. Raises InputError for a line without text or kind, or one that does not exist, and
    ChangedMeanwhile where somebody wrote after `seen`.
    """
    if kind not in get_args(OwnKind) or action not in get_args(Action):
        raise InputError(f"{kind!r} is no kind of line: choose treatment, test or care")
    if not text.strip():
        raise InputError("a line of your own needs a text: say what the plan should hold")
    hold_review(session, patient)
    written = [history for history in own_lines_of(session, patient) if history.first.key == key]
    now = written[0].now if written else None
    if now is None and action != "add":
        raise InputError("this line is not there: look at the plan as it stands now")
    if now is not None and (now.action, now.kind, now.text, now.reason, now.author.reference) == (
        *(action, kind, text, reason),
        author.reference,
    ):
        return now
    if (now.id if now else 0) != seen:
        raise ChangedMeanwhile(now.author if now else author)
    row = OwnLineRow(
        iss=patient.iss,
        patient_id=patient.patient_id,
        line_key=key,
        action=action,
        kind=kind,
        text=text,
        reason=reason,
        author_reference=author.reference,
        author_name=author.name,
        at=at,
        supersedes=now.id if now else None,
        item=now.item if now else item,
    )
    session.add(row)
    session.flush()
    return _own_line(row)


def own_lines_of(session: Session, patient: PatientKey) -> tuple[OwnHistory, ...]:
    """The lines of a patient's plan that clinicians added, in the order of adding, those taken away among them."""
    belongs = (OwnLineRow.iss == patient.iss, OwnLineRow.patient_id == patient.patient_id)
    by_key: dict[str, list[OwnLine]] = {}
    for row in session.scalars(select(OwnLineRow).where(*belongs).order_by(OwnLineRow.id)):
        by_key.setdefault(row.line_key, []).append(_own_line(row))
    return tuple(OwnHistory(tuple(entries)) for entries in by_key.values())


def _own_line(row: OwnLineRow) -> OwnLine:
    author = Author(row.author_reference, row.author_name)
    action, kind = cast(Action, row.action), cast(OwnKind, row.kind)
    return OwnLine(row.id, row.line_key, action, kind, row.text, row.reason, author, row.at, row.item)
