from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plugin.errors import InputError
from plugin.storage.database import Database
from plugin.storage.reviews import (
    Author,
    Choice,
    Decision,
    Fact,
    Line,
    PatientKey,
    Value,
    add_delivery,
    add_fact,
    decide,
    decisions_of,
    deliveries_of,
    facts_of,
    history,
    update_delivery,
    words_in_force,
)

HERE = PatientKey("https://ehr.example.org/fhir", "p1")
SAME_ID_ELSEWHERE = PatientKey("https://other.example.org/fhir", "p1")
ANNA = Author("Practitioner/1", "Dr Anna Example")
BEN = Author("Practitioner/2", "Dr Ben Example")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LINE = Line("treatment-category", "cdk46-et")


def state(database: Database, value: Value | None, minutes: int = 0, patient: PatientKey = HERE) -> Fact:
    at = NOON + timedelta(minutes=minutes)
    with database.session() as session:
        return add_fact(session, patient, finding="ecog", value=value, reason="seen", author=ANNA, at=at)


def settle(database: Database, choice: Choice, minutes: int = 0, author: Author = ANNA, **words: str) -> Decision:
    at = NOON + timedelta(minutes=minutes)
    with database.session() as session:
        return decide(session, HERE, line=LINE, template_version="1.0.0", choice=choice, author=author, at=at, **words)


@pytest.mark.parametrize("value", [True, False, 0, 2, 49.5, "positive"])
def test_a_fact_keeps_its_value_and_type(database: Database, value: Value) -> None:
    state(database, value)
    with database.session() as session:
        kept = words_in_force(facts_of(session, HERE))["ecog"].value
    assert (kept, type(kept)) == (value, type(value))


def test_the_latest_fact_leads_and_the_earlier_one_stays_in_the_history(database: Database) -> None:
    state(database, 1)
    state(database, 3, minutes=5)
    with database.session() as session:
        assert words_in_force(facts_of(session, HERE))["ecog"].value == 3
        assert [entry.value for entry in history(session, HERE) if isinstance(entry, Fact)] == [1, 3]


def test_a_withdrawal_is_the_last_word(database: Database) -> None:
    state(database, False)
    state(database, None, minutes=1)
    with database.session() as session:
        assert words_in_force(facts_of(session, HERE))["ecog"].value is None
        assert len(history(session, HERE)) == 2


def test_the_same_patient_id_in_another_ehr_is_another_patient(database: Database) -> None:
    state(database, 1, patient=SAME_ID_ELSEWHERE)
    with database.session() as session:
        assert words_in_force(facts_of(session, HERE)) == {}
        assert words_in_force(facts_of(session, SAME_ID_ELSEWHERE))["ecog"].value == 1


def test_a_new_decision_supersedes_the_earlier_one(database: Database) -> None:
    first = settle(database, "accept")
    second = settle(database, "decline", minutes=3, author=BEN, reason="patient's wish")
    with database.session() as session:
        in_force = decisions_of(session, HERE)[LINE]
    assert (first.supersedes, second.supersedes) == (None, first.id)
    assert (in_force.choice, in_force.reason, in_force.author) == ("decline", "patient's wish", BEN)


def test_a_reopened_line_is_undecided_but_remembered(database: Database) -> None:
    settle(database, "accept")
    reopened = settle(database, "reopen", minutes=1)
    again = settle(database, "accept", minutes=2)
    with database.session() as session:
        assert decisions_of(session, HERE)[LINE].id == again.id
        assert [entry.id for entry in history(session, HERE)] == [1, reopened.id, again.id]


def test_reopening_leaves_the_line_open(database: Database) -> None:
    settle(database, "accept")
    settle(database, "reopen", minutes=1)
    with database.session() as session:
        assert decisions_of(session, HERE) == {}


@pytest.mark.parametrize(
    ("choice", "words", "message"),
    [
        ("decline", {}, "declined without a reason"),
        ("decline", {"reason": "  "}, "declined without a reason"),
        ("change", {"reason": "other drug"}, "changed without a text"),
        ("maybe", {}, "'maybe' is no decision about cdk46-et"),
    ],
)
def test_a_decision_that_could_not_be_explained_later_is_refused(
    database: Database, choice: Choice, words: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        settle(database, choice, **words)


def test_the_history_is_in_the_order_of_time(database: Database) -> None:
    settle(database, "accept", minutes=10)
    state(database, 1, minutes=5)
    with database.session() as session:
        assert [type(entry) for entry in history(session, HERE)] == [Fact, Decision]


def test_a_delivery_with_the_same_key_is_the_same_delivery(database: Database) -> None:
    with database.session() as session:
        first = add_delivery(session, HERE, idempotency_key="k1", request={"n": 1}, at=NOON)
        second = add_delivery(session, HERE, idempotency_key="k1", request={"n": 2}, at=NOON)
        other = add_delivery(session, SAME_ID_ELSEWHERE, idempotency_key="k1", request={"n": 3}, at=NOON)
    assert second == first
    assert other.id != first.id


def test_a_delivery_goes_from_pending_over_failed_to_saved(database: Database) -> None:
    with database.session() as session:
        opened = add_delivery(session, HERE, idempotency_key="k1", request={"resourceType": "Bundle"}, at=NOON)
        update_delivery(session, opened.id, status="failed", message="no answer", at=NOON + timedelta(seconds=10))
        update_delivery(
            session,
            opened.id,
            status="saved",
            response={"resourceType": "Bundle"},
            reference="CarePlan/9",
            at=NOON + timedelta(seconds=20),
        )
    with database.session() as session:
        (kept,) = deliveries_of(session, HERE)
    assert (opened.status, kept.status, kept.reference, kept.message) == ("pending", "saved", "CarePlan/9", "")
    assert kept.updated - kept.at == timedelta(seconds=20)


def test_a_saved_delivery_stays_saved(database: Database) -> None:
    with database.session() as session:
        opened = add_delivery(session, HERE, idempotency_key="k1", request={}, at=NOON)
        update_delivery(session, opened.id, status="saved", at=NOON)
        with pytest.raises(InputError, match="saved already"):
            update_delivery(session, opened.id, status="failed", at=NOON)


def test_an_unknown_delivery_is_named(database: Database) -> None:
    with database.session() as session, pytest.raises(InputError, match="no delivery 77"):
        update_delivery(session, 77, status="saved", at=NOON)


def test_the_newest_delivery_comes_first(database: Database) -> None:
    with database.session() as session:
        for key in ("k1", "k2"):
            add_delivery(session, HERE, idempotency_key=key, request={}, at=NOON)
        assert [one.idempotency_key for one in deliveries_of(session, HERE)] == ["k2", "k1"]
