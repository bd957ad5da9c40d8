"""The form that the team sees of a hand-over before it is sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("handover", sa.Column("unfinished", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("handover", "unfinished")
