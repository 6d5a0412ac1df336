"""All that a PostgreSQL database has as a SQLite file, and back: so backups are of one form, wherever the database is.

No tools of the server's have to be installed for it, and none has to be of the server's version. Everything blocks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Double,
    Engine,
    Float,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    func,
    inspect,
    literal,
    select,
    table,
    text,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeEngine

from bot.errors import BotError, ConfigError
from bot.files import sync_folder
from bot.store.addresses import shown, undriven, unopened
from bot.store.migrating import known_revisions, upgrade
from bot.store.tables import metadata

AT_A_TIME = 1000  #: rows in memory
VERSIONS = "alembic_version"
#: Seconds to wait for a server; and strings come as strings, whatever its database keeps them in.
_CONNECTING = {"connect_timeout": 10, "client_encoding": "utf8"}
NUL = "\0"  #: which PostgreSQL takes in no text


class Unfit(BotError):
    """A database that has no tables of the bot's, or those of a newer version."""


@contextmanager
def connected(url: URL, **options: Any) -> Iterator[Connection]:
    """One connection, outside of every pool. Raises ConfigError where the server does not take it."""
    engine = _engine(url)
    try:
        try:
            connection = engine.connect()
        except (DBAPIError, OSError) as error:
            raise unopened(url, error) from error
        with connection:
            yield connection.execution_options(**options)
    finally:
        engine.dispose()


def revision(connection: Connection) -> str | None:
    """Up to which migration its tables are; None where there are none."""
    if not inspect(connection).has_table(VERSIONS):
        return None
    found = connection.execute(select(column("version_num")).select_from(table(VERSIONS))).scalar()
    return None if found is None else str(found)


def check_encoding(connection: Connection) -> None:
    """Raises ConfigError where it cannot keep every text, as a server that was set up without a language may."""
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise ConfigError(
            f"The database {shown(connection.engine.url)} keeps its texts in {encoding}: make one in UTF8, createdb"
            " --encoding=UTF8 --template=template0 NAME, and name that one in DATABASE_URL."
        )


def filled(connection: Connection) -> bool:
    """Whether there is anything in it but empty tables."""
    there = set(inspect(connection).get_table_names())
    ours = [one for one in metadata.sorted_tables if one.name in there]
    return any(connection.execute(select(literal(1)).select_from(one).limit(1)).first() is not None for one in ours)


def copy_out(url: URL, file: Path) -> str:
    """One state of the database, while others go on writing to it, as a SQLite file that is not there yet.

    Returns up to which migration it is. Raises Unfit, ConfigError, SQLAlchemyError, OSError.
    """
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            connected(url, isolation_level="REPEATABLE READ", postgresql_readonly=True) as source,
            connected(URL.create("sqlite", database=str(file))) as target,
        ):
            now = _fitting(source)
            with target.begin():
                upgrade(target, now)
                for one in _tables(target):
                    _pour(one, source, target)
                _count_on_in_sqlite(_tables(target), source, target)
        with file.open("rb") as written:
            os.fsync(written.fileno())
        sync_folder(file.parent)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return now


def copy_in(file: Path, target: Connection) -> None:
    """Replace all that the PostgreSQL database behind `target` has, inside its transaction, by what a SQLite file has
    whose tables are this version's. Raises Unfit, SQLAlchemyError.
    """
    check_encoding(target)
    if (now := revision(target)) is not None and now not in known_revisions():
        raise _newer(target.engine.url)
    upgrade(target)
    with connected(URL.create("sqlite", database=str(file))) as source:
        tables = _tables(source)
        names = ", ".join(f'"{one.name}"' for one in tables)
        target.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        for one in tables:
            _pour(one, source, target)
        _count_on_in_postgres(tables, source, target)


def _engine(url: URL) -> Engine:
    sqlite = url.get_backend_name() == "sqlite"
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args={} if sqlite else dict(_CONNECTING))
    except ImportError as error:
        raise undriven(error) from error
    if sqlite:

        @event.listens_for(engine, "connect")
        def connected(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # the driver begins no transactions of its own
            connection.execute("PRAGMA secure_delete = ON")

        @event.listens_for(engine, "begin")
        def began(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN")

    return engine


def _fitting(source: Connection) -> str:
    """Its revision, where this version of the bot knows that. Raises Unfit."""
    now = revision(source)
    if now is None:
        raise Unfit(
            f"The database {shown(source.engine.url)} has no tables of the bot's: set DATABASE_URL to the one that the"
            " bot has."
        )
    if now not in known_revisions():
        raise _newer(source.engine.url)
    return now


def _newer(url: URL) -> Unfit:
    return Unfit(
        f"The database {shown(url)} was made by a newer version of the bot: update the bot, or name an empty database"
        " in DATABASE_URL."
    )


def _tables(sqlite: Connection) -> list[Table]:
    """As they are there, whichever version has made them; first what others refer to."""
    found = MetaData()
    found.reflect(sqlite)
    return [one for one in found.sorted_tables if one.name != VERSIONS]


def _pour(whole: Table, source: Connection, target: Connection) -> None:
    """All rows. JSON goes as the text that it is: `null` and nothing at all are not the same."""
    clean = target.dialect.name == "postgresql"
    query = select(*(cast(one, Text) if isinstance(one.type, JSON) else _as_is(one) for one in whole.columns))
    put = whole.insert().values({one.name: _bound(one, to_json=clean) for one in whole.columns})
    names = [_bind(one) for one in whole.columns]
    count = 0
    with source.execute(query.execution_options(yield_per=AT_A_TIME)) as rows:
        for part in rows.partitions():
            values = [dict(zip(names, map(_without_nul, row) if clean else row, strict=True)) for row in part]
            target.execute(put, values)
            count += len(values)
    there = target.execute(select(func.count()).select_from(whole)).scalar_one()
    if there != count:
        raise BotError(f"Of {count} rows of the table {whole.name}, {there} have arrived.")


def _type(one: Column[Any]) -> TypeEngine[Any]:
    """What both understand, for any type of `bot.store.tables`."""
    if isinstance(one.type, Boolean):
        return Boolean()
    if isinstance(one.type, Integer):
        return BigInteger()
    return Double() if isinstance(one.type, Float | Numeric) else Text()


def _as_is(one: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(one, _type(one))


def _bound(one: Column[Any], *, to_json: bool) -> ColumnElement[Any]:
    bound = bindparam(_bind(one), type_=_type(one))
    return cast(bound, JSON) if to_json and isinstance(one.type, JSON) else bound


def _bind(one: Column[Any]) -> str:
    return f"of_{one.name}"


def _without_nul(value: Any) -> Any:
    """Strangers name their files, and SQLite takes it all."""
    return value.replace(NUL, "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


def _count_on_in_sqlite(tables: list[Table], source: Connection, target: Connection) -> None:
    """A number that was given once is never given again, though its row is gone: buttons on Discord still name it."""
    for one, _, sequence in _counted(tables, source):
        last = source.execute(text("SELECT pg_sequence_last_value(CAST(:name AS regclass))"), {"name": sequence})
        values = {"name": one.name, "last": last.scalar() or 0}
        target.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        target.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)


def _count_on_in_postgres(tables: list[Table], source: Connection, target: Connection) -> None:
    """The same, the other way round."""
    counts = select(text("seq")).select_from(text("sqlite_sequence")).where(text("name = :name"))
    for one, number, sequence in _counted(tables, target):
        given = source.execute(counts, {"name": one.name}).scalar() or 0
        last = max(given, source.execute(select(func.max(number))).scalar() or 0)
        if last > 0:
            target.execute(text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": sequence, "last": last})


def _counted(tables: list[Table], postgres: Connection) -> Iterator[tuple[Table, Column[Any], str]]:
    """Tables whose rows are numbered, with the column and the name of PostgreSQL's sequence."""
    for one in tables:
        if len(one.primary_key.columns) == 1:
            (number,) = one.primary_key.columns
            names = {"table": f'"{one.name}"', "column": number.name}
            sequence = postgres.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), names).scalar()
            if sequence is not None:
                yield one, number, str(sequence)
