"""The tables. Times are aware UTC everywhere; rows of facts and decisions are only ever added."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time. Refuses naive ones; gives back aware UTC also where the database forgets the zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored; pass an aware datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can address them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, str: Text, dict[str, Any]: JSON, list[dict[str, Any]]: JSON}  # noqa: RUF012 (read by SQLAlchemy)


class LaunchRow(Base):
    """A launch between the redirect to the authorization server and the way back; used once, then deleted.

    id: hash of the `state` parameter. browser_hash: hash of the secret that only the launching browser holds.
    """

    __tablename__ = "launch_state"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    iss: Mapped[str]
    verifier: Mapped[str]
    nonce: Mapped[str]
    scopes: Mapped[str]
    configuration: Mapped[dict[str, Any]]
    created: Mapped[datetime]
    expires: Mapped[datetime] = mapped_column(index=True)


class WorkspaceRow(Base):
    """One launch of one patient by one clinician in one browser. `tokens` is encrypted with the secret key.

    configuration: what the authorization server said of itself at the launch. style: colours by name, checked.
    changes_seen: the newest statement whose changes to the plan were put away.
    """

    __tablename__ = "workspace"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    iss: Mapped[str]
    patient_id: Mapped[str]
    encounter_id: Mapped[str]
    user_reference: Mapped[str]
    user_name: Mapped[str]
    user_subject: Mapped[str]
    scopes: Mapped[str]
    missing_scopes: Mapped[str]
    need_patient_banner: Mapped[bool]
    smart_style_url: Mapped[str]
    intent: Mapped[str] = mapped_column(default="")
    tenant: Mapped[str] = mapped_column(default="")
    fhir_context: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    style: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changes_seen: Mapped[int] = mapped_column(default=0)
    configuration: Mapped[dict[str, Any]]
    tokens: Mapped[str]
    created: Mapped[datetime]
    expires: Mapped[datetime] = mapped_column(index=True)


class FactRow(Base):
    """What a clinician stated about one finding. A `value` of null withdraws the statement.

    undoes: the entry that this one takes back; it states nothing itself, and what stood before stands again.
    """

    __tablename__ = "fact"
    __table_args__ = (Index("ix_fact_patient", "iss", "patient_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    iss: Mapped[str]
    patient_id: Mapped[str]
    finding: Mapped[str]
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    reason: Mapped[str]
    author_reference: Mapped[str]
    author_name: Mapped[str]
    at: Mapped[datetime]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("fact.id"))


class DecisionRow(Base):
    """What a clinician decided about one line of a draft. `supersedes` names the decision it replaces."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_patient", "iss", "patient_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    iss: Mapped[str]
    patient_id: Mapped[str]
    line_kind: Mapped[str]
    line_code: Mapped[str]
    template_version: Mapped[str]
    standing: Mapped[str]
    decision: Mapped[str]
    text: Mapped[str]
    reason: Mapped[str]
    author_reference: Mapped[str]
    author_name: Mapped[str]
    at: Mapped[datetime]
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))
    terms: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class OwnLineRow(Base):
    """What a clinician wrote about a line of their own. `supersedes` names the entry about it that it replaces.

    item: code of the template's item that the line was taken from; empty where the words are their own.
    """

    __tablename__ = "own_line"
    __table_args__ = (Index("ix_own_line_patient", "iss", "patient_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    iss: Mapped[str]
    patient_id: Mapped[str]
    line_key: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str]
    reason: Mapped[str]
    author_reference: Mapped[str]
    author_name: Mapped[str]
    at: Mapped[datetime]
    supersedes: Mapped[int | None] = mapped_column(ForeignKey("own_line.id"))
    item: Mapped[str] = mapped_column(String(64), default="", server_default="")


class PageNoteRow(Base):
    """Whom the patient can call, as a clinician typed it for the page to take home. The newest one leads."""

    __tablename__ = "page_note"
    __table_args__ = (Index("ix_page_note_patient", "iss", "patient_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    iss: Mapped[str]
    patient_id: Mapped[str]
    callees: Mapped[list[dict[str, Any]]]
    author_reference: Mapped[str]
    author_name: Mapped[str]
    at: Mapped[datetime]


class ReviewRow(Base):
    """How often the review of a patient was changed, by whomever."""

    __tablename__ = "review"

    iss: Mapped[str] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]


class DeliveryRow(Base):
    """One attempt to write a reviewed plan into the EHR, kept until the EHR confirmed it."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("iss", "patient_id", "idempotency_key", name="uq_delivery_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    iss: Mapped[str]
    patient_id: Mapped[str]
    idempotency_key: Mapped[str]
    status: Mapped[str]
    request: Mapped[dict[str, Any]]
    response: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reference: Mapped[str]
    message: Mapped[str]
    at: Mapped[datetime]
    updated: Mapped[datetime]


class CdsTokenRow(Base):
    """A token with which a CDS Hooks call was made, until it expires: it is good for one call.

    id: hash of its issuer and its `jti`.
    """

    __tablename__ = "cds_token"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires: Mapped[datetime] = mapped_column(index=True)


class CdsFeedbackRow(Base):
    """What became of one card. Nothing about the patient: no comment, only whether there was one."""

    __tablename__ = "cds_feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    service: Mapped[str]
    client: Mapped[str]
    card: Mapped[str] = mapped_column(String(36), index=True)
    outcome: Mapped[str]
    reason: Mapped[str]
    commented: Mapped[bool]
    outcome_at: Mapped[datetime]
    received: Mapped[datetime]


class OutboxRow(Base):
    """A delivery that is tried again for want of an answer. `workspace`: the launch whose token it is sent with.

    state: waiting, sent, or ended without having been sent. cause: a word for why it waits or ended, never PHI.
    next_at: not before this time.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_at"),)

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    iss: Mapped[str]
    patient_id: Mapped[str]
    workspace: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    cause: Mapped[str] = mapped_column(String(32))
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    updated: Mapped[datetime]


class LeaseRow(Base):
    """Who may write the plan of a patient until `until`."""

    __tablename__ = "patient_lease"

    iss: Mapped[str] = mapped_column(primary_key=True)
    patient_id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


class FilledFormRow(Base):
    """A form that was filled in here, as the QuestionnaireResponse that goes into the EHR with the plan.

    form: its name in the template (`for-the-patient`, `facts-to-confirm`).
    """

    __tablename__ = "filled_form"
    __table_args__ = (Index("ix_filled_form_patient", "iss", "patient_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    iss: Mapped[str]
    patient_id: Mapped[str]
    form: Mapped[str]
    response: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class HandoverRow(Base):
    """A form in the patient's hands. Knows what to ask and a first name, and nothing else of the chart.

    id: hash of the token in its address. browser_hash: hash of the secret of the browser that opened it; empty until
    one has. answers: those not sent yet, emptied with the end. attempts: wrong PINs. seen: when it was last used.
    unfinished: the filled-in form that the team sees of it before it is sent; None while they see none.
    """

    __tablename__ = "handover"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    workspace: Mapped[str] = mapped_column(String(64))
    iss: Mapped[str]
    patient_id: Mapped[str]
    called: Mapped[str]
    form: Mapped[dict[str, Any]]
    language: Mapped[str]
    pin_hash: Mapped[str]
    attempts: Mapped[int]
    browser_hash: Mapped[str] = mapped_column(String(64))
    answers: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime]
    seen: Mapped[datetime]
    expires: Mapped[datetime] = mapped_column(index=True)
    unfinished: Mapped[int | None]
