"""The tables of challenges: see `bot.store.tables`, which has all of them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.schema import Number, metadata

challenges = Table(
    "challenges",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("guild", BigInteger, nullable=False),
    Column("creator", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("plan", JSON, nullable=False),  # see bot.challenges.plans
    Column("base", String(64)),  # content hash of the picture that everybody dreams
    Column("created", Double, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("series", BigInteger),  # the first of those that repeat
    Column("opened", Double),
    Column("finished", Double),
    Column("next_at", Double),  # when it goes on by itself
    Column("cleared", Boolean, nullable=False),  # its pictures and votes are gone
    Column("voters", Integer),  # whose votes were counted
    Index(None, "guild", "state"),
    Index(None, "next_at"),
    Index(None, "cleared", "finished"),
    Index(None, "base"),
    sqlite_autoincrement=True,
)

challenge_entries = Table(
    "challenge_entries",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("challenge", Number, ForeignKey("challenges.id", ondelete="CASCADE"), nullable=False),
    Column("member", BigInteger, nullable=False),
    Column("job", String(16)),
    Column("ordinal", Integer, nullable=False),
    Column("picture", String(64)),
    Column("format", String(8), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("spoiler", Boolean, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("submitted", Double, nullable=False),
    Column("reason", Text),
    Column("decided_by", BigInteger),
    Column("votes", Integer),
    Column("place", Integer),
    UniqueConstraint("challenge", "job", "ordinal"),
    Index(None, "member"),
    Index(None, "picture"),
    sqlite_autoincrement=True,
)

challenge_votes = Table(
    "challenge_votes",
    metadata,
    Column("entry", Number, ForeignKey("challenge_entries.id", ondelete="CASCADE"), primary_key=True),
    Column("voter", BigInteger, primary_key=True, autoincrement=False),
    Column("challenge", Number, ForeignKey("challenges.id", ondelete="CASCADE"), nullable=False),
    Column("at", Double, nullable=False),
    Index(None, "challenge", "voter"),
    Index(None, "voter"),
)

#: What is still to be announced or done, and what was. Each once: see bot.challenges.outbox.
challenge_outbox = Table(
    "challenge_outbox",
    metadata,
    Column("challenge", Number, ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True),
    Column("effect", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("created", Double, nullable=False),
    Column("due", Double, nullable=False),
    Column("first_tried", Double),
    Column("tries", Integer, nullable=False),
    Column("done", Double),
    Column("channel", BigInteger),
    Column("message", BigInteger),
    Column("log", Text),  # why it has not been done
    Index(None, "done", "due"),
)

challenge_changes = Table(
    "challenge_changes",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("challenge", Number, ForeignKey("challenges.id", ondelete="CASCADE"), nullable=False),
    Column("what", String(16), nullable=False),  # see bot.challenges.audit
    Column("entry", BigInteger),
    Column("by", BigInteger),  # NULL: the clock, or forgotten
    Column("at", Double, nullable=False),
    Column("detail", Text),
    Index(None, "challenge"),
    sqlite_autoincrement=True,
)
