"""What the operator has set: the environment and `.env`, read once, checked, frozen. Nothing is read at import.

    config = read_config(os.environ, Path(".env"))

Every variable stands in `.env.example` with its default. A wrong value ends the start with one sentence that names it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import platformdirs

from bot.defaults import DEFAULTS
from bot.environment import Reader, read_dotenv, slips
from bot.errors import ConfigError
from dreamcore.errors import clip

DISCORD_API = "https://discord.com/api/v10"
DISCORD_PICTURE_HOSTS = ("cdn.discordapp.com", "media.discordapp.net")

_OTHERS = frozenset({"DISCORD_OPENAPI"})  #: not the bot's, though it looks as if it were
_CERTIFICATES = {
    "DREAM_SCHEDULER_CA": "the certificate of the authority that has signed the others",
    "DREAM_SCHEDULER_CERT": "this machine's own certificate",
    "DREAM_SCHEDULER_KEY": "the key of this machine's own certificate",
}

_MOST = 1_000_000  # of anything that is counted


@dataclass(frozen=True, kw_only=True)
class LimitsConfig:
    """How much is taken, counted from the job table. 0 means no limit."""

    member_per_hour: int = 10  # pictures
    member_per_day: int = 0
    member_waiting: int = 3  # requests that wait or run
    guild_per_hour: int = 0
    guild_per_day: int = 0
    guild_waiting: int = 100
    waiting: int = 1000  # everywhere
    films_per_day: int = 2  # of one member
    grids_per_day: int = 10
    personal_per_hour: int = 5  # pictures, for the bot installed by a person for themselves


@dataclass(frozen=True, kw_only=True)
class ExecutorConfig:
    """Where dreams are made."""

    scheduler: str | None = None  # a Dask scheduler's address; None: workers of our own on this machine
    scheduler_ca: str | None = None  # files: the authority that has signed the scheduler's certificate,
    scheduler_cert: str | None = None  # our own certificate
    scheduler_key: str | None = None  # and its key
    workers: int = 0  # of our own; 0: one for each GPU, or one on the CPU
    device: str = "auto"
    threads: int = 0  # of one worker; 0: the machine's cores over the workers
    download: bool = True  # weights may be fetched
    hung_after: float = 30.0  # seconds without progress, at the least


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that an operator decides."""

    token: str | None = field(repr=False)
    home: Path  # data: database, kept pictures, results
    database: str = field(repr=False)  # SQLAlchemy's address; may hold a password
    networks: Path | None = None  # a folder of weights that are there already
    api: str | None = None  # another address of Discord's API, loopback only: the playground
    prefix: str = "!"
    settings: str = ""  # what holds on every server unless it says otherwise: see bot.moderation.operator
    keep_days: float = 7.0  # sources, after delivery
    keep_bytes: int = 5 << 30  # of all sources together; 0: no limit
    guilds: frozenset[int] = frozenset()  # servers that the bot may be in; none: any
    personal_install: bool = False  # people may install the bot for themselves
    picture_bytes: int = 25 << 20
    film_seconds: float = 30.0  # that a film may last, at the most
    metrics: tuple[str, int] | None = None  # host and port of health and metrics; None: nowhere
    reports: str = ""  # where errors are reported: "owner", or a channel's id; empty: nowhere
    log_format: str = "text"
    log_level: str = "INFO"
    log_file: Path | None = None  # None: standard error
    limits: LimitsConfig = LimitsConfig()
    executor: ExecutorConfig = ExecutorConfig()
    warnings: tuple[str, ...] = field(default=(), compare=False)  # sentences for the log: what looks like a slip

    @property
    def picture_origins(self) -> tuple[str, ...]:
        """From where pictures may be fetched, as scheme://host[:port]; nothing else ever is."""
        if self.api is not None:
            parts = urlsplit(self.api)
            return (f"{parts.scheme}://{parts.netloc}",)
        return tuple(f"https://{host}" for host in DISCORD_PICTURE_HOSTS)

    @property
    def worker_environment(self) -> Mapping[str, str]:
        """What the engine reads from its environment. What stands in `.env` reaches it in no other way."""
        given = {"DREAM_HOME": self.home, "DREAM_NETWORKS": self.networks}
        return {name: str(folder) for name, folder in given.items() if folder is not None}


def read_config(environ: Mapping[str, str], dotenv: Path | None) -> Config:
    """Everything that is set, or its default. Raises ConfigError: one sentence, with the variable and what it expects.

    dotenv: the file; None, or one that is not there, sets nothing. The environment wins over it.
    """
    given = {**read_dotenv(dotenv), **{name: value for name, value in environ.items() if value.strip()}}
    read = Reader(given, DEFAULTS)
    home = _home(read)
    return Config(
        token=_token(read),
        home=home,
        database=_database(read, home),
        networks=_networks(read),
        api=_api(read),
        prefix=_prefix(read),
        settings=read.text("DREAM_SETTINGS"),
        keep_days=read.number("DREAM_KEEP_DAYS", 0, 30),
        keep_bytes=int(read.number("DREAM_KEEP_SIZE", 0, 100_000) * (1 << 30)),
        guilds=read.ids("DREAM_GUILDS"),
        personal_install=read.flag("DREAM_PERSONAL_INSTALL"),
        picture_bytes=int(read.number("DREAM_MAX_UPLOAD", 0.1, 500) * (1 << 20)),
        film_seconds=read.number("DREAM_FILM_SECONDS", 1, 600),
        metrics=_metrics(read),
        reports=_reports(read),
        log_format=read.choice("DREAM_LOG", ("text", "json")),
        log_level=read.choice("DREAM_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
        log_file=_log_file(read),
        limits=LimitsConfig(
            member_per_hour=read.whole("DREAM_LIMIT_HOUR", 0, _MOST),
            member_per_day=read.whole("DREAM_LIMIT_DAY", 0, _MOST),
            member_waiting=read.whole("DREAM_LIMIT_WAITING", 0, _MOST),
            guild_per_hour=read.whole("DREAM_LIMIT_SERVER_HOUR", 0, _MOST),
            guild_per_day=read.whole("DREAM_LIMIT_SERVER_DAY", 0, _MOST),
            guild_waiting=read.whole("DREAM_LIMIT_SERVER_WAITING", 0, _MOST),
            waiting=read.whole("DREAM_LIMIT_QUEUE", 0, _MOST),
            films_per_day=read.whole("DREAM_LIMIT_FILMS", 0, _MOST),
            grids_per_day=read.whole("DREAM_LIMIT_GRIDS", 0, _MOST),
            personal_per_hour=read.whole("DREAM_LIMIT_PERSONAL", 0, _MOST),
        ),
        executor=ExecutorConfig(
            **_machines(read, home),
            workers=read.whole("DREAM_WORKERS", 0, 64),
            device=_device(read),
            threads=read.whole("DREAM_THREADS", 0, 1024),
            download=read.flag("DREAM_DOWNLOAD"),
            hung_after=read.number("DREAM_HUNG_AFTER", 1, 3600),
        ),
        warnings=tuple(slips(given.keys() - _OTHERS, DEFAULTS)),
    )


def _token(read: Reader) -> str | None:
    """Never shown, not even a wrong one."""
    token = read.text("DISCORD_TOKEN").removeprefix("Bot ").strip()
    if not token:
        return None
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            "DISCORD_TOKEN is not a bot's token (it holds a space or a letter that no token has): "
            "copy it again from the page “Bot” of your application."
        )
    return token


def _api(read: Reader) -> str | None:
    address = read.text("DISCORD_API").rstrip("/")
    if not address:
        return None
    expected = "an http address on this machine, such as http://127.0.0.1:8080/api/v10; leave it empty for Discord"
    try:
        parts = urlsplit(address)
        fine = parts.scheme in ("http", "https") and is_loopback(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    if not fine or parts.query or parts.fragment or "@" in parts.netloc:
        raise read.wrong("DISCORD_API", expected)
    return address


def is_loopback(host: str | None) -> bool:
    """Whether that host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _home(read: Reader) -> Path:
    home = _path(read, "DREAM_HOME", read.text("DREAM_HOME") or platformdirs.user_data_dir("dreambot", appauthor=False))
    if home.exists() and not home.is_dir():
        raise read.wrong("DREAM_HOME", "a folder, or a place where one can be made")
    return home


def _networks(read: Reader) -> Path | None:
    text = read.text("DREAM_NETWORKS")
    if not text:
        return None
    folder = _path(read, "DREAM_NETWORKS", text)
    if not folder.is_dir():
        raise read.wrong("DREAM_NETWORKS", "a folder that is there")
    return folder


def _path(read: Reader, name: str, text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # ~somebody, who does not exist
        raise read.wrong(name, "a path") from None


def _database(read: Reader, home: Path) -> str:
    address = read.text("DATABASE_URL")
    if not address:
        return f"sqlite+aiosqlite:///{quote(str(home / 'dreambot.sqlite3'))}"
    scheme, separator, rest = address.partition("://")
    if separator and scheme in ("sqlite", "sqlite+aiosqlite"):
        if rest.startswith("/") and rest.strip("/") not in ("", ":memory:"):
            return f"sqlite+aiosqlite://{rest}"
    elif separator and scheme.partition("+")[0] in ("postgres", "postgresql") and rest.strip("/"):
        return address.replace("postgres:", "postgresql:", 1) if scheme == "postgres" else address
    raise read.wrong(
        "DATABASE_URL",
        "sqlite:///PATH (a file: what was accepted must outlive the bot) or postgresql://USER:PASSWORD@HOST/NAME",
        shown=re.sub(r"(://[^:/@]*:)[^@]*@", r"\1…@", address),
    )


def _prefix(read: Reader) -> str:
    prefix = read.text("DREAM_PREFIX")
    if len(prefix) > 10 or not prefix.isprintable() or " " in prefix or prefix[0] in "/@<":
        raise read.wrong("DREAM_PREFIX", "1 to 10 characters without spaces that begin with none of / @ <")
    return prefix


def _scheduler(read: Reader) -> str | None:
    """Dask runs what it is sent, so all of it has to be TLS."""
    address = read.text("DREAM_SCHEDULER")
    if not address:
        return None
    if not is_scheduler(address):
        raise read.wrong("DREAM_SCHEDULER", "tls://HOST:PORT")
    return address


def is_scheduler(address: str) -> bool:
    """Whether that is written as a scheduler's address has to be."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "tls" and bool(parts.hostname and parts.port) and not parts.path.strip("/")
    except ValueError:
        return False


def throw_away(home: Path) -> dict[str, str]:
    """Where a scheduler on this machine puts certificates that are good for one life of it."""
    folder = home / "scheduler"
    names = {"scheduler_ca": "ca.pem", "scheduler_cert": "certificate.pem", "scheduler_key": "key.pem"}
    return {name: str(folder / file) for name, file in names.items()}


def _machines(read: Reader, home: Path) -> dict[str, str | None]:
    """The scheduler, and the certificates: without them nobody could tell ours from somebody else's.

    On this machine they come from the scheduler itself.
    """
    scheduler = _scheduler(read)
    given = any(read.text(name) for name in _CERTIFICATES)
    if scheduler is not None and not given and is_loopback(urlsplit(scheduler).hostname):
        return {"scheduler": scheduler, **throw_away(home)}
    names = zip(throw_away(home), _CERTIFICATES, strict=True)
    return {"scheduler": scheduler, **{field: _certificate(read, name, scheduler) for field, name in names}}


def _certificate(read: Reader, name: str, scheduler: str | None) -> str | None:
    text = read.text(name)
    if not text and scheduler is not None:
        raise ConfigError(f"DREAM_SCHEDULER={clip(scheduler, 100)} needs {name}: the file with {_CERTIFICATES[name]}.")
    if not text:
        return None
    file = _path(read, name, text)
    if not file.is_file():
        raise read.wrong(name, f"the file with {_CERTIFICATES[name]}")
    return str(file)


def _log_file(read: Reader) -> Path | None:
    text = read.text("DREAM_LOG_FILE")
    if not text:
        return None
    path = _path(read, "DREAM_LOG_FILE", text)
    if path.is_dir() or not path.parent.is_dir():
        raise read.wrong("DREAM_LOG_FILE", "a file in a folder that is there")
    return path


def _metrics(read: Reader) -> tuple[str, int] | None:
    """A port alone is one of this machine's own. Other machines are let in only by naming an address for them."""
    text = read.text("DREAM_METRICS")
    if not text:
        return None
    try:
        return place_to_listen(text)
    except ValueError:
        raise read.wrong("DREAM_METRICS", "a port, such as 9464, or ADDRESS:PORT, such as 0.0.0.0:9464") from None


def place_to_listen(text: str) -> tuple[str, int]:
    """Host and port of `ADDRESS:PORT`, or of a port alone, which is this machine's own. Raises ValueError."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if host != "localhost":
        ipaddress.ip_address(host)
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError(port)
    return host, int(port)


def _reports(read: Reader) -> str:
    text = read.text("DREAM_REPORTS").lower()
    if text not in ("", "owner") and not re.fullmatch(r"[0-9]{15,20}", text):
        raise read.wrong("DREAM_REPORTS", "owner (a direct message), or the id of a channel; empty: nowhere")
    return text


def _device(read: Reader) -> str:
    device = read.text("DREAM_DEVICE").lower()
    if not re.fullmatch(r"auto|cpu|mps|cuda(:[0-9]{1,2})?", device):
        raise read.wrong("DREAM_DEVICE", "auto, cpu, cuda, cuda:1 (any number) or mps")
    return device
