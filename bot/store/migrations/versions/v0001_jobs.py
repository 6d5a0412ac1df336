"""Jobs, their pictures, people, blocks, and what was measured."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("number", number(), autoincrement=True, nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("guild", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_blocks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_blocks_person_guild"), "blocks", ["person", "guild"], unique=False)
    op.create_table(
        "decoder_deaths",
        sa.Column("number", number(), autoincrement=True, nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("job", sa.String(length=16), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_decoder_deaths")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_decoder_deaths_person_at"), "decoder_deaths", ["person", "at"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("number", number(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requester", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("guild", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("token_expires", sa.Double(), nullable=True),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("ephemeral", sa.Boolean(), nullable=False),
        sa.Column("byte_limit", sa.BigInteger(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(length=200), nullable=False),
        sa.Column("parent", sa.String(length=16), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("finished", sa.Double(), nullable=True),
        sa.Column("delivered", sa.Double(), nullable=True),
        sa.Column("waiting_message", sa.BigInteger(), nullable=True),
        sa.Column("result_message", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_by", sa.BigInteger(), nullable=True),
        sa.Column("log", sa.Text(), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_jobs")),
        sa.UniqueConstraint("cause", name=op.f("uq_jobs_cause")),
        sa.UniqueConstraint("id", name=op.f("uq_jobs_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_jobs_delivered_state"), "jobs", ["delivered", "state"], unique=False)
    op.create_index(op.f("ix_jobs_guild_created"), "jobs", ["guild", "created"], unique=False)
    op.create_index(op.f("ix_jobs_kept_delivered"), "jobs", ["kept", "delivered"], unique=False)
    op.create_index(op.f("ix_jobs_requester_created"), "jobs", ["requester", "created"], unique=False)
    op.create_index(op.f("ix_jobs_state_requester"), "jobs", ["state", "requester"], unique=False)
    op.create_table(
        "measured",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_measured")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opted_out", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "job_pictures",
        sa.Column("job", sa.String(length=16), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("author", sa.BigInteger(), nullable=False),
        sa.Column("attachment", sa.BigInteger(), nullable=True),
        sa.Column("spoiler", sa.Boolean(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started", sa.Double(), nullable=True),
        sa.Column("begun", sa.Double(), nullable=True),
        sa.Column("finished", sa.Double(), nullable=True),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("log", sa.Text(), nullable=True),
        sa.Column("result_path", sa.Text(), nullable=True),
        sa.Column("result_format", sa.String(length=8), nullable=True),
        sa.Column("result_note", sa.Text(), nullable=True),
        sa.Column("result_width", sa.Integer(), nullable=True),
        sa.Column("result_height", sa.Integer(), nullable=True),
        sa.Column("result_recipe", sa.Text(), nullable=True),
        sa.Column("result_network", sa.Text(), nullable=True),
        sa.Column("result_seconds", sa.Double(), nullable=True),
        sa.Column("result_notes", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name=op.f("fk_job_pictures_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", "ordinal", name=op.f("pk_job_pictures")),
    )
    op.create_index(op.f("ix_job_pictures_finished"), "job_pictures", ["finished"], unique=False)
    op.create_index(op.f("ix_job_pictures_source"), "job_pictures", ["source"], unique=False)
