"""One database: engine, sessions, and the migrations that travel in the package."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from plugin.errors import UsageError

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 30
_MIGRATING = threading.Lock()  # alembic keeps its context in the module: one thread at a time


class Database:
    """SQLite or PostgreSQL by address. Sessions are short: open, do one thing, close."""

    def __init__(self, url: str) -> None:
        """Prepare the engine; connects on first use.

        Raises UsageError when the address is no SQLAlchemy address, its driver is not installed, or the folder of
        an SQLite file cannot be made.
        """
        self._engine = _engine(url)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, undone when the block raises."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @property
    def address(self) -> str:
        """Where it is, for people: without password and options."""
        return self._engine.url.set(query={}).render_as_string(hide_password=True)

    def upgrade(self) -> None:
        """Bring the tables to this version of the program; safe to call at every start and from several processes."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        try:
            with _MIGRATING, self._engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except SQLAlchemyError as fault:
            raise UsageError(
                f"the database {self.address} cannot be opened or brought up to date ({_reason(fault)}): "
                "check database_url"
            ) from fault

    def is_in_use(self) -> bool:
        """Whether the plug-in has made its tables here. Raises UsageError where the database cannot be opened."""
        try:
            return inspect(self._engine).has_table("alembic_version")
        except SQLAlchemyError as fault:
            raise UsageError(
                f"the database {self.address} cannot be opened ({_reason(fault)}): check database_url"
            ) from fault

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def existing_database(url: str) -> Database:
    """The database at this address, where the plug-in has run before; brought up to date, never made.

    Raises UsageError where there is none, or where it cannot be opened.
    """
    parsed = _parsed(url)
    missing = parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file()
    database = None if missing else Database(url)
    if database is None or not database.is_in_use():
        shown = parsed.set(query={}).render_as_string(hide_password=True)
        raise UsageError(
            f"there is no database of the plug-in at {shown}: name the settings file that `careplan serve` runs with "
            "(--config or CAREPLAN_CONFIG), or start it once"
        )
    database.upgrade()
    return database


def _engine(url: str) -> Engine:
    parsed = _parsed(url)
    try:
        engine = create_engine(parsed, connect_args=_connect_args(parsed.get_backend_name()), pool_pre_ping=True)
    except ModuleNotFoundError as fault:
        raise UsageError(
            f"the driver for this database is not installed ({fault.name}): pip install 'careplan-plugin[postgres]'"
        ) from fault
    if parsed.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, parsed.database)
    return engine


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as fault:
        raise UsageError(
            f"database_url is not an address that SQLAlchemy understands ({fault}): "
            "write sqlite:////folder/file.sqlite or postgresql://user@host/name"
        ) from fault
    return parsed


def _connect_args(backend: str) -> dict[str, Any]:
    return {"timeout": _BUSY_SECONDS} if backend == "sqlite" else {}


def _prepare_sqlite(engine: Engine, file: str | None) -> None:
    if not file or file == ":memory:":
        raise UsageError("an SQLite database in memory forgets everything with each connection: name a file")
    folder = Path(file).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise UsageError(
            f"the folder of the database, {folder}, cannot be made ({fault.strerror}): "
            "make it for the user that runs the plug-in, or name another one in instance_folder or database_url"
        ) from fault

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        # The driver's own idea of transactions leaves DDL outside of them; we begin them ourselves.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Taking the write lock at once makes writers wait for each other; a lock asked for halfway fails instead.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reason(fault: SQLAlchemyError) -> str:
    original = getattr(fault, "orig", None)
    return str(original or fault).splitlines()[0]
