"""How a job's answer is given, and the thread that it is given in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("manner", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("jobs", sa.Column("thread", sa.BigInteger(), nullable=True))
