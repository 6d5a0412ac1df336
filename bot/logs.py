"""The log: readable on a terminal or one JSON object a line, the job named on each line about one, never a token.

configure(config)
with about(job.id):
    _log.info("the picture is kept")             # every line in here carries the job
_log.info("delivered", extra={"job": job.id})    # or one line alone
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import TextIO, cast

from bot.config import Config
from bot.errors import ConfigError
from bot.logfile import LogFile

#: Talk much about what is no trouble: heard from WARNING on.
LIBRARIES = (
    "aiohttp", "aiosqlite", "alembic", "asyncio", "dask", "discord", "distributed", "sqlalchemy", "tornado",
)  # fmt: skip

#: Of these, heard from INFO on where the bot itself says everything. Not the database's: it would say every statement,
#: with its values, and becomes slow by it.
CONNECTIONS = ("aiohttp", "discord", "distributed")

#: What is missing for voice, which nobody here needs.
_VOICE = "voice will NOT be supported"

_job: ContextVar[str | None] = ContextVar("job", default=None)

_HIDDEN = "[hidden]"

#: What opens something to whoever reads it, whoever wrote it down. Group 1 stays.
_SECRETS = (
    re.compile(r"((?:interactions|webhooks)/\d{5,25}/)[^/\s?\"'<>]+"),
    re.compile(r"((?:Bot|Bearer) )[\w-]{20,}[\w.-]*"),
    re.compile(r"()\b[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}"),  # a bot's token
    re.compile(r"()\baW50ZXJhY3Rpb246[\w=+/-]+"),  # an interaction's: “interaction:” in base64
    re.compile(r"(\btoken\\?[\"']?\s*[:=]\s*\\?[\"'])[^\"'\\]+"),
    re.compile(r"([?&]hm=)[0-9a-f]+"),  # the signature in a picture's link, which may be a private channel's
    re.compile(r"(://[^\s:/@]*:)[^\s@/]+(?=@)"),  # a database's password
)


def configure(config: Config, stream: TextIO | None = None) -> None:
    """Send everything that is logged, warned or never caught to `stream`, by default where the configuration says.

    Raises ConfigError.
    """
    handler = _Handler(stream or _stream(config))
    secrets = (config.token,) if config.token else ()
    handler.setFormatter(JsonLines(secrets) if config.log_format == "json" else Lines(secrets))
    handler.addFilter(_with_job)
    level = logging.getLevelNamesMapping()[config.log_level]
    levels = {library: max(level, _from(library, level)) for library in LIBRARIES}
    # Here and not only at their loggers, whose levels some libraries set when they are imported.
    handler.addFilter(lambda record: record.levelno >= levels.get(_library(record.name), 0))
    handler.addFilter(lambda record: record.name != "discord.client" or _VOICE not in str(record.msg))
    root = logging.getLogger()
    for old in [*root.handlers]:
        root.removeHandler(old)
        if isinstance(old, _Handler) and isinstance(old.stream, LogFile):
            old.stream.close()
    root.addHandler(handler)
    root.setLevel(level)
    for name in [*logging.root.manager.loggerDict, *LIBRARIES]:
        if _library(name) in LIBRARIES:
            _plain(logging.getLogger(name), levels[_library(name)])
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _stream(config: Config) -> TextIO:
    """Raises ConfigError for a file that cannot be written."""
    if config.log_file is None:
        return sys.stderr
    try:
        return cast("TextIO", LogFile(config.log_file))
    except OSError as error:
        raise ConfigError(f"DREAM_LOG_FILE={config.log_file} cannot be written: {error.strerror}.") from error


@contextmanager
def about(job: str | None) -> Iterator[None]:
    """Every line logged inside, by this task and those that it begins, is about the job."""
    token = _job.set(job)
    try:
        yield
    finally:
        _job.reset(token)


class _Formatter(logging.Formatter):
    """Knows what must not be written."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def hide(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        for pattern in _SECRETS:
            text = pattern.sub(rf"\1{_HIDDEN}", text)
        return text

    def trouble(self, record: logging.LogRecord) -> str:
        """The traceback, if there is one."""
        parts = [record.exc_text or self.formatException(record.exc_info)] if record.exc_info else []
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return "\n".join(parts)


class Lines(_Formatter):
    """For people: time, level, who, the job, what. What a stranger wrote cannot begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        job = getattr(record, "job", None)
        who = f"{_short(record.name)} [{job}]" if job else _short(record.name)
        text = f"{time} {record.levelname:<7} {who}: {record.getMessage()}"
        if trouble := self.trouble(record):
            text = f"{text}\n{trouble}"
        return _printable(self.hide(text))


class JsonLines(_Formatter):
    """For machines: one object a line with time, level, logger, message, and job and exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.datetime.fromtimestamp(record.created, tz=datetime.UTC)
        fields = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.hide(record.getMessage()),
            "job": getattr(record, "job", None),
            "exception": self.hide(self.trouble(record)),
        }
        return json.dumps({name: value for name, value in fields.items() if value})


class _Handler(logging.StreamHandler[TextIO]):
    """A line that cannot be written is reported without what it would have said."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        reason = sys.exc_info()[0]
        if reason is not None and not issubclass(reason, OSError):  # nobody listens any more: nothing to be done
            self.stream.write(f"a line of {record.name}:{record.lineno} could not be written ({reason.__name__})\n")


def _with_job(record: logging.LogRecord) -> bool:
    record.__dict__["job"] = record.__dict__.get("job") or _job.get()
    return True


def _library(name: str) -> str:
    return name.partition(".")[0]


def _from(library: str, level: int) -> int:
    return logging.INFO if level <= logging.DEBUG and library in CONNECTIONS else logging.WARNING


def _plain(logger: logging.Logger, level: int) -> None:
    """Whatever a library has set up for itself when it was imported would go past us."""
    logger.handlers = [handler for handler in logger.handlers if isinstance(handler, logging.NullHandler)]
    logger.propagate = True
    if logger.level < level:
        logger.setLevel(level if "." not in logger.name else logging.NOTSET)


def _short(name: str) -> str:
    """`bot.jobs.dispatcher` is `jobs.dispatcher` to whoever runs the bot."""
    return name.removeprefix("bot.")


def _printable(text: str) -> str:
    """Control characters spelled out (a terminal would obey them), further lines indented."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n    ".join("".join(c if c.isprintable() or c == "\t" else ascii(c)[1:-1] for c in line) for line in lines)


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("nobody caught this", exc_info=(kind, error, traceback))


def _uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None and not issubclass(caught.exc_type, SystemExit):
        _uncaught(caught.exc_type, caught.exc_value, caught.exc_traceback)
