"""Dream challenges: entries, votes, what is to be announced, and who did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "challenges",
        sa.Column("id", number(), autoincrement=True, nullable=False),
        sa.Column("guild", sa.BigInteger(), nullable=False),
        sa.Column("creator", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=True),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("series", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.Double(), nullable=True),
        sa.Column("finished", sa.Double(), nullable=True),
        sa.Column("next_at", sa.Double(), nullable=True),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_challenges_base"), "challenges", ["base"], unique=False)
    op.create_index(op.f("ix_challenges_cleared_finished"), "challenges", ["cleared", "finished"], unique=False)
    op.create_index(op.f("ix_challenges_guild_state"), "challenges", ["guild", "state"], unique=False)
    op.create_index(op.f("ix_challenges_next_at"), "challenges", ["next_at"], unique=False)
    op.create_table(
        "challenge_changes",
        sa.Column("number", number(), autoincrement=True, nullable=False),
        sa.Column("challenge", number(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge"], ["challenges.id"], name=op.f("fk_challenge_changes_challenge"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_challenge_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_challenge_changes_challenge"), "challenge_changes", ["challenge"], unique=False)
    op.create_table(
        "challenge_entries",
        sa.Column("id", number(), autoincrement=True, nullable=False),
        sa.Column("challenge", number(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.String(length=16), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("spoiler", sa.Boolean(), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("submitted", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("votes", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge"], ["challenges.id"], name=op.f("fk_challenge_entries_challenge"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge_entries")),
        sa.UniqueConstraint("challenge", "job", "ordinal", name=op.f("uq_challenge_entries_challenge_job_ordinal")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_challenge_entries_member"), "challenge_entries", ["member"], unique=False)
    op.create_index(op.f("ix_challenge_entries_picture"), "challenge_entries", ["picture"], unique=False)
    op.create_table(
        "challenge_outbox",
        sa.Column("challenge", number(), nullable=False),
        sa.Column("effect", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("due", sa.Double(), nullable=False),
        sa.Column("first_tried", sa.Double(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done", sa.Double(), nullable=True),
        sa.Column("channel", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("log", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["challenge"], ["challenges.id"], name=op.f("fk_challenge_outbox_challenge"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("challenge", "effect", name=op.f("pk_challenge_outbox")),
    )
    op.create_index(op.f("ix_challenge_outbox_done_due"), "challenge_outbox", ["done", "due"], unique=False)
    op.create_table(
        "challenge_votes",
        sa.Column("entry", number(), nullable=False),
        sa.Column("voter", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("challenge", number(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge"], ["challenges.id"], name=op.f("fk_challenge_votes_challenge"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry"], ["challenge_entries.id"], name=op.f("fk_challenge_votes_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry", "voter", name=op.f("pk_challenge_votes")),
    )
    op.create_index(op.f("ix_challenge_votes_challenge_voter"), "challenge_votes", ["challenge", "voter"], unique=False)
    op.create_index(op.f("ix_challenge_votes_voter"), "challenge_votes", ["voter"], unique=False)
