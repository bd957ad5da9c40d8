"""Alembic's entry: runs the migrations on the connection that `Database.upgrade` opened, in its transaction."""

from alembic import context
from sqlalchemy import text

from plugin.storage.tables import Base

_LOCK = 0x6361726570  # any number: processes that start together upgrade one after the other

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
context.configure(connection=connection, target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
