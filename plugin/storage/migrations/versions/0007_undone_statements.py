"""Statements that take back another, and how far a workspace has seen what statements changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("fact") as table:
        table.add_column(sa.Column("undoes", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_fact_undoes"), "fact", ["undoes"], ["id"])
    op.add_column("workspace", sa.Column("changes_seen", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("workspace", "changes_seen")
    with op.batch_alter_table("fact") as table:
        table.drop_constraint(op.f("fk_fact_undoes"), type_="foreignkey")
        table.drop_column("undoes")
