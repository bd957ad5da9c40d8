"""Whom the patient can call, as a clinician typed it, and the item that a line of their own came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("own_line", sa.Column("item", sa.String(length=64), nullable=False, server_default=""))
    op.create_table(
        "page_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("callees", sa.JSON(), nullable=False),
        sa.Column("author_reference", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_note")),
    )
    op.create_index("ix_page_note_patient", "page_note", ["iss", "patient_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_page_note_patient", table_name="page_note")
    op.drop_table("page_note")
    op.drop_column("own_line", "item")
