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
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}  #: so that a later migration can name what it changes

metadata = MetaData(naming_convention=NAMES)

#: SQLite counts up only in a column that is an INTEGER to the letter.
Number = BigInteger().with_variant(Integer, "sqlite")

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
    sqlite_autoincrement=True,
)

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
