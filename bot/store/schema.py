"""What all tables have in common."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

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
