"""The tables. Ids of Discord's are 64-bit integers, times are Unix seconds, and the types are ones that both SQLite
and PostgreSQL have. A change here needs a migration beside it; a test compares the two.
"""

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

from bot.store.challenge_tables import (
    challenge_changes,
    challenge_entries,
    challenge_outbox,
    challenge_votes,
    challenges,
)
from bot.store.schema import Number, metadata

__all__ = [
    "blocks",
    "challenge_changes",
    "challenge_entries",
    "challenge_outbox",
    "challenge_votes",
    "challenges",
    "decoder_deaths",
    "departures",
    "guild_blocks",
    "job_companions",
    "job_pictures",
    "jobs",
    "measured",
    "metadata",
    "pauses",
    "people",
    "reports",
    "setting_changes",
    "settings",
    "tombstones",
]

jobs = Table(
    "jobs",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),  # order of acceptance, whatever the clock does
    Column("id", String(16), nullable=False),
    Column("kind", String(8), nullable=False, server_default="dream"),  # says who reads `recipe`: see bot.kinds
    Column("state", String(16), nullable=False),
    Column("requester", BigInteger, nullable=False),
    Column("door", String(16), nullable=False),
    Column("guild", BigInteger),
    Column("channel", BigInteger, nullable=False),
    Column("message", BigInteger),
    Column("token", Text),
    Column("token_expires", Double),
    Column("reachable", Boolean, nullable=False),
    Column("ephemeral", Boolean, nullable=False),
    Column("byte_limit", BigInteger, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("cause", String(200), nullable=False),
    Column("parent", String(16)),
    Column("created", Double, nullable=False),
    Column("finished", Double),
    Column("delivered", Double),
    Column("waiting_message", BigInteger),
    Column("result_message", BigInteger),
    Column("cancelled_by", BigInteger),
    Column("log", Text),  # why it is undeliverable
    Column("kept", Boolean, nullable=False),  # its sources are still needed
    Column("under", BigInteger),  # the channel of the thread that `channel` is
    Column("manner", JSON(none_as_null=True)),  # see bot.jobs.manner
    Column("thread", BigInteger),  # made for the answer; 0: none could be had
    UniqueConstraint("id"),
    UniqueConstraint("cause"),
    Index(None, "requester", "created"),
    Index(None, "guild", "created"),
    Index(None, "state", "requester"),
    Index(None, "delivered", "state"),
    Index(None, "kept", "delivered"),
    Index(None, "kept", "state"),
    sqlite_autoincrement=True,
)
#: Few have either: only these are in the index.
for _rare in (jobs.c.parent, jobs.c.cancelled_by):
    Index(None, _rare, sqlite_where=_rare.is_not(None), postgresql_where=_rare.is_not(None))

job_pictures = Table(
    "job_pictures",
    metadata,
    Column("job", String(16), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("source", String(64)),  # content hash; NULL: made without a picture
    Column("filename", Text, nullable=False),
    Column("author", BigInteger, nullable=False),
    Column("attachment", BigInteger),
    Column("spoiler", Boolean, nullable=False),
    Column("alt", Text),
    Column("attempt", Integer, nullable=False),  # times it was handed out: what results are fenced with
    Column("started", Double),  # when a worker began the current attempt
    Column("begun", Double),  # when a worker first began it
    Column("finished", Double),
    Column("losses", Integer, nullable=False),  # workers that died over it
    Column("returns", Integer, nullable=False),  # times it came back before a worker had begun
    Column("restarts", Integer, nullable=False),  # times that the bot itself stopped while it was dreamt
    Column("checkpoint", Text),  # the file with which long work goes on; NULL: from the beginning
    Column("share", Double, nullable=False, server_default="0"),  # of the whole work, done up to there
    Column("served", Double, nullable=False, server_default="0"),  # seconds that the parts up to there have taken
    Column("error", Text),
    Column("log", Text),
    Column("result_path", Text),
    Column("result_format", String(8)),
    Column("result_note", Text),
    Column("result_width", Integer),
    Column("result_height", Integer),
    Column("result_recipe", Text),
    Column("result_network", Text),
    Column("result_seconds", Double),
    Column("result_notes", JSON),
    Column("result_frames", Integer),  # of a film
    Column("result_lasts", Double),  # seconds, of a film
    Column("result_beliefs", JSON(none_as_null=True)),  # what the network takes a picture for, before and after
    Index(None, "source"),
    Index(None, "finished"),
    Index(None, "author"),
)

#: Pictures that go beside the ones that are dreamt: what is to grow in them, and where. No work of their own.
job_companions = Table(
    "job_companions",
    metadata,
    Column("job", String(16), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(8), primary_key=True),  # see bot.kinds
    Column("source", String(64), nullable=False),
    Column("filename", Text, nullable=False),
    Column("author", BigInteger, nullable=False),
    Column("attachment", BigInteger),
    Column("spoiler", Boolean, nullable=False),
    Index(None, "source"),
    Index(None, "author"),
)

people = Table(
    "people",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("opted_out", Double),  # since when others may not have this person's pictures dreamt; NULL: they may
)

blocks = Table(
    "blocks",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("person", BigInteger, nullable=False),
    Column("guild", BigInteger),  # NULL: everywhere
    Column("until", Double),  # NULL: for good
    Column("reason", Text),
    Column("by", BigInteger),
    Column("created", Double, nullable=False),
    Index(None, "person", "guild"),
    sqlite_autoincrement=True,
)

measured = Table(
    "measured",
    metadata,
    Column("name", String(200), primary_key=True),  # see bot.jobs.estimates
    Column("seconds", Double, nullable=False),
    Column("count", Integer, nullable=False),
)

decoder_deaths = Table(
    "decoder_deaths",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("person", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("job", String(16), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Index(None, "person", "at"),
    sqlite_autoincrement=True,
)

settings = Table(
    "settings",
    metadata,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("level", String(8), primary_key=True),  # server, channel or role
    Column("place", BigInteger, primary_key=True, autoincrement=False),  # the channel's or role's id; 0: the server
    Column("key", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

setting_changes = Table(
    "setting_changes",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("edit", BigInteger, nullable=False),  # number of the first change that was made together with it
    Column("kind", String(8), nullable=False),  # see bot.moderation.edits
    Column("guild", BigInteger, nullable=False),
    Column("level", String(8), nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("key", String(32), nullable=False),
    Column("before", Text),  # NULL: nothing was set
    Column("after", Text),
    Column("by", BigInteger),  # NULL: forgotten
    Column("at", Double, nullable=False),
    Column("undoes", BigInteger),  # the edit that this one takes back
    Index(None, "guild", "edit"),
    sqlite_autoincrement=True,
)

pauses = Table(
    "pauses",
    metadata,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Double, nullable=False),
    Column("by", BigInteger),
    Column("reason", Text),
)

#: Servers that the operator wants to have nothing to do with.
guild_blocks = Table(
    "guild_blocks",
    metadata,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("until", Double),  # NULL: for good
    Column("reason", Text),
    Column("created", Double, nullable=False),
)

#: Servers that the bot is no longer in, and since when: see bot.owner.departing.
departures = Table(
    "departures",
    metadata,
    Column("guild", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
)

#: Who was forgotten, in numbers that only the key in the data folder makes of their ids: see bot.jobs.aliases.
tombstones = Table(
    "tombstones",
    metadata,
    Column("alias", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Double, primary_key=True),
)

#: Who has reported is not kept: the log channel tells the moderators.
reports = Table(
    "reports",
    metadata,
    Column("message", BigInteger, primary_key=True, autoincrement=False),  # that carries the dream
    Column("guild", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)
