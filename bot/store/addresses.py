"""Where a database is: addresses as operators write them, with our drivers."""

from __future__ import annotations

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot.errors import ConfigError

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def database_url(address: str) -> URL:
    """With our drivers. Raises ConfigError."""
    try:
        url = make_url(address)
    except ArgumentError:
        raise ConfigError(
            "DATABASE_URL is no database's address; SQLite's look like sqlite:////folder/dreambot.sqlite."
        ) from None
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ConfigError("DATABASE_URL names no file: what is accepted has to survive the bot.")
    return url


def unopened(url: URL, error: DBAPIError | OSError) -> ConfigError:
    """What is said of a database that cannot be opened."""
    return ConfigError(f"The database {shown(url)} cannot be opened: {reason(error)}.")


def shown(url: URL) -> str:
    """Without its password."""
    return url.render_as_string(hide_password=True)


def reason(error: Exception) -> str:
    """What the driver or the system says, in one line, and nothing of the rows that it may be about."""
    if isinstance(error, DBAPIError):
        error = error.orig if isinstance(error.orig, Exception) else error
    said = error.strerror if isinstance(error, OSError) else None
    return (said or str(error).strip() or "it does not answer").splitlines()[0].rstrip(".")


def undriven(error: ImportError) -> ConfigError:
    """What is said where the driver for it is not installed."""
    return ConfigError(
        f"DATABASE_URL needs the Python package {error.name}: install Dreambot with it, pip install"
        ' ".[film,postgres]" in its folder.'
    )
