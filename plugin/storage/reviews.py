"""Facts, decisions and deliveries of one patient: the seam that the review pages and the delivery work through.

Facts and decisions are append-only: the latest one leads, the earlier ones stay as history. Every function takes an
open session (`Database.session()`) and the time; nothing here looks at a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugin.errors import InputError
from plugin.storage.meanwhile import ChangedMeanwhile, hold_review
from plugin.storage.patients import Author, PatientKey
from plugin.storage.tables import DecisionRow, DeliveryRow, FactRow
from plugin.storage.terms import NO_TERMS, Terms, terms_as_json, terms_from_json

__all__ = ["Author", "PatientKey"]  # most who read or write a review need them as well

Value = bool | int | float | str
Choice = Literal["accept", "change", "decline", "defer", "reopen"]
DeliveryStatus = Literal["pending", "saved", "partial", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A clinician's statement about one finding; `value` None withdraws an earlier one.

    undoes: the id of the entry that this one takes back; None where it is a statement itself.
    over: since when entries were made that are taken back, and after which it stands again; None where there are none.
    It leads over what the EHR holds of those.
    """

    id: int
    finding: str
    value: Value | None
    reason: str
    author: Author
    at: datetime
    undoes: int | None = None
    over: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the draft: the code, and the kind of code it is (`treatment-category`, `assessment` …)."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a clinician decided about a line, against which version of the template.

    choice: `reopen` takes the earlier decision back. standing: where the line stood when it was decided (`offered`,
    `conditional` …), so that a decision taken on other grounds is not carried over silently. terms: what it says beside
    its words.
    """

    id: int
    line: Line
    template_version: str
    standing: str
    choice: Choice
    text: str
    reason: str
    author: Author
    at: datetime
    supersedes: int | None
    terms: Terms = NO_TERMS


@dataclass(frozen=True, slots=True)
class Delivery:
    """An attempt to write a reviewed plan. `reference` is what the EHR stored, `message` its words where it refused.

    status: `partial` where some of it is stored and some is not. response: what came of each part.
    """

    id: int
    idempotency_key: str
    status: DeliveryStatus
    request: dict[str, Any]
    response: dict[str, Any] | None
    reference: str
    message: str
    at: datetime
    updated: datetime


def add_fact(
    session: Session,
    patient: PatientKey,
    *,
    finding: str,
    value: Value | None,
    reason: str,
    author: Author,
    at: datetime,
    undoes: int | None = None,
    seen: int | None = None,
) -> Fact:
    """Keep a statement; `value` None withdraws what was stated before, so that the chart leads again.

    undoes: the entry that is taken back, so that what stood before it stands again; such an entry has no value.
    seen: the id of the last entry on this finding that the author saw, 0 where there was none, None where that does
    not matter. The same statement sent twice by the same author is kept once. Raises ChangedMeanwhile where somebody
    spoke on this finding after `seen`.
    """
    hold_review(session, patient)
    unseen = [] if seen is None else _unseen(session, patient, finding, seen)
    if unseen:
        said = [(entry.value, entry.reason, entry.author.reference, entry.undoes) for entry in unseen]
        if said == [(value, reason, author.reference, undoes)]:
            return unseen[0]
        raise ChangedMeanwhile(unseen[-1].author, "stated something here")
    row = FactRow(
        iss=patient.iss,
        patient_id=patient.patient_id,
        finding=finding,
        value=value,
        reason=reason,
        author_reference=author.reference,
        author_name=author.name,
        at=at,
        undoes=undoes,
    )
    session.add(row)
    session.flush()
    return _fact(row)


def _unseen(session: Session, patient: PatientKey, finding: str, seen: int) -> list[Fact]:
    """What was stated about a finding after the entry `seen`, oldest first."""
    return [entry for entry in _facts(session, patient) if entry.finding == finding and entry.id > seen]


def facts_of(session: Session, patient: PatientKey) -> tuple[Fact, ...]:
    """Everything stated about this patient, taken back or not, oldest first."""
    return tuple(_facts(session, patient))


def undone_among(entries: Sequence[Fact]) -> frozenset[int]:
    """The ids of the entries that were taken back; an entry that takes back another may be taken back itself.

    entries: oldest first.
    """
    undone: set[int] = set()
    for entry in reversed(entries):
        if entry.undoes is not None and entry.id not in undone:
            undone.add(entry.undoes)
    return frozenset(undone)


def words_in_force(entries: Sequence[Fact]) -> dict[str, Fact]:
    """The entry in force for each finding, by finding code; entries: of one patient, oldest first.

    Where all that was stated of a finding is taken back, that is the entry that did it: it has no value.
    """
    undone = undone_among(entries)
    words: dict[str, Fact] = {}
    for entry in entries:
        word = words.get(entry.finding)
        if entry.undoes is None and entry.id not in undone:
            words[entry.finding] = entry
        elif entry.undoes is None:
            stands = word or replace(entry, value=None)
            words[entry.finding] = replace(stands, over=stands.over or entry.at)
        elif word is not None and entry.id in undone:
            again = word.id == entry.undoes  # it was taken back, and made again since
            words[entry.finding] = replace(word, over=word.over or word.at) if again else word
        elif word is not None and (word.id in undone or word.undoes is not None):
            words[entry.finding] = replace(entry, over=word.over)
    return words


def decide(
    session: Session,
    patient: PatientKey,
    *,
    line: Line,
    template_version: str,
    choice: Choice,
    author: Author,
    at: datetime,
    standing: str = "",
    text: str = "",
    reason: str = "",
    terms: Terms = NO_TERMS,
    seen: int | None = None,
) -> Decision:
    """Keep a decision about a line; it supersedes the earlier one on the same line.

    seen: the id of the last decision on this line that the author saw, 0 where there was none, None where that does
    not matter. The same decision sent twice by the same author is kept once.

    Raises InputError for a decision that is none of accept, change, decline, defer and reopen, a decline or a deferral
    without reason or a change without text: such a record could not be explained later. Raises ChangedMeanwhile where
    somebody decided after `seen`.
    """
    _check_choice(line, choice, text, reason, terms)
    hold_review(session, patient)
    earlier = _latest_decisions(session, patient).get(line)
    if earlier is not None and seen is not None and earlier.id != seen:
        said = (earlier.choice, earlier.text, earlier.reason, earlier.terms, earlier.author.reference)
        if said == (choice, text, reason, terms, author.reference) and (earlier.supersedes or 0) == seen:
            return earlier
        raise ChangedMeanwhile(earlier.author)
    row = DecisionRow(
        iss=patient.iss,
        patient_id=patient.patient_id,
        line_kind=line.kind,
        line_code=line.code,
        template_version=template_version,
        standing=standing,
        decision=choice,
        text=text,
        reason=reason,
        author_reference=author.reference,
        author_name=author.name,
        at=at,
        supersedes=earlier.id if earlier else None,
        terms=terms_as_json(terms),
    )
    session.add(row)
    session.flush()
    return _decision(row)


def decisions_of(session: Session, patient: PatientKey) -> dict[Line, Decision]:
    """The decision in force for each line; lines that were reopened are left out."""
    return in_force(decision_histories(session, patient))


def decision_histories(session: Session, patient: PatientKey) -> dict[Line, tuple[Decision, ...]]:
    """Everything that was decided about each line, the oldest first; what was taken back is among it."""
    by_line: dict[Line, list[Decision]] = {}
    for decision in _decisions(session, patient):
        by_line.setdefault(decision.line, []).append(decision)
    return {line: tuple(decisions) for line, decisions in by_line.items()}


def in_force(histories: Mapping[Line, tuple[Decision, ...]]) -> dict[Line, Decision]:
    """The decision in force for each line; lines that were reopened are left out."""
    return {line: decisions[-1] for line, decisions in histories.items() if decisions[-1].choice != "reopen"}


def history(session: Session, patient: PatientKey) -> list[Fact | Decision]:
    """Everything stated and decided about this patient, oldest first."""
    entries: list[Fact | Decision] = [*_facts(session, patient), *_decisions(session, patient)]
    return sorted(entries, key=lambda entry: entry.at)


def add_delivery(
    session: Session, patient: PatientKey, *, idempotency_key: str, request: dict[str, Any], at: datetime
) -> Delivery:
    """Open a delivery as `pending`; the same key again gives the one that is there, so that nothing is sent twice."""
    row = DeliveryRow(
        iss=patient.iss,
        patient_id=patient.patient_id,
        idempotency_key=idempotency_key,
        status="pending",
        request=request,
        response=None,
        reference="",
        message="",
        at=at,
        updated=at,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        same_key = DeliveryRow.idempotency_key == idempotency_key
        row = session.scalars(select(DeliveryRow).where(*_belongs(DeliveryRow, patient), same_key)).one()
    return _delivery(row)


def update_delivery(
    session: Session,
    delivery_id: int,
    *,
    status: DeliveryStatus,
    at: datetime,
    response: dict[str, Any] | None = None,
    reference: str = "",
    message: str = "",
    request: dict[str, Any] | None = None,
) -> Delivery:
    """Record how a delivery went. Raises InputError for one that is unknown, or saved already: saved is final.

    request: what is sent at this attempt, where that is something else than at the first.
    """
    row = session.get(DeliveryRow, delivery_id, with_for_update=True)
    if row is None:
        raise InputError(f"there is no delivery {delivery_id}: open it with add_delivery first")
    if status not in get_args(DeliveryStatus):
        raise InputError(f"{status!r} is no status of a delivery: use {', '.join(get_args(DeliveryStatus))}")
    if row.status == "saved":
        raise InputError(f"delivery {delivery_id} is saved already and stays so; open a new one for a changed plan")
    row.status, row.response, row.reference, row.message, row.updated = status, response, reference, message, at
    if request is not None:
        row.request = request
    session.flush()
    return _delivery(row)


def deliveries_of(session: Session, patient: PatientKey) -> list[Delivery]:
    """All deliveries of this patient, newest first."""
    rows = session.scalars(select(DeliveryRow).where(*_belongs(DeliveryRow, patient)).order_by(DeliveryRow.id.desc()))
    return [_delivery(row) for row in rows]


def _check_choice(line: Line, choice: str, text: str, reason: str, terms: Terms) -> None:
    if choice not in get_args(Choice):
        raise InputError(f"{choice!r} is no decision about {line.code}: use accept, change, decline, defer or reopen")
    if choice == "decline" and not reason.strip() and not terms.instead:
        raise InputError(f"{line.code} was declined without a reason: give the reason, it goes into the chart")
    if choice == "defer" and not reason.strip() and not terms:
        raise InputError(f"{line.code} was deferred without a reason: say what the decision waits for")
    if choice == "change" and not text.strip() and not terms:
        raise InputError(f"{line.code} was changed without a text: say what it is changed to")


def _facts(session: Session, patient: PatientKey) -> Sequence[Fact]:
    rows = session.scalars(select(FactRow).where(*_belongs(FactRow, patient)).order_by(FactRow.id))
    return [_fact(row) for row in rows]


def _decisions(session: Session, patient: PatientKey) -> Sequence[Decision]:
    rows = session.scalars(select(DecisionRow).where(*_belongs(DecisionRow, patient)).order_by(DecisionRow.id))
    return [_decision(row) for row in rows]


def _latest_decisions(session: Session, patient: PatientKey) -> dict[Line, Decision]:
    return {decision.line: decision for decision in _decisions(session, patient)}


def _belongs(table: type[FactRow | DecisionRow | DeliveryRow], patient: PatientKey) -> tuple[Any, Any]:
    return table.iss == patient.iss, table.patient_id == patient.patient_id


def _fact(row: FactRow) -> Fact:
    author = Author(row.author_reference, row.author_name)
    return Fact(row.id, row.finding, row.value, row.reason, author, row.at, row.undoes)


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        row.id,
        Line(row.line_kind, row.line_code),
        row.template_version,
        row.standing,
        cast(Choice, row.decision),
        row.text,
        row.reason,
        Author(row.author_reference, row.author_name),
        row.at,
        row.supersedes,
        terms_from_json(row.terms),
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        row.id,
        row.idempotency_key,
        cast(DeliveryStatus, row.status),
        row.request,
        row.response,
        row.reference,
        row.message,
        row.at,
        row.updated,
    )
