"""Servers without transactions: single requests in order, nothing half-written left unsaid, a repeat goes on."""

import time

import pytest
from werkzeug.wrappers import Response

from plugin.chart.client import FhirClient
from plugin.delivery.route import WHOLE
from tests.delivery.example_review import decision, stated
from tests.delivery.ways import ALL, LIMITS, SINGLE, Route, is_transaction, outcome, refusing, states

ONE_OF_EACH = {"CarePlan": 1, "QuestionnaireResponse": 1, "Provenance": 1}


def without_transactions(status, code="business-rule"):
    return lambda request: outcome(status, "One at a time, please", code) if is_transaction(request) else None


def test_each_part_is_stored_read_back_and_refers_to_the_others(ways, line_named):
    delivery = ways.save(SINGLE, [decision(line_named["pc"], "accept")], [stated()])
    assert delivery.status == "saved", delivery.message
    assert ways.counts() == ONE_OF_EACH
    assert not any(request == "POST /" for request in ways.server.asked)
    [plan] = ways.stored("CarePlan")
    assert delivery.reference == f"CarePlan/{plan['id']}"
    assert "urn:uuid" not in str([plan, ways.stored("Provenance")])
    for part in delivery.response["parts"]:
        assert f"GET /{part['where']}" in ways.server.asked


def test_pressing_twice_writes_once(ways):
    first = ways.save(SINGLE, statements=[stated()])
    written = len(ways.server.sent)
    assert ways.save(SINGLE, statements=[stated()]) == first
    assert len(ways.server.sent) == written


@pytest.mark.parametrize("conditional", [frozenset(), ALL])
def test_everything_that_is_created_is_created_under_a_condition(ways, conditional):
    asked = []
    ways.server.spoil = lambda request, _: asked.append(request.headers.get("If-None-Exist"))
    ways.save(Route("single", ALL, conditional=conditional), statements=[stated()])
    created = [one for one, request in zip(asked, ways.server.asked, strict=True) if request.startswith("POST")]
    assert len(created) == 4
    assert all(condition and ("identifier=" in condition or "target=" in condition) for condition in created)
    searches = [one for one in ways.server.asked if one == "GET /QuestionnaireResponse"]
    assert len(searches) == (0 if conditional else 1)


def test_a_refused_part_is_named_in_the_ehrs_words_and_a_repeat_goes_on_there(ways):
    no = lambda: outcome(422, "We keep no forms", expression="QuestionnaireResponse.status")  # noqa: E731
    ways.server.instead = refusing("POST", "/QuestionnaireResponse", no)
    delivery = ways.save(SINGLE, statements=[stated()])
    assert delivery.status == "partial"
    assert states(delivery) == {
        "CarePlan": "stored", "Observation": "stored", "QuestionnaireResponse": "refused", "Provenance": "not-sent",
    }  # fmt: skip
    assert "QuestionnaireResponse.status: We keep no forms" in delivery.message
    ways.server.instead = None
    written = len(ways.server.sent)
    again = ways.save(SINGLE, statements=[stated()])
    assert again.status == "saved", again.message
    assert [each["resourceType"] for each in ways.server.sent[written:]] == ["QuestionnaireResponse", "Provenance"]
    assert ways.counts() == ONE_OF_EACH
    assert ways.save(SINGLE, statements=[stated()]) == again


@pytest.mark.parametrize(("kind", "name"), [("CarePlan", "the plan"), ("Provenance", "the record of who reviewed it")])
def test_an_answer_that_got_lost_on_the_way_doubles_nothing(ways, kind, name):
    def lose(request, _answer):
        if request.method == "POST" and request.path.endswith(kind):
            time.sleep(LIMITS.read + 0.3)

    ways.server.spoil = lose
    delivery = ways.save(SINGLE, statements=[stated()])
    assert delivery.status in ("partial", "failed")
    assert states(delivery)[kind] == "uncertain"
    assert delivery.message == f"It is not certain that {name} arrived: the EHR gave no answer (time-out)."
    ways.server.spoil = None
    again = ways.save(SINGLE, statements=[stated()])
    assert again.status == "saved", again.message
    assert ways.counts() == ONE_OF_EACH
    assert len([one for one in ways.stored("Observation") if "identifier" in one]) == 1


def test_a_review_that_changed_after_a_partial_save_replaces_what_was_stored(ways, line_named):
    ways.server.instead = refusing("POST", "/QuestionnaireResponse", lambda: outcome(422, "Not now"))
    first = ways.save(SINGLE)
    ways.server.instead = None
    second = ways.save(SINGLE, [decision(line_named["pc"], "decline", reason="Moved away")])
    assert (second.status, second.reference) == ("saved", first.reference)
    assert "Moved away" in str(ways.stored("CarePlan"))


def test_a_plan_changed_in_the_ehr_between_look_and_write_is_left_as_it_is(ways, line_named):
    ways.save(SINGLE)
    ways.server.instead = refusing("PUT", "/CarePlan", lambda: outcome(412, "Somebody was quicker", "conflict"))
    delivery = ways.save(SINGLE, [decision(line_named["pc"], "accept")])
    assert states(delivery)["CarePlan"] == "refused"
    assert "changed in the EHR in the meantime" in delivery.message
    assert "Somebody was quicker" in delivery.message


@pytest.mark.parametrize(("status", "code"), [(404, "not-found"), (405, ""), (501, ""), (400, "not-supported")])
def test_an_ehr_that_takes_no_transaction_gets_single_requests_at_once_and_it_is_remembered(ways, status, code):
    ways.server.instead = without_transactions(status, code)
    delivery = ways.save(WHOLE)
    assert delivery.status == "saved", delivery.message
    assert delivery.response["lacks"] == [["*", "transaction"]]
    assert ways.counts() == ONE_OF_EACH


@pytest.mark.parametrize("route", [SINGLE, WHOLE])
@pytest.mark.parametrize("kind", ["CarePlan", "QuestionnaireResponse"])
def test_a_process_that_died_on_the_way_left_word_of_how_far_it_came(ways, monkeypatch, route, kind):
    create = FhirClient.create

    def die_after(self, resource, condition=""):
        made = create(self, resource, condition)
        if resource["resourceType"] == kind:
            raise KeyboardInterrupt
        return made

    ways.server.instead = without_transactions(405)
    with monkeypatch.context() as patched:
        patched.setattr(FhirClient, "create", die_after)
        with pytest.raises(KeyboardInterrupt):
            ways.save(route, statements=[stated()])
    again = ways.save(route, statements=[stated()])
    assert again.status == "saved", again.message
    assert ways.counts() == ONE_OF_EACH


def test_what_began_with_single_requests_goes_on_with_them_after_a_restart(ways):
    no_form = refusing("POST", "/Provenance", lambda: outcome(422, "Not now"))
    no_transaction = without_transactions(405)
    ways.server.instead = lambda request: no_transaction(request) or no_form(request)
    assert ways.save(WHOLE).status == "partial"
    ways.server.instead = no_transaction
    assert ways.save(WHOLE).status == "saved"
    assert ways.counts() == ONE_OF_EACH


def test_a_refusal_of_the_content_is_not_taken_for_one_of_transactions(ways):
    ways.server.instead = without_transactions(422)
    delivery = ways.save(WHOLE)
    assert delivery.status == "refused"
    assert "lacks" not in delivery.response
    assert ways.counts() == {}


def test_what_is_stored_differently_is_not_called_saved(ways):
    def activate(request, answer):
        if request.method == "GET" and "/CarePlan/" in request.path:
            return Response(answer.text.replace('"draft"', '"active"'), 200, content_type="application/fhir+json")
        return None

    ways.server.spoil = activate
    delivery = ways.save(SINGLE)
    assert delivery.status == "partial"
    assert states(delivery)["CarePlan"] == "differs"
    assert "CarePlan.status: sent draft, stored active" in delivery.message


def test_an_ehr_that_asks_to_slow_down_has_not_refused(ways):
    ways.server.instead = refusing("POST", "/CarePlan", lambda: outcome(429, "Too fast", "throttled"))
    assert ways.save(SINGLE).status == "failed"
    ways.server.instead = None
    assert ways.save(SINGLE).status == "saved"
    assert ways.counts() == ONE_OF_EACH
