"""What an older version of the program stored is there after an upgrade."""

from __future__ import annotations

from datetime import UTC, datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from plugin.storage.database import _MIGRATIONS, Database
from plugin.storage.tables import WorkspaceRow

COLUMNS = [
    *("id", "browser_hash", "iss", "patient_id", "encounter_id", "user_reference", "user_name", "user_subject"),
    *("scopes", "missing_scopes", "smart_style_url", "token_endpoint", "tokens"),
]


def test_an_open_workspace_keeps_its_token_endpoint(database_url: str) -> None:
    Database(database_url).close()  # makes the folder
    engine = create_engine(database_url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        values = {name: f"the {name}" for name in COLUMNS}
        now = datetime(2026, 11, 22, tzinfo=UTC)
        names = ", ".join([*COLUMNS, "need_patient_banner", "created", "expires"])
        places = ", ".join(f":{name}" for name in [*COLUMNS, "need_patient_banner", "created", "expires"])
        connection.execute(
            text(f"INSERT INTO workspace ({names}) VALUES ({places})"),  # noqa: S608 - names of our own
            values | {"need_patient_banner": True, "created": now.isoformat(), "expires": now.isoformat()},
        )
    engine.dispose()
    database = Database(database_url)
    database.upgrade()
    with database.session() as session:
        row = session.get_one(WorkspaceRow, "the id")
        assert row.configuration["token_endpoint"] == "the token_endpoint"
        assert (row.intent, row.tenant, row.fhir_context, row.style) == ("", "", [], {})
        assert row.tokens == "the tokens"
    database.close()
