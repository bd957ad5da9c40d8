"""What a decision says beside its words, lines of the clinicians' own, and how often a review was changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("decision", sa.Column("terms", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "own_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("line_key", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_reference", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supersedes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["supersedes"], ["own_line.id"], name=op.f("fk_own_line_supersedes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_line")),
    )
    op.create_index("ix_own_line_patient", "own_line", ["iss", "patient_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("iss", "patient_id", name=op.f("pk_review")),
    )


def downgrade() -> None:
    op.drop_table("review")
    op.drop_index("ix_own_line_patient", table_name="own_line")
    op.drop_table("own_line")
    op.drop_column("decision", "terms")
