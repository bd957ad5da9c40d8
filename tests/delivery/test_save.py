"""Saving to a FHIR server that we did not write, and to one that misbehaves."""

import logging
import time
from datetime import timedelta

import orjson
import pytest
import requests
from werkzeug.wrappers import Response

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.delivery.save import UnsoundPlan, save_plan
from plugin.storage.reviews import deliveries_of
from tests.delivery.example_review import NOON, decision, reviewed, stated
from tests.delivery.go_between import between

LIMITS = Limits(connect=2, read=2, retries=0)


@pytest.fixture
def server(ehr):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with between(ehr) as go_between:
        yield go_between


@pytest.fixture
def save(server, database):
    """Saves a review of the example draft, one minute after the other."""
    minutes = iter(range(100))

    def run(decisions=(), statements=(), withdrawn=()):
        at = NOON + timedelta(minutes=next(minutes))
        plan = reviewed(decisions, statements, iss=server.base, at=at, withdrawn=withdrawn)
        with http_session(LIMITS) as session:
            return save_plan(plan, FhirClient(session, server.base, LIMITS), database, lambda: at)

    return run


def stored(server, kind):
    entries = requests.get(f"{server.behind}/{kind}", timeout=10).json().get("entry", [])
    return [entry["resource"] for entry in entries]


def statements_of(server):
    """Our statements in the EHR, in force or not."""
    return [each for each in stored(server, "Observation") if "identifier" in each]


def refuse(words, status=422):
    issue = {"severity": "error", "code": "business-rule", "diagnostics": words}
    body = orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    return lambda request, _: Response(body, status, content_type="application/fhir+json") if _writes(request) else None


def _writes(request):
    return request.method in ("POST", "PUT")


def test_saved_means_that_the_ehr_holds_it(server, save, line_named):
    delivery = save([decision(line_named["cdk46-et"], "decline", reason="Not now")], [stated()])
    assert delivery.status == "saved", delivery.message
    [plan] = stored(server, "CarePlan")
    assert delivery.reference == f"CarePlan/{plan['id']}"
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")
    assert "Not now" in orjson.dumps(plan).decode()
    [provenance] = stored(server, "Provenance")
    assert provenance["target"][0]["reference"].endswith(delivery.reference)
    assert len(stored(server, "QuestionnaireResponse")) == 1


def test_pressing_twice_doubles_nothing(server, save, line_named):
    first = save([decision(line_named["pc"], "accept")], [stated()])
    written = len(server.sent)
    second = save([decision(line_named["pc"], "accept")], [stated()])
    assert second == first
    assert len(server.sent) == written
    assert len(stored(server, "Provenance")) == 1


def test_a_changed_review_updates_the_same_plan_and_keeps_the_record_of_both(server, save, line_named):
    first = save([decision(line_named["pc"], "accept")], [stated()])
    second = save([decision(line_named["pc"], "decline", reason="Moved away")], [stated()])
    assert second.status == "saved", second.message
    assert second.reference == first.reference
    [plan] = stored(server, "CarePlan")
    assert "Moved away" in orjson.dumps(plan).decode()
    assert len(stored(server, "Provenance")) == 2
    assert len(statements_of(server)) == 1


def test_a_statement_is_one_observation_however_often_it_changes(server, save):
    for value, minutes in ((False, 10), (True, 8), (False, 6)):
        answer = save(statements=[stated(value=value, at=NOON - timedelta(minutes=minutes))])
        assert answer.status == "saved", answer.message
    [only] = statements_of(server)
    assert (only["valueBoolean"], only["status"]) == (False, "final")
    assert only["effectiveDateTime"].startswith("2026-11-22T11:54")


def test_a_statement_taken_back_is_entered_in_error_and_says_by_whom(server, save):
    save(statements=[stated()])
    answer = save(withdrawn=[stated(value=None, reason="Wrong patient", at=NOON)])
    assert answer.status == "saved", answer.message
    [only] = statements_of(server)
    assert only["status"] == "entered-in-error"
    assert only["note"][-1]["text"] == "Withdrawn; Wrong patient"
    assert only["note"][-1]["authorReference"]["display"] == "Dr. Ana Ruiz"
    written = len(server.sent)
    assert save(withdrawn=[stated(value=None, at=NOON)]).status == "saved"
    assert len(server.sent) == written


def test_a_statement_taken_back_and_made_again_is_the_same_observation(server, save):
    save(statements=[stated()])
    save(withdrawn=[stated(value=None, at=NOON)])
    save(statements=[stated(value=True, at=NOON + timedelta(minutes=3))])
    [only] = statements_of(server)
    assert (only["valueBoolean"], only["status"]) == (True, "final")


def test_a_newer_statement_in_the_ehr_is_not_overwritten(server, save):
    save(statements=[stated()])
    [saved] = statements_of(server)
    newer = saved | {"valueBoolean": True, "effectiveDateTime": "2026-11-22T13:00:00+00:00"}
    requests.put(f"{server.behind}/Observation/{saved['id']}", json=newer, timeout=10)
    save(statements=[stated(reason="Said again")])
    save(withdrawn=[stated(value=None, at=NOON)])
    [only] = statements_of(server)
    assert (only["valueBoolean"], only["status"]) == (True, "final")


def test_a_statement_that_cannot_be_taken_back_is_not_called_saved(server, save):
    save(statements=[stated()])
    server.spoil = refuse("Observations are for ever", 403)
    answer = save(withdrawn=[stated(value=None, at=NOON)])
    assert answer.status == "refused"
    assert "Observations are for ever" in answer.message


def test_many_statements_are_found_with_short_addresses(server, save, monkeypatch):
    monkeypatch.setattr("plugin.delivery.look.ASKED_AT_ONCE", 1)
    both = [stated(), stated("er", "positive", number=8)]
    save(statements=both)
    save(withdrawn=[stated(value=None, at=NOON), stated("er", None, at=NOON)])
    assert [each["status"] for each in statements_of(server)] == ["entered-in-error"] * 2


def test_a_refusal_is_told_in_the_servers_own_words(server, save):
    server.spoil = refuse("Plans are closed on Sundays")
    delivery = save()
    assert delivery.status == "refused"
    assert "Plans are closed on Sundays" in delivery.message
    assert stored(server, "CarePlan") == [] or "Sundays" not in str(stored(server, "CarePlan"))


def test_a_plan_that_is_stored_differently_is_not_called_saved(server, save):
    def activate(request, answer):
        if request.method == "GET" and "/CarePlan/" in request.path:
            changed = answer.json() | {"status": "active"}
            return Response(orjson.dumps(changed), 200, content_type="application/fhir+json")
        return None

    server.spoil = activate
    delivery = save()
    assert delivery.status == "failed"
    assert "CarePlan.status: sent draft, stored active" in delivery.message


def test_a_lost_answer_is_not_called_saved_and_the_next_try_finds_what_arrived(server, save):
    def lose(request, _answer):
        if _writes(request):
            time.sleep(LIMITS.read + 0.5)
        return

    server.spoil = lose
    lost = save()
    assert lost.status == "failed"
    assert lost.message == "It is not certain that the plan arrived: the EHR gave no answer (time-out)."
    server.spoil = None
    written = len(server.sent)
    assert save().status == "saved"
    assert len(server.sent) == written
    assert len(stored(server, "CarePlan")) == len(stored(server, "Provenance")) == 1


def test_a_connection_that_breaks_while_storing_reads_like_any_answer_that_is_missing(save, monkeypatch):
    send = requests.Session.request

    def breaking(session, method, url, **options):
        if method != "GET":
            raise requests.ConnectionError("reset by peer")
        return send(session, method, url, **options)

    monkeypatch.setattr(requests.Session, "request", breaking)
    assert save().message == "It is not certain that the plan arrived: the EHR gave no answer (connection lost)."


def test_a_plan_that_somebody_changed_in_the_ehr_is_replaced_only_after_telling(server, save, line_named):
    first = save()
    [plan] = stored(server, "CarePlan")
    requests.put(f"{server.behind}/CarePlan/{plan['id']}", json=plan | {"title": "Ours now"}, timeout=10)
    told = save([decision(line_named["pc"], "accept")])
    assert told.status == "failed"
    assert "was changed since it was last saved from here" in told.message
    assert stored(server, "CarePlan")[0]["title"] == "Ours now"
    again = save([decision(line_named["pc"], "accept")])
    assert (again.status, again.reference) == ("saved", first.reference)


def test_a_plan_that_changes_between_look_and_write_is_told_as_changed(server, save, line_named):
    save()
    [plan] = stored(server, "CarePlan")

    def be_quicker(request):
        if request.method == "POST":
            requests.put(f"{server.behind}/CarePlan/{plan['id']}", json=plan | {"title": "Ours now"}, timeout=10)

    server.instead = be_quicker
    told = save([decision(line_named["pc"], "accept")])
    assert told.status == "failed"
    assert "was changed since it was last saved from here" in told.message
    assert stored(server, "CarePlan")[0]["title"] == "Ours now"
    server.instead = None
    assert save([decision(line_named["pc"], "accept")]).status == "saved"


def test_an_ehr_that_is_down_leaves_a_record_that_says_so(server, save, database):
    server.spoil = lambda request, answer: Response("<h1>Bad gateway</h1>", 502)
    delivery = save()
    assert delivery.status == "failed"
    assert "Nothing was sent" in delivery.message
    assert "502" in delivery.message
    assert deliveries_of_example(database, server)[0].status == "failed"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_breaks_down_while_it_stores_has_not_refused(server, save, status):
    server.spoil = refuse("Something broke", status)
    delivery = save()
    assert delivery.status == "failed"
    assert "not certain that the plan arrived" in delivery.message
    server.spoil = None
    assert save().status == "saved"
    assert len(stored(server, "CarePlan")) == 1


def deliveries_of_example(database, server):
    with database.session() as session:
        return deliveries_of(session, reviewed(iss=server.base).patient)


def test_nothing_is_sent_when_what_we_built_is_unsound(server, database, monkeypatch):
    monkeypatch.setattr("plugin.delivery.reviewed.UNDECIDED", "")
    plan = reviewed(iss=server.base)
    with http_session(LIMITS) as session, pytest.raises(UnsoundPlan):
        save_plan(plan, FhirClient(session, server.base, LIMITS), database, lambda: NOON)
    assert server.sent == []
