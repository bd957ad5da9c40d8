"""What the log says of readings and saves: enough to find the fault, and not a word about the patient."""

import json

import pytest
from werkzeug.wrappers import Response

from tests.delivery.ways import is_transaction, outcome, refusing
from tests.sending.writable import down_for_writing

# The token, and what names the patient: id, given name, family name, a result of hers.
SECRETS = ("opaque", "p1", "Iris", "Example", "urn:oid:secret")
WORDS = "Iris Example (p1) is not yours, urn:oid:secret"


@pytest.fixture
def events(sending, capsys):
    """The log since the last look, as (event, facts); it never names the patient."""

    def read():
        told = capsys.readouterr().err
        for secret in SECRETS:
            assert secret not in told
        lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
        return [(line["event"], line) for line in lines]

    read()
    return read


def the(found, name):
    """The one event of this name."""
    [facts] = [facts for event, facts in found if event == name]
    return facts


def test_a_save_and_the_same_again(sending, events):
    sending.save()
    saved = the(events(), "plan_save_ended")
    assert (saved["ehr"], saved["way"], saved["status"], saved["cause"]) == (
        sending.server.base,
        "transaction",
        "saved",
        "",
    )
    assert (saved["level"], saved["by"], saved["not_stored"]) == ("info", "reviewer", [])
    assert saved["stored"] > 2
    sending.save()
    again = the(events(), "plan_save_repeated")
    assert (again["delivery"], again["status"], again["cause"]) == (saved["delivery"], "saved", "held-already")


def test_a_refusal_is_told_by_its_status_and_codes(sending, events):
    sending.server.instead = lambda request: outcome(422, WORDS) if is_transaction(request) else None
    sending.save()
    told = the(events(), "plan_save_ended")
    assert (told["level"], told["status"], told["cause"]) == ("warning", "refused", "422 (business-rule)")
    assert "CarePlan refused" in told["not_stored"]


def test_codes_that_are_none_stay_out(sending, events):
    sending.server.instead = lambda request: outcome(422, WORDS, code=WORDS) if is_transaction(request) else None
    sending.save()
    assert the(events(), "plan_save_ended")["cause"] == "422"


def test_no_answer_is_told_and_so_is_the_attempt_of_the_outbox(sending, events):
    sending.server.instead = down_for_writing()
    sending.save()
    told = the(events(), "plan_save_ended")
    assert (told["status"], told["cause"], told["by"]) == ("failed", "503 (transient)", "reviewer")
    sending.server.instead = None
    sending.clock.advance(minutes=2)
    sending.restart().send_due()
    found = events()
    told = the(found, "plan_save_ended")
    assert (told["status"], told["by"]) == ("saved", "outbox")
    assert the(found, "outbox_tried")["state"] == "sent"


def test_a_plan_stored_otherwise_is_told_by_its_elements(sending, events):
    def spoil(request, answer):
        if request.method != "GET" or not request.path.startswith("/fhir/CarePlan/"):
            return None
        held = answer.json() | {"title": WORDS, "status": "active"}
        return Response(json.dumps(held), 200, content_type="application/fhir+json")

    sending.server.spoil = spoil
    sending.save()
    told = the(events(), "plan_save_ended")
    assert (told["status"], told["cause"], told["not_stored"]) == ("failed", "stored-otherwise", ["CarePlan differs"])
    assert "CarePlan.status" in told["differs"]


def test_a_read_back_that_fails_is_told(sending, events):
    sending.server.instead = refusing("GET", "/CarePlan/", lambda: outcome(403, WORDS, "forbidden"))
    sending.save()
    assert the(events(), "plan_save_ended")["cause"] == "read-back: 403 (forbidden)"


def test_one_by_one_tells_where_it_stopped(make_sending, capsys):
    sending = make_sending(delivery="single")
    sending.server.instead = refusing("POST", "/Provenance", lambda: outcome(400, WORDS))
    sending.save()
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "plan_save_ended" in line]
    assert [(each["way"], each["status"], each["cause"]) for each in told] == [
        ("single", "partial", "400 (business-rule)")
    ]
    assert told[0]["not_stored"] == ["Provenance refused"]
    assert not any(secret in json.dumps(told) for secret in SECRETS)


def test_a_chart_that_failed_in_part_is_told_by_type_and_cause(sending, events):
    failing = {"Observation": outcome(403, WORDS), "Condition": Response(WORDS, 500), "Procedure": Response(WORDS)}

    def instead(request):
        return failing.get(request.path.removeprefix("/fhir/").split("?")[0])

    sending.server.instead = instead
    sending.visit.post("/reload")
    assert "could not be read" in sending.page()
    told = [facts for event, facts in events() if event == "chart_read"][-1]
    assert (told["level"], told["ehr"]) == ("warning", sending.server.base)
    assert sorted(told["missing"]) == [
        "Condition: refused (500)",
        "Observation: refused (403)",
        "Procedure: refused (200)",
    ]
