"""`careplan outbox` looks into the database that is there, says which, and never makes one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.storage.database import Database


def outbox(*arguments, **environment):
    return CliRunner().invoke(main, ["outbox", *arguments], env={f"CAREPLAN_{k}": v for k, v in environment.items()})


@pytest.mark.parametrize("arguments", [(), ("--format", "json"), ("--retry",)])
def test_where_no_database_is_it_says_so_and_makes_none(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    done = outbox(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"there is no database of the plug-in at sqlite:///{tmp_path}/instance/careplan.sqlite" in done.stderr
    assert "--config" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_database_of_another_program_is_left_alone(tmp_path):
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE birds (name TEXT)")
    done = outbox(DATABASE_URL=f"sqlite:///{file}")
    assert done.exit_code == 2
    assert "there is no database of the plug-in at" in done.stderr
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("birds",)]


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "x.sqlite").write_text("a shopping list" * 100)
    done = outbox(DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite")
    assert done.exit_code == 2
    assert f"the database sqlite:///{tmp_path}/x.sqlite cannot be opened" in done.stderr


def test_the_database_that_it_looked_into_is_named_beside_the_file_of_settings(tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    (site / "careplan.toml").write_text("")
    address = f"sqlite:///{site}/instance/careplan.sqlite"
    database = Database(address)
    database.upgrade()
    database.close()
    monkeypatch.chdir(tmp_path)
    done = outbox("--config", "site/careplan.toml")
    assert (done.exit_code, done.stdout) == (0, "Nothing waits to be sent.\n")
    assert done.stderr == f"careplan: looked into {address}\n"
    assert not Path("instance").exists()


def test_an_address_is_shown_without_its_password():
    assert (
        Database("postgresql://me:hush@db/careplan?password=hush").address == "postgresql+psycopg://me:***@db/careplan"
    )
