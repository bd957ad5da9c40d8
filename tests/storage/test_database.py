from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import StatementError

from plugin.errors import UsageError
from plugin.storage.database import Database
from plugin.storage.reviews import Author, PatientKey, add_fact, facts_of, words_in_force
from plugin.storage.tables import Base, FactRow

OUTBOX = {"outbox", "patient_lease"}
PATIENT = PatientKey("https://ehr.example.org/fhir", "p1")
ANNA = Author("Practitioner/1", "Dr Anna Example")


def state(database: Database, finding: str, at: datetime) -> None:
    with database.session() as session:
        add_fact(session, PATIENT, finding=finding, value=True, reason="", author=ANNA, at=at)


def test_migrations_build_exactly_the_tables_of_the_program(database: Database) -> None:
    with database.session() as session:
        assert compare_metadata(MigrationContext.configure(session.connection()), Base.metadata) == []


def test_upgrade_twice_changes_nothing(database: Database) -> None:
    state(database, "metastatic", datetime(2026, 1, 1, tzinfo=UTC))
    database.upgrade()
    with database.session() as session:
        assert list(words_in_force(facts_of(session, PATIENT))) == ["metastatic"]


def test_processes_that_start_together_upgrade_once(database_url: str) -> None:
    program = "import sys; from plugin.storage.database import Database; Database(sys.argv[1]).upgrade()"
    started = [subprocess.Popen([sys.executable, "-c", program, database_url]) for _ in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]


def test_threads_that_start_together_upgrade_once(database_url: str) -> None:
    def start(_: int) -> None:
        database = Database(database_url)
        database.upgrade()
        database.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, range(4))) == [None] * 4


def test_what_was_stored_survives_a_restart(database_url: str) -> None:
    first = Database(database_url)
    first.upgrade()
    state(first, "metastatic", datetime(2026, 1, 1, tzinfo=UTC))
    first.close()
    second = Database(database_url)
    with second.session() as session:
        assert words_in_force(facts_of(session, PATIENT))["metastatic"].author == ANNA
    second.close()


def test_a_block_that_fails_leaves_nothing_behind(database: Database) -> None:
    def fail_after_writing() -> None:
        with database.session() as session:
            add_fact(session, PATIENT, finding="er", value="positive", reason="", author=ANNA, at=datetime.now(UTC))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    with database.session() as session:
        assert words_in_force(facts_of(session, PATIENT)) == {}


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    auckland = timezone(timedelta(hours=13))
    state(database, "metastatic", datetime(2026, 11, 23, 2, 30, tzinfo=auckland))
    with database.session() as session:
        at = words_in_force(facts_of(session, PATIENT))["metastatic"].at
    assert at.isoformat() == "2026-11-22T13:30:00+00:00"


def test_a_time_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time without zone"):
        state(database, "metastatic", datetime(2026, 11, 23, 2, 30))


def test_writers_wait_for_each_other(database: Database) -> None:
    def write(number: int) -> None:
        for turn in range(5):
            state(database, f"finding-{number}-{turn}", datetime(2026, 1, 1, tzinfo=UTC))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.session() as session:
        assert len(words_in_force(facts_of(session, PATIENT))) == 30


def test_sqlite_keeps_foreign_keys_and_a_write_ahead_log(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    database.upgrade()
    with database.session() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    database.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not an address that SQLAlchemy understands"),
        ("oracolo://host/x", "not an address that SQLAlchemy understands"),
        ("sqlite://", "in memory forgets"),
        ("mysql://host/x", "driver for this database is not installed"),
    ],
)
def test_a_wrong_address_says_what_to_write(url: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Database(url)


def test_a_file_that_is_no_database_names_the_file_and_the_setting(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("this is not a database, it is a shopping list of some length\n" * 20)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(UsageError, match=r"notes\.txt cannot be opened .*check database_url"):
        database.upgrade()
    database.close()


def test_a_password_in_the_address_stays_out_of_the_message() -> None:
    database = Database("postgresql://someone:hunter2@127.0.0.1:1/none")
    with pytest.raises(UsageError) as caught:
        database.upgrade()
    assert "hunter2" not in str(caught.value)
    database.close()


def test_rows_of_facts_are_never_changed(database: Database) -> None:
    state(database, "er", datetime(2026, 1, 1, tzinfo=UTC))
    state(database, "er", datetime(2026, 1, 2, tzinfo=UTC))
    with database.session() as session:
        assert len(session.scalars(select(FactRow)).all()) == 2


def test_downgrade_is_not_needed_to_look_inside(database_url: str) -> None:
    database = Database(database_url)
    database.upgrade()
    database.close()
    engine = create_engine(database_url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    assert names == {"alembic_version", *Base.metadata.tables}
