"""Which way a plan takes: what the EHR says of itself, what the launch was granted, what the site has set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.delivery.ability import Abilities, Ability, ability_of
from plugin.delivery.route import choose
from tests.delivery.go_between import between
from tests.delivery.ways import outcome

ALL = ("CarePlan", "Goal", "Observation", "Provenance", "QuestionnaireResponse", "DocumentReference")
LIMITS = Limits(connect=2, read=2, retries=0)


def statement(types=ALL, system=("transaction",), interactions=("create", "read", "update", "search-type")):
    resources = [{"type": kind, "interaction": [{"code": code} for code in interactions]} for kind in types]
    rest = {"mode": "server", "resource": resources, "interaction": [{"code": code} for code in system]}
    return {"resourceType": "CapabilityStatement", "rest": [rest]}


def may_all(_kind, _right):
    return True


def without(*kinds):
    return lambda kind, _right: kind not in kinds


@pytest.mark.parametrize(
    ("said", "strategy", "why"),
    [
        (statement(), "transaction", ""),
        (statement(system=("batch",)), "single", "several resources in one transaction"),
        (statement(types=("CarePlan",)), "plan", "let apps create Goal"),
        (statement(types=("DocumentReference",)), "document", "let apps create CarePlan"),
        (statement(types=("Patient",)), "download", "let apps create CarePlan"),
        (statement(interactions=("read", "search-type")), "download", "let apps create DocumentReference"),
        ({"resourceType": "Bundle"}, "transaction", ""),
        ({"resourceType": "CapabilityStatement", "rest": []}, "transaction", ""),
    ],
)
def test_the_fullest_way_that_the_ehr_offers(said, strategy, why):
    route = choose(ability_of(said), may_all)
    assert route.strategy == strategy
    assert why in " ".join(route.reasons)
    assert bool(why) == bool(route.reasons)


def test_a_type_without_a_list_of_interactions_is_tried():
    said = statement()
    del said["rest"][0]["resource"][0]["interaction"]
    assert choose(ability_of(said), may_all).strategy == "transaction"


@pytest.mark.parametrize(
    ("may", "strategy", "parts"),
    [
        (without("Provenance"), "transaction", {"CarePlan", "Goal", "Observation", "QuestionnaireResponse"}),
        (without("Observation"), "transaction", {"CarePlan", "Provenance", "QuestionnaireResponse"}),
        (without(*(kind for kind in ALL if kind != "CarePlan")), "plan", {"CarePlan"}),
        (without("CarePlan"), "document", {"DocumentReference"}),
        (without("CarePlan", "DocumentReference"), "download", set()),
        (lambda kind, right: (kind, right) != ("CarePlan", "r"), "document", {"DocumentReference"}),
    ],
)
def test_nothing_is_written_that_the_launch_was_not_granted(may, strategy, parts):
    route = choose(ability_of(statement()), may)
    assert (route.strategy, route.parts) == (strategy, parts)
    assert "was not granted the right to" in " ".join(route.reasons)


def test_a_way_that_the_site_has_set_overrules_what_the_ehr_says_but_not_what_was_granted():
    nothing = ability_of(statement(types=("Patient",)))
    for strategy in ("transaction", "single", "plan", "document", "download"):
        assert choose(nothing, may_all, strategy).strategy == strategy
    refused = choose(nothing, without("CarePlan"), "plan")
    assert (refused.strategy, refused.forced) == ("download", True)
    assert "was not granted the right to create CarePlan" in refused.reasons[0]


def test_a_printed_plan_is_not_offered_where_none_can_be_made_and_it_says_why():
    said = ability_of(statement(types=("DocumentReference",)))
    route = choose(said, may_all, cannot_print=lambda: "No PDF can be made: no such extra.")
    assert route.strategy == "download"
    assert "No PDF can be made: no such extra." in route.reasons


def test_an_ehr_is_asked_once_an_hour_and_what_it_refused_is_remembered(ehr):
    clock = [datetime(2026, 11, 22, 12, tzinfo=UTC)]
    abilities = Abilities(lambda: clock[0])
    with between(ehr) as server, http_session(LIMITS) as session:
        client = FhirClient(session, server.base, LIMITS)
        assert abilities.at_hand(server.base).unread
        assert choose(abilities.of(server.base, client), may_all).strategy == "transaction"
        assert "CarePlan" in abilities.of(server.base, client).conditional
        assert server.asked == ["GET /metadata"]
        abilities.learn(server.base, [("*", "transaction")])
        assert choose(abilities.at_hand(server.base), may_all).strategy == "single"
        clock[0] += timedelta(hours=1)
        assert choose(abilities.of(server.base, client), may_all).strategy == "transaction"
        assert server.asked == ["GET /metadata"] * 2


@pytest.mark.parametrize("status", [200, 403, 500])
def test_an_ehr_that_does_not_say_what_it_can_do_is_tried_and_asked_again_soon(ehr, status):
    clock = [datetime(2026, 11, 22, 12, tzinfo=UTC)]
    abilities = Abilities(lambda: clock[0])
    with between(ehr) as server, http_session(LIMITS) as session:
        server.instead = lambda _request: outcome(status, "No metadata")
        client = FhirClient(session, server.base, LIMITS)
        assert choose(abilities.of(server.base, client), may_all).strategy == "transaction"
        server.instead = None
        assert abilities.of(server.base, client).unread
        clock[0] += timedelta(minutes=5)
        assert abilities.of(server.base, client) != Ability()
        assert not abilities.of(server.base, client).unread
