"""What an operator relies on when they set something."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import DEFAULTS, Config, ExecutorConfig, LimitsConfig, read_config
from bot.errors import ConfigError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789ab"


def config(**given: str) -> Config:
    return read_config(given, None)


def sentence(**given: str) -> str:
    with pytest.raises(ConfigError) as caught:
        config(**given)
    return caught.value.sentence


def in_example() -> dict[str, str]:
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))


def test_env_example_names_every_variable_with_its_default() -> None:
    assert in_example() == dict(DEFAULTS)


def test_a_copy_of_env_example_changes_nothing(tmp_path: Path) -> None:
    everything = tmp_path / "everything"
    everything.write_text("".join(f"{name}={value}\n" for name, value in in_example().items()), encoding="utf-8")
    assert read_config({}, EXAMPLE) == read_config({}, everything) == read_config({}, None)


def test_every_variable_of_env_example_has_a_comment_right_above() -> None:
    paragraphs = EXAMPLE.read_text(encoding="utf-8").split("\n\n")
    for paragraph in paragraphs:
        lines = paragraph.strip().splitlines()
        if re.match(r"#?[A-Z_]+=", lines[-1]):
            assert len(lines) > 1
            assert all(line.startswith("# ") for line in lines[:-1]), paragraph
        else:
            assert not any(re.match(r"#?[A-Z_]+=", line) for line in lines), paragraph


def test_the_operators_page_has_every_variable_with_its_default() -> None:
    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", text, re.MULTILINE)
    assert [name for name, _ in rows if name not in DEFAULTS] == []
    for name, default in DEFAULTS.items():
        shown = dict(rows)[name]
        assert shown == f"`{default}`" if default else shown and not re.fullmatch("`[^`]*`", shown), name


def test_with_nothing_set_the_documented_defaults_hold(tmp_path: Path) -> None:
    read = config(DREAM_HOME=str(tmp_path))
    assert read == Config(token=None, home=tmp_path, database=f"sqlite+aiosqlite:///{tmp_path}/dreambot.sqlite3")
    assert read.limits == LimitsConfig()
    assert read.executor == ExecutorConfig()


def test_the_environment_wins_over_the_file_and_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DREAM_PREFIX='?'\nexport DREAM_LIMIT_HOUR=5 # a comment\nDREAM_LOG=json\n", encoding="utf-8")
    before = dict(os.environ)
    read = read_config({"DREAM_LOG": "text", "DREAM_LIMIT_HOUR": ""}, file)
    assert (read.prefix, read.limits.member_per_hour, read.log_format) == ("?", 5, "text")
    assert dict(os.environ) == before


def test_every_variable_arrives(tmp_path: Path) -> None:
    networks = tmp_path / "networks"
    networks.mkdir()
    ca, cert, key = (tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem"))
    for file in (ca, cert, key):
        file.touch()
    read = config(
        DISCORD_TOKEN=f" Bot {TOKEN} ",
        DISCORD_API="http://127.0.0.1:8080/api/v10/",
        DREAM_HOME=str(tmp_path),
        DREAM_NETWORKS=str(networks),
        DATABASE_URL="postgres://me:secret@db.example/dreams?sslmode=require",
        DREAM_PREFIX="dream!",
        DREAM_SETTINGS="layer=4c",
        DREAM_GUILDS="812345678901234567, 823456789012345678",
        DREAM_PERSONAL_INSTALL="Yes",
        DREAM_KEEP_DAYS="0.5",
        DREAM_KEEP_SIZE="0.5",
        DREAM_MAX_UPLOAD="8",
        DREAM_LIMIT_HOUR="1",
        DREAM_LIMIT_DAY="7",
        DREAM_LIMIT_WAITING="2",
        DREAM_LIMIT_SERVER_HOUR="3",
        DREAM_LIMIT_SERVER_DAY="8",
        DREAM_LIMIT_SERVER_WAITING="4",
        DREAM_LIMIT_QUEUE="5",
        DREAM_LIMIT_PERSONAL="6",
        DREAM_SCHEDULER="tls://dreams.example:8786",
        DREAM_SCHEDULER_CA=str(ca),
        DREAM_SCHEDULER_CERT=str(cert),
        DREAM_SCHEDULER_KEY=str(key),
        DREAM_WORKERS="2",
        DREAM_DEVICE="CUDA:1",
        DREAM_THREADS="7",
        DREAM_DOWNLOAD="off",
        DREAM_HUNG_AFTER="2.5",
        DREAM_METRICS="[::1]:9464",
        DREAM_REPORTS="Owner",
        DREAM_LOG="json",
        DREAM_LOG_LEVEL="warning",
        DREAM_LOG_FILE=str(tmp_path / "bot.log"),
    )
    assert read == Config(
        token=TOKEN,
        api="http://127.0.0.1:8080/api/v10",
        home=tmp_path,
        networks=networks,
        database="postgresql://me:secret@db.example/dreams?sslmode=require",
        prefix="dream!",
        settings="layer=4c",
        guilds=frozenset({812_345_678_901_234_567, 823_456_789_012_345_678}),
        personal_install=True,
        keep_days=0.5,
        keep_bytes=1 << 29,
        metrics=("::1", 9464),
        reports="owner",
        log_file=tmp_path / "bot.log",
        picture_bytes=8 << 20,
        limits=LimitsConfig(
            member_per_hour=1,
            member_per_day=7,
            member_waiting=2,
            guild_per_hour=3,
            guild_per_day=8,
            guild_waiting=4,
            waiting=5,
            personal_per_hour=6,
        ),
        executor=ExecutorConfig(
            scheduler="tls://dreams.example:8786",
            scheduler_ca=str(ca),
            scheduler_cert=str(cert),
            scheduler_key=str(key),
            workers=2,
            device="cuda:1",
            threads=7,
            download=False,
            hung_after=2.5,
        ),
        log_format="json",
        log_level="WARNING",
    )
    assert read.worker_environment == {"DREAM_HOME": str(tmp_path), "DREAM_NETWORKS": str(networks)}
    assert read.picture_origins == ("http://127.0.0.1:8080",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DREAM_KEEP_DAYS", "31"),
        ("DREAM_KEEP_DAYS", "nan"),
        ("DREAM_KEEP_DAYS", "-1"),
        ("DREAM_MAX_UPLOAD", "0"),
        ("DREAM_MAX_UPLOAD", "25MB"),
        ("DREAM_LIMIT_HOUR", "ten"),
        ("DREAM_LIMIT_HOUR", "-1"),
        ("DREAM_LIMIT_HOUR", "1.5"),
        ("DREAM_LIMIT_WAITING", "٣"),
        ("DREAM_LIMIT_QUEUE", "10000000000"),
        ("DREAM_GUILDS", "dreamers"),
        ("DREAM_GUILDS", "812345678901234567,12"),
        ("DREAM_PERSONAL_INSTALL", "maybe"),
        ("DREAM_DOWNLOAD", "2"),
        ("DREAM_WORKERS", "65"),
        ("DREAM_DEVICE", "gpu"),
        ("DREAM_THREADS", "1e3"),
        ("DREAM_HUNG_AFTER", "0"),
        ("DREAM_LOG", "xml"),
        ("DREAM_LOG_LEVEL", "LOUD"),
        ("DREAM_PREFIX", "/"),
        ("DREAM_PREFIX", "! !"),
        ("DREAM_PREFIX", "@dream"),
        ("DREAM_PREFIX", "abcdefghijk"),
        ("DREAM_NETWORKS", "/there/is/no/such/folder"),
        ("DREAM_HOME", str(EXAMPLE)),
        ("DREAM_HOME", "~nobody-of-this-name/dreams"),
        ("DREAM_SCHEDULER_KEY", "/there/is/no/such/file"),
        ("DREAM_SCHEDULER", "8786"),
        ("DREAM_SCHEDULER", "tls://dreams.example"),
        ("DREAM_SCHEDULER", "tcp://dreams.example:8786"),
        ("DREAM_SCHEDULER", "tcp://127.0.0.1:8786"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "dreams.sqlite3"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_variable_and_value(name: str, value: str) -> None:
    told = sentence(**{name: value})
    assert told.startswith(f"{name}={value} does not work: it has to be ")
    assert told.endswith(".")
    assert "\n" not in told


@pytest.mark.parametrize(
    "address",
    [
        "http://discord.com/api/v10",
        "https://127.0.0.1.example/api",
        "http://127.0.0.1@discord.com/api",
        "http://somebody@127.0.0.1:8080/api",
        "http://192.168.1.2:8080/api/v10",
        "http://0.0.0.0:8080/api/v10",
        "ftp://127.0.0.1/api",
        "127.0.0.1:8080",
        "http://[::1/api",
        "http://127.0.0.1:99999/api",
        "http://127.0.0.1:8080/api?x=1",
    ],
)
def test_only_this_machine_can_stand_in_for_discord(address: str) -> None:
    assert sentence(DISCORD_API=address).startswith(f"DISCORD_API={address} does not work")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/api/v10", "http://[::1]:8080/api/v10", "https://localhost/v10"]
)
def test_every_name_of_this_machine_is_taken(address: str) -> None:
    assert config(DISCORD_API=address).api == address


def test_a_scheduler_on_another_machine_needs_certificates() -> None:
    assert "needs DREAM_SCHEDULER_CA" in sentence(DREAM_SCHEDULER="tls://dreams.example:8786")


def test_a_scheduler_on_this_machine_brings_its_own(tmp_path: Path) -> None:
    read = config(DREAM_SCHEDULER="tls://127.0.0.1:8786", DREAM_HOME=str(tmp_path)).executor
    assert read.scheduler_cert == str(tmp_path / "scheduler" / "certificate.pem")
    told = sentence(DREAM_SCHEDULER="tls://127.0.0.1:8786", DREAM_SCHEDULER_CA=str(EXAMPLE))
    assert "needs DREAM_SCHEDULER_CERT" in told, "of three, all are given or none"


@pytest.mark.parametrize("token", ["abc def", "tök€n", "two\nlines", "an\x00other"])
def test_a_wrong_token_is_told_and_never_shown(token: str) -> None:
    told = sentence(DISCORD_TOKEN=token)
    assert "DISCORD_TOKEN" in told
    assert token not in told


def test_what_is_secret_is_in_no_repr() -> None:
    read = config(DISCORD_TOKEN=TOKEN, DATABASE_URL="postgresql://me:secret@host/name")
    assert TOKEN not in repr(read)
    assert "secret" not in repr(read)
    assert "secret" not in sentence(DATABASE_URL="mysql://me:secret@host/name")


@pytest.mark.parametrize("folder", ["plain", "with space", "50% off", "what?", "a#b", "ünï"])
def test_the_database_lies_in_home_whatever_home_is_called(tmp_path: Path, folder: str) -> None:
    from sqlalchemy import make_url

    home = tmp_path / folder
    address = make_url(config(DREAM_HOME=str(home)).database)
    assert address.database == str(home / "dreambot.sqlite3")
    assert not address.query


def test_sqlite_may_be_written_with_or_without_its_driver() -> None:
    for address in ("sqlite:////srv/d.sqlite3", "sqlite+aiosqlite:////srv/d.sqlite3"):
        assert config(DATABASE_URL=address).database == "sqlite+aiosqlite:////srv/d.sqlite3"
    assert config(DATABASE_URL="sqlite:///d.sqlite3").database == "sqlite+aiosqlite:///d.sqlite3"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"DREAM_PREFIX=!\nthis is no variable\n", "Line 2 of"),
        (b"DREAM_PREFIX='!\n", "Line 1 of"),
        (b"DREAM_PREFIX=\xff\n", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        read_config({}, file)


def test_figures_are_for_this_machine_alone_unless_an_address_is_named() -> None:
    assert config().metrics is None
    assert config(DREAM_METRICS="9464").metrics == ("127.0.0.1", 9464)
    assert config(DREAM_METRICS="localhost:1").metrics == ("localhost", 1)
    assert config(DREAM_METRICS="0.0.0.0:9464").metrics == ("0.0.0.0", 9464)
    for wrong in ("yes", "99999", "example.org:80", "1.2.3:80", "127.0.0.1", "127.0.0.1:", ":"):
        with pytest.raises(ConfigError, match="DREAM_METRICS"):
            config(DREAM_METRICS=wrong)


def test_a_folder_instead_of_a_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config({}, tmp_path)


def test_a_file_written_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xef\xbb\xbfDREAM_PREFIX=?\r\nDREAM_LOG=json\r\n")
    read = read_config({}, file)
    assert (read.prefix, read.log_format) == ("?", "json")


def test_a_slip_in_a_name_is_a_warning_with_what_was_meant() -> None:
    read = config(DREAM_LIMIT_HOURS="5", DISCORD_BOT_TOKEN=TOKEN, dream_prefix="?", DISCORD_OPENAPI="x", DREAM_COAT="1")
    assert read.limits.member_per_hour == 10
    assert read.warnings == (
        "There is no variable DISCORD_BOT_TOKEN, so it does nothing. Did you mean DISCORD_TOKEN?",
        "There is no variable DREAM_LIMIT_HOURS, so it does nothing. Did you mean DREAM_LIMIT_HOUR?",
        "There is no variable dream_prefix, so it does nothing. Did you mean DREAM_PREFIX?",
    )


@given(name=st.sampled_from([*DEFAULTS]), value=st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_whatever_value_a_variable_has_it_is_taken_or_told_in_one_sentence(name: str, value: str) -> None:
    told = name
    try:
        read_config({name: value}, None)
    except ConfigError as error:
        told = error.sentence
    assert name in told
    assert "\n" not in told
