"""Kinds of jobs, pictures that go beside others, work without a picture, and long work that is done in parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("kind", sa.String(length=8), nullable=False, server_default="dream"))
    with op.batch_alter_table("job_pictures") as batch:
        batch.alter_column("source", existing_type=sa.String(length=64), nullable=True)
        batch.add_column(sa.Column("checkpoint", sa.Text(), nullable=True))
        batch.add_column(sa.Column("share", sa.Double(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("served", sa.Double(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("result_frames", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("result_lasts", sa.Double(), nullable=True))
        batch.add_column(sa.Column("result_beliefs", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "job_companions",
        sa.Column("job", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("attachment", sa.BigInteger(), nullable=True),
        sa.Column("spoiler", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_job_companions_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", "role", name=op.f("pk_job_companions")),
    )
    op.create_index(op.f("ix_job_companions_source"), "job_companions", ["source"], unique=False)
