"""Two windows, two processes, a process that died: one plan, written once."""

import multiprocessing
import os
import threading
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from plugin.delivery.journal import Attempt, BeingSaved, Overtaken
from plugin.delivery.route import WHOLE
from plugin.storage import outbox
from plugin.storage.database import Database
from plugin.storage.leases import LEASE, extend_lease, give_back_lease, take_lease
from plugin.storage.reviews import PatientKey
from tests.delivery.example_review import NOON, reviewed
from tests.delivery.ways import SINGLE, Ways, outcome

PATIENT = PatientKey("https://ehr.example.org/fhir", "p1")
OTHER = PatientKey("https://ehr.example.org/fhir", "p2")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shared.sqlite'}"
    url = os.environ["CAREPLAN_TEST_POSTGRES"].replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def shared(address):
    database = Database(address)
    database.upgrade()
    yield database
    database.close()


def take(database, owner, at=NOON, patient=PATIENT):
    with database.session() as session:
        return take_lease(session, patient, owner, at)


def test_a_lease_is_held_by_one_until_it_is_given_back_or_has_ended(shared):
    assert take(shared, "one")
    assert take(shared, "one", NOON + LEASE / 2)
    assert not take(shared, "two", NOON + LEASE)
    assert take(shared, "two", patient=OTHER)
    assert take(shared, "two", NOON + LEASE * 1.5)
    with shared.session() as session:
        assert not extend_lease(session, PATIENT, "one", NOON)
        give_back_lease(session, PATIENT, "one")
    assert not take(shared, "three", NOON)
    with shared.session() as session:
        give_back_lease(session, PATIENT, "two")
    assert take(shared, "three", NOON)


def _compete(address, gate, number, won):
    database = Database(address)
    gate.wait()
    if take(database, f"process {number}"):
        won.put(number)
    database.close()


def test_of_many_processes_one_gets_the_lease(shared, address):
    spawn = multiprocessing.get_context("spawn")
    gate, won = spawn.Barrier(3), spawn.Queue()
    processes = [spawn.Process(target=_compete, args=(address, gate, number, won)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert won.get(timeout=5) in range(3)
    assert won.empty()


@pytest.mark.parametrize("route", [WHOLE, SINGLE])
def test_two_windows_that_save_at_once_write_one_plan(ways, route, tmp_path):
    # Each window has a database of its own, as another process would.
    windows = [Ways(ways.server, Database(f"sqlite:///{tmp_path / 'careplan.sqlite'}")) for _ in range(2)]
    saved = []
    threads = [threading.Thread(target=lambda one=one: saved.append(one.save(route))) for one in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for one in windows:
        one.database.close()
    assert [each.status for each in saved] == ["saved", "saved"]
    assert saved[0].reference == saved[1].reference
    assert ways.counts() == {"CarePlan": 1, "QuestionnaireResponse": 1, "Provenance": 1}


def test_who_waits_in_vain_is_told_that_another_window_is_saving(ways):
    patient = reviewed(iss=ways.server.base).patient
    take(ways.database, "another", NOON + LEASE / 2, patient)
    with pytest.raises(BeingSaved, match="another window"):
        ways.save(WHOLE, patience=0.2)
    assert ways.server.asked == []


def test_the_lease_of_a_process_that_died_ends_by_itself(ways):
    take(ways.database, "dead", NOON - timedelta(minutes=2), reviewed(iss=ways.server.base).patient)
    assert ways.save(WHOLE, patience=0).status == "saved"


def waiting_of(ways, delivery):
    with ways.database.session() as session:
        return outbox.entry(session, delivery.id)


def test_a_save_by_hand_takes_what_waits_out_of_the_outbox(ways):
    ways.server.instead = lambda request: None if request.method == "GET" else outcome(503, "Back soon", "transient")
    first = ways.save(WHOLE, attempt=Attempt("launch-1"))
    waiting = waiting_of(ways, first)
    assert (waiting.state, waiting.cause) == ("waiting", "no-answer")
    ways.server.instead = None
    assert ways.save(WHOLE, attempt=Attempt("launch-1")).status == "saved"
    assert (waiting_of(ways, first).state, waiting_of(ways, first).cause) == ("ended", "superseded")
    written = len(ways.server.sent)
    with pytest.raises(Overtaken):
        ways.save(WHOLE, attempt=Attempt("launch-1", waiting))
    assert len(ways.server.sent) == written
