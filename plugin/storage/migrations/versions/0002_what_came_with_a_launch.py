"""A workspace keeps what its authorization server said of itself, and what else came with the launch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_WORKSPACE = sa.table(
    "workspace",
    sa.column("id", sa.String),
    sa.column("token_endpoint", sa.Text),
    sa.column("configuration", sa.JSON),
)


def upgrade() -> None:
    for name, kind, empty in (
        ("intent", sa.Text(), ""),
        ("tenant", sa.Text(), ""),
        ("fhir_context", sa.JSON(), "[]"),
        ("style", sa.JSON(), "{}"),
        ("configuration", sa.JSON(), "{}"),
    ):
        op.add_column("workspace", sa.Column(name, kind, nullable=False, server_default=empty))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_WORKSPACE.c.id, _WORKSPACE.c.token_endpoint)).all():
        known = {"authorization_endpoint": "", "token_endpoint": row.token_endpoint, "issuer": ""}
        connection.execute(sa.update(_WORKSPACE).where(_WORKSPACE.c.id == row.id).values(configuration=known))
    op.drop_column("workspace", "token_endpoint")


def downgrade() -> None:
    op.add_column("workspace", sa.Column("token_endpoint", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    for row in connection.execute(sa.select(_WORKSPACE.c.id, _WORKSPACE.c.configuration)).all():
        connection.execute(
            sa.update(_WORKSPACE)
            .where(_WORKSPACE.c.id == row.id)
            .values(token_endpoint=row.configuration["token_endpoint"])
        )
    for name in ("configuration", "style", "fhir_context", "tenant", "intent"):
        op.drop_column("workspace", name)
