"""Feedback: what became of a card is kept, with the reason, and nothing that could name a patient."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from plugin.hooks.conformance import validator
from plugin.hooks.feedback import EXPECTED
from plugin.storage.tables import CdsFeedbackRow, CdsTokenRow
from tests.hooks.ehr import DRAFT, ISSUER, ORDERS, PLUGIN, Ehr, about_orders, cds, order, patient_view

AT = "2026-11-22T12:00:00+13:00"


def entry(**changes: object) -> dict:
    made = {"card": str(uuid4()), "outcome": "accepted", "outcomeTimestamp": AT} | changes
    return {name: value for name, value in made.items() if value is not ...}


def stored(ehr: Ehr, card: str) -> CdsFeedbackRow:
    with ehr.database.session() as session:
        return session.scalars(select(CdsFeedbackRow).where(CdsFeedbackRow.card == card)).one()


def tell(ehr: Ehr, *entries: dict, service: str = ORDERS):
    return ehr.post(f"{service}/feedback", {"feedback": list(entries)})


@cds(82, 148)
def test_what_became_of_a_card_is_kept_with_its_reason(ehr):
    [card] = ehr.cards(about_orders(order("trastuzumab")))
    reason = card["overrideReasons"][2]
    given = {"reason": reason, "userComment": "Anna Example, born 1960, wants it"}
    response = tell(ehr, entry(card=card["uuid"], outcome="overridden", overrideReason=given), entry())
    assert (response.status_code, response.get_json()) == (200, {})
    row = stored(ehr, card["uuid"])
    assert (row.service, row.client, row.outcome) == (ORDERS, ISSUER, "overridden")
    assert (row.reason, row.commented) == (reason["code"], True)
    assert row.outcome_at == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    assert row.received == ehr.clock()
    kept = " ".join(str(getattr(row, column.name)) for column in CdsFeedbackRow.__table__.columns)
    assert "Anna" not in kept


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (..., ""),
        ({"userComment": "x"}, ""),
        ({"reason": {"code": "wrong-fact"}}, "wrong-fact"),
        ({"reason": {"code": "wrong-fact", "system": "http://elsewhere.example.org"}}, "other"),
        ({"reason": {"code": "Anna Example does not want it"}}, "other"),
    ],
)
def test_only_our_own_reasons_are_kept_as_they_come(ehr, given, reason):
    told = entry(outcome="overridden", overrideReason=given)
    assert tell(ehr, told, service=DRAFT).status_code == 200
    assert stored(ehr, told["card"]).reason == reason


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", "line 1"),
        ([], "$ must be a JSON object with a list named feedback"),
        ({}, "$ has no feedback, which must be a list of 1 to 200 entries"),
        ({"feedback": []}, "$.feedback must be a list of 1 to 200 entries"),
        ({"feedback": [7]}, "$.feedback[0] must be an object with card, outcome and outcomeTimestamp"),
        ({"feedback": [entry(card="7")]}, "$.feedback[0].card must be the uuid of the card"),
        ({"feedback": [entry(card=...)]}, "$.feedback[0] has no card, which must be the uuid of the card"),
        ({"feedback": [entry(), entry(outcome="ignored")]}, "$.feedback[1].outcome must be 'accepted' or 'overridden'"),
        ({"feedback": [entry(outcomeTimestamp="yesterday")]}, "outcomeTimestamp must be a date and time with zone"),
        ({"feedback": [entry(outcomeTimestamp="2026-11-22T12:00:00")]}, "outcomeTimestamp must be a date and time"),
        ({"feedback": [entry(overrideReason={"reason": "x"})]}, "overrideReason.reason must be a Coding with a code"),
        ({"feedback": [entry(overrideReason={"reason": {}})]}, "overrideReason.reason has no code, which must be"),
        ({"feedback": [entry()] * 201}, "$.feedback must be a list of 1 to 200 entries"),
    ],
)
def test_feedback_that_cannot_be_read_is_refused_whole(ehr, body, place):
    response = ehr.post(f"{ORDERS}/feedback", body)
    assert response.status_code == 400
    assert place in response.get_json()["error"]
    if isinstance(body, dict) and len(body.get("feedback", ())) == 2:
        with ehr.database.session() as session:
            found = session.scalars(
                select(CdsFeedbackRow.card).where(CdsFeedbackRow.card == body["feedback"][0]["card"])
            )
            assert not list(found)


@cds(148)
def test_feedback_on_a_card_is_taken_as_it_is_told_since_no_card_is_remembered(ehr):
    """The specification asks a service to know no card again, and ours keeps nothing of any patient."""
    told = entry()
    assert tell(ehr, told).status_code == 200
    assert stored(ehr, told["card"]).client == ISSUER


def test_every_word_of_the_schema_has_words_for_people():
    """Else a fault in a new element would be a fault of ours."""
    schema = validator("feedback").schema
    named: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            named.update(node.get("properties", {}))
            for below in node.values():
                walk(below)

    walk(schema)
    assert named == EXPECTED.keys() - {""}


def test_only_those_who_may_call_may_tell(ehr):
    assert ehr.post(f"{ORDERS}/feedback", {"feedback": [entry()]}, token=None).status_code == 401
    for_service = ehr.token(ORDERS)
    assert ehr.post(f"{ORDERS}/feedback", {"feedback": [entry()]}, for_service).status_code == 200
    for_other = ehr.token(f"{ORDERS}/feedback", aud=f"{PLUGIN}/cds-services/{DRAFT}")
    assert ehr.post(f"{ORDERS}/feedback", {"feedback": [entry()]}, for_other).status_code == 401


def test_used_tokens_are_forgotten_once_they_have_expired(ehr):
    ehr.call(patient_view())
    ehr.clock.at = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
    ehr.call(patient_view())
    with ehr.database.session() as session:
        assert len(list(session.scalars(select(CdsTokenRow)))) == 1


def test_the_tables_hold_no_column_for_a_patient():
    names = [column.name for row in (CdsFeedbackRow, CdsTokenRow) for column in row.__table__.columns]
    assert not [name for name in names if re.search("patient|user|text|comment$", name)]
