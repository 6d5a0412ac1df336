"""What a member asks for, or has forgotten, and what is kept no longer, is found without reading all that has ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_jobs_kept_state"), "jobs", ["kept", "state"], unique=False)
    for rare in ("parent", "cancelled_by"):
        given = sa.text(f"{rare} IS NOT NULL")
        op.create_index(
            op.f(f"ix_jobs_{rare}"), "jobs", [rare], unique=False, sqlite_where=given, postgresql_where=given
        )
    op.create_index(op.f("ix_job_pictures_author"), "job_pictures", ["author"], unique=False)
    op.create_index(op.f("ix_job_companions_author"), "job_companions", ["author"], unique=False)
