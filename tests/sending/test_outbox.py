"""What got no answer is sent later: after a restart, with its own launch, once, and only if nothing has changed."""

import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, update
from werkzeug.wrappers import Response

from plugin.cli import main
from plugin.launch.tokens import Tokens, seal
from plugin.storage.database import Database
from plugin.storage.outbox import end_launch
from plugin.storage.tables import WorkspaceRow
from plugin.web.outbox import Outbox
from tests.delivery.ways import outcome
from tests.sending.writable import down_for_writing


def changed(sending, statement):
    database = Database(sending.visit.settings.database)
    with database.session() as session:
        session.execute(statement)
    database.close()


def test_what_got_no_answer_is_sent_after_a_restart_and_the_page_says_so_all_along(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    page = sending.page()
    assert "Not confirmed." in page
    assert "tries again by itself" in page
    outbox = sending.restart()
    assert outbox.send_due() == []
    sending.clock.advance(minutes=2)
    [tried] = outbox.send_due()
    assert (tried.state, tried.cause) == ("waiting", "no-answer")
    sending.visit.launch()
    assert "it has tried once" in sending.page()
    sending.server.instead = None
    sending.clock.advance(minutes=1)
    assert outbox.send_due() == []
    sending.clock.advance(minutes=1)
    [tried] = sending.restart().send_due()
    assert tried.state == "sent"
    sending.visit.launch()
    assert "<strong>Saved</strong>" in sending.page()
    assert sending.count("CarePlan") == sending.count("Provenance") == 1
    assert outbox.send_due() == []


@pytest.mark.parametrize("status", [429, 500])
def test_only_a_no_is_final(sending, status):
    sending.server.instead = down_for_writing(status)
    sending.save()
    sending.server.instead = None
    sending.clock.advance(minutes=2)
    assert [each.state for each in sending.restart().send_due()] == ["sent"]
    assert sending.count("CarePlan") == 1


@pytest.mark.parametrize(("status", "asked", "minutes"), [(429, "600", 10), (503, "999999", 240)])
def test_the_next_attempt_comes_when_the_ehr_wants_it_within_limits(sending, status, asked, minutes):
    sending.server.instead = down_for_writing(status, Retry_After=asked)
    sending.save()
    sending.server.instead = None
    outbox = sending.restart()
    sending.clock.advance(minutes=minutes, seconds=-1)
    assert outbox.send_due() == []
    sending.clock.advance(seconds=2)
    assert [each.state for each in outbox.send_due()] == ["sent"]


def test_an_ehr_that_asks_for_a_pause_while_it_is_read_gets_it(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    sending.server.instead = lambda _: outcome(503, "Back soon", "transient", headers={"Retry-After": "1800"})
    sending.clock.advance(minutes=2)
    outbox = sending.restart()
    assert [(each.state, each.cause) for each in outbox.send_due()] == [("waiting", "no-answer")]
    sending.server.instead = None
    sending.clock.advance(minutes=29)
    assert outbox.send_due() == []
    sending.clock.advance(minutes=2)
    assert [each.state for each in outbox.send_due()] == ["sent"]


def test_a_launch_that_has_grown_too_old_promises_nothing(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    sending.clock.advance(hours=12)
    sending.visit.launch()
    page = sending.page()
    assert "tries again by itself" not in page
    assert "the launch that it belonged to has ended" in page


def test_a_refusal_is_not_tried_again(sending):
    sending.server.instead = lambda request: None if request.method == "GET" else outcome(422, "No")
    sending.save()
    sending.clock.advance(hours=1)
    written = len(sending.written())
    assert sending.restart().send_due() == []
    assert len(sending.written()) == written


def test_what_a_process_had_begun_when_it_died_is_sent_by_the_next_one(sending, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    sending.page()
    with monkeypatch.context() as patched:
        patched.setattr("plugin.delivery.save.send_together", die)
        with pytest.raises(KeyboardInterrupt):
            sending.save()
    outbox = sending.restart()
    sending.clock.advance(minutes=2)
    assert [each.state for each in outbox.send_due()] == ["sent"]
    assert sending.count("CarePlan") == 1


def test_a_plan_that_arrived_although_its_answer_got_lost_is_not_sent_again(sending):
    spoilt = outcome(502, "Bad gateway")
    sending.server.spoil = lambda request, _: spoilt if request.method == "POST" else None
    sending.save()
    sending.server.spoil = None
    sending.clock.advance(minutes=2)
    assert [each.state for each in sending.restart().send_due()] == ["sent"]
    assert sending.count("Provenance") == 1


def test_a_plan_that_was_reviewed_further_is_not_sent_by_itself(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    sending.visit.decide("treatment-category/bma", "defer", "offered", reason="Teeth first")
    sending.server.instead = None
    sending.clock.advance(minutes=2)
    [tried] = sending.restart().send_due()
    assert (tried.state, tried.cause) == ("ended", "changed")
    assert sending.count("CarePlan") == 0
    sending.visit.launch()
    assert "the review or the chart is not what it was" in sending.page()
    sending.save()
    assert "<strong>Saved</strong>" in sending.page()


def test_nothing_is_sent_once_the_launch_was_closed_and_the_next_launch_offers_it(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    sending.server.instead = None
    changed(sending, delete(WorkspaceRow))
    sending.clock.advance(minutes=2)
    [tried] = sending.restart().send_due()
    assert (tried.state, tried.cause) == ("ended", "launch-ended")
    assert sending.count("CarePlan") == 0
    sending.visit.launch()
    page = sending.page()
    assert "the launch that it belonged to has ended" in page
    assert 'id="unconfirmed"' in page
    sending.save()
    assert "<strong>Saved</strong>" in sending.page()


def documented():
    """What docs/delivery.md says, in one line."""
    return " ".join((Path(__file__).parents[2] / "docs/delivery.md").read_text(encoding="utf-8").split())


def close(sending, **form):
    return sending.visit.post("/close", **form).text


def test_closing_while_a_plan_waits_warns_first_and_the_next_launch_offers_to_send_it_at_once(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    asked = close(sending)
    assert "A plan is still waiting to be sent to" in asked
    assert "Closing now means it will not be sent by itself." in asked
    assert "Closing now means it will not be sent by itself" in documented()
    assert "tries again by itself" in sending.page()
    assert "<strong>The plan was not sent.</strong>" in close(sending, unsent="yes")
    assert sending.visit.page().status_code == 401
    sending.visit.launch()
    page = sending.page()
    assert "the launch that it belonged to has ended" in page
    assert "tries again by itself" not in page
    sending.server.instead = None
    sending.clock.advance(hours=1)
    assert sending.restart().send_due() == []
    sending.save()
    assert "<strong>Saved</strong>" in sending.page()


def test_a_session_in_which_nothing_waits_is_closed_at_once(sending):
    sending.save()
    closed = close(sending)
    assert "This session is closed" in closed
    assert "not sent" not in closed


def test_a_launch_that_is_closed_while_its_plan_is_on_its_way_has_sent_it(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    sending.clock.advance(minutes=2)

    def close_meanwhile(request):
        sending.server.instead = None
        database = Database(sending.visit.settings.database)
        with database.session() as session:
            end_launch(session, sending.visit.workspace.removeprefix("/w/"), sending.clock())
        database.close()

    sending.server.instead = lambda request: close_meanwhile(request) if request.method == "POST" else None
    assert [(each.state, each.cause) for each in sending.restart().send_due()] == [("sent", "")]


def test_another_launch_is_told_whose_launch_has_to_stay_open(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    assert "as long as this launch is open" in sending.page()
    sending.visit.launch()
    assert "as long as the launch that it was saved in is open" in sending.page()


def expired(request):
    """An EHR that takes neither the token nor the refresh token any more."""
    if request.path.endswith("/token"):
        return Response('{"error": "invalid_grant"}', 400, content_type="application/json")
    return outcome(401, "Token expired", "login")


@pytest.mark.parametrize("refresh", ["", "a token that nobody takes"])
def test_nothing_is_sent_once_the_token_cannot_be_renewed(sending, refresh):
    sending.server.instead = down_for_writing()
    sending.save()
    sealed = seal(Tokens("old", refresh, None), sending.visit.settings.secret_key)
    changed(sending, update(WorkspaceRow).values(tokens=sealed))
    sending.server.instead = expired
    sending.clock.advance(minutes=2)
    tried = sending.restart().send_due()
    assert [(each.state, each.cause) for each in tried] == [("ended", "launch-ended")]


def test_two_outboxes_at_once_send_once(sending):
    sending.server.instead = down_for_writing()
    sending.save()
    sending.server.instead = None
    sending.clock.advance(minutes=2)
    outboxes = [sending.restart(), sending.restart()]
    tried = []
    threads = [threading.Thread(target=lambda one=one: tried.extend(one.send_due())) for one in outboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [each.state for each in tried].count("sent") >= 1
    assert sending.count("CarePlan") == sending.count("Provenance") == sending.count("QuestionnaireResponse") == 1
    assert len([one for one in sending.written() if one == "POST /"]) == 2


def test_the_thread_sends_what_is_due_and_ends_when_told(sending, monkeypatch):
    monkeypatch.setattr("plugin.web.outbox.SECONDS_BETWEEN", 0.05)
    sending.server.instead = down_for_writing()
    sending.save()
    sending.server.instead = None
    sending.clock.advance(minutes=2)
    outbox = Outbox(sending.visit.app)
    outbox.start()
    for _ in range(200):
        if sending.count("CarePlan"):
            break
        threading.Event().wait(0.05)
    outbox.stop()
    assert sending.count("CarePlan") == 1


@pytest.fixture
def careplan(sending, tmp_path):
    """The command on the installation of this visit; the clock of the machine is far ahead of the visit's."""
    issuer = json.dumps([{"iss": sending.server.base, "client_id": "careplan", "label": "General Hospital"}])
    settings = sending.visit.settings
    environment = {
        "CAREPLAN_SECRET_KEY": settings.secret_key,
        "CAREPLAN_INSTANCE_FOLDER": str(settings.instance_folder),
        "CAREPLAN_ALLOWED_ISSUERS": issuer,
        "CAREPLAN_LOG_LEVEL": "error",
    }
    return lambda *arguments: CliRunner().invoke(main, ["outbox", *arguments], env=environment)


def test_the_command_lists_what_waits_without_a_word_about_a_patient(sending, careplan):
    assert careplan().stdout == "Nothing waits to be sent.\n"
    sending.server.instead = down_for_writing()
    sending.save()
    [line] = careplan().stdout.splitlines()
    assert "waiting  General Hospital  not tried again yet" in line
    assert line.endswith("the EHR gave no answer")
    listed = json.loads(careplan("--format", "json").stdout)["outbox"]
    assert [(each["ehr"], each["state"], each["cause"]) for each in listed] == [
        ("General Hospital", "waiting", "no-answer")
    ]
    assert not {"p1", "Iris", "Example"} & set(line.replace('"', " ").split())


def test_the_command_sends_now_what_waits(sending, careplan, monkeypatch):
    monkeypatch.setattr("plugin._now", sending.clock)
    sending.server.instead = down_for_writing()
    sending.save()
    number = str(json.loads(careplan("--format", "json").stdout)["outbox"][0]["delivery"])
    failed = careplan("--retry", "--delivery", number)
    assert failed.exit_code == 3
    assert f"1 of 1 could not be sent ({number})" in failed.stderr
    sending.server.instead = None
    assert careplan("--retry").exit_code == 0
    assert sending.count("CarePlan") == 1
    assert careplan().stdout == "Nothing waits to be sent.\n"
    assert "sent" in careplan("--all").stdout
    assert careplan("--retry", "--delivery", number).exit_code == 2
    assert careplan("--delivery", number).exit_code == 2


def test_no_log_line_of_the_outbox_names_the_patient(sending, capsys):
    sending.server.instead = down_for_writing()
    sending.save()
    sending.server.instead = None
    sending.clock.advance(minutes=2)
    sending.restart().send_due()
    told = capsys.readouterr().err
    assert "outbox_tried" in told
    for secret in ("Iris", "p1", "opaque"):
        assert secret not in told
