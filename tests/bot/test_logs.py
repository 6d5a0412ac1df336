"""What an operator relies on when they read the log: it is readable, and nothing in it opens anything."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config
from bot.logs import LIBRARIES, about, configure

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789ab"
OTHER_TOKEN = "OTk5NDU2Nzg5MDEyMzQ1Njc4.Zzzzzz.zyxwvutsrqponmlkjihgfedcba0123456789zz"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5OmFiY2RlZmdoaWprbG1ub3A="


class Log:
    """What was written, as text and as objects."""

    def __init__(self, folder: Path, *, format: str = "text", level: str = "INFO", token: str | None = TOKEN) -> None:
        self.stream = io.StringIO()
        configure(Config(token=token, home=folder, database="", log_format=format, log_level=level), self.stream)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Logging belongs to the whole process: other tests find it as they left it."""
    root = logging.getLogger()
    handlers, level, hooks = [*root.handlers], root.level, (sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def test_a_line_for_people_has_time_level_who_job_and_what(tmp_path: Path) -> None:
    log = Log(tmp_path)
    logging.getLogger("bot.jobs.queue").info("accepted %d picture(s)", 2, extra={"job": "abcdefghijklmnop"})
    logging.getLogger("bot.client").warning("slow")
    first, second = log.text.splitlines()
    assert first[10] == " "
    assert first[20:] == "INFO    jobs.queue [abcdefghijklmnop]: accepted 2 picture(s)"
    assert second[20:] == "WARNING client: slow"


def test_a_line_for_machines_is_one_object_even_with_a_traceback(tmp_path: Path) -> None:
    log = Log(tmp_path, format="json")
    try:
        raise ValueError("of two\nlines")
    except ValueError:
        logging.getLogger("bot.jobs").exception("it broke\nhere", extra={"job": "abc"})
    (line,) = log.objects
    assert {name: line[name] for name in ("level", "logger", "message", "job")} == {
        "level": "ERROR",
        "logger": "bot.jobs",
        "message": "it broke\nhere",
        "job": "abc",
    }
    assert line["time"].endswith("Z")
    assert "ValueError: of two\nlines" in line["exception"]
    assert line["exception"].startswith("Traceback")


def test_every_line_of_a_task_about_a_job_names_it_and_no_other_tasks_line_does(tmp_path: Path) -> None:
    log = Log(tmp_path, format="json")

    async def work(job: str) -> None:
        with about(job):
            await asyncio.sleep(0)
            logging.getLogger("bot.jobs").info("of %s", job)
            await asyncio.create_task(deeper(job))

    async def deeper(job: str) -> None:
        logging.getLogger("discord.http").error("of %s", job)

    async def both() -> None:
        await asyncio.gather(work("one"), work("two"))
        logging.getLogger("bot").info("of nobody")

    asyncio.run(both())
    assert len(log.objects) == 5
    for line in log.objects:
        assert line["message"] == f"of {line.get('job', 'nobody')}"


@pytest.mark.parametrize("format", ["text", "json"])
@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (TOKEN, "logged in with {}"),
        (OTHER_TOKEN, "an older one was {} once"),
        (OTHER_TOKEN, "{{'Authorization': 'Bot {}'}}"),
        ("a-webhooks-token_1", "POST https://discord.com/api/v10/webhooks/1234567890/{} has returned 200"),
        (INTERACTION, "PATCH http://127.0.0.1:1/api/v10/webhooks/1234567890/{}/messages/@original"),
        (INTERACTION, "POST /interactions/1234567890/{}/callback?with_response=1"),
        (INTERACTION, "{{'t': 'INTERACTION_CREATE', 'd': {{'token': '{}'}}}}"),
        (INTERACTION, 'event {{"token": "{}"}}'),
        ("any-shape.of-token", "Place(guild=1, token='{}', reachable=True)"),
        ("any-shape.of-token", '{{"token":"{}","type":2}}'),
        ("0123456789abcdef", "https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm={}&"),
        ("pass:word", "postgresql+asyncpg://me:{}@host/name"),
    ],
)
def test_no_secret_is_in_any_line_or_traceback(tmp_path: Path, format: str, secret: str, said: str) -> None:
    log = Log(tmp_path, format=format)
    message = said.format(secret)
    logging.getLogger("bot").info(message)
    logging.getLogger("bot").info("with an argument: %s", message)
    logging.getLogger("bot").info("with %r", {"value": message})
    logging.getLogger("discord.webhook").error(message, extra={"job": "abc"})
    try:
        raise RuntimeError(message)
    except RuntimeError:
        logging.getLogger("bot").exception("it broke")
    assert log.text.count("[hidden]") >= 5
    assert secret not in log.text


def test_a_token_of_any_shape_is_hidden(tmp_path: Path) -> None:
    log = Log(tmp_path, token="only-for-the.playground")
    logging.getLogger("bot").info("connecting with only-for-the.playground")
    assert log.text.endswith("connecting with [hidden]\n")


def test_what_nobody_catches_goes_through_the_log_without_the_token(tmp_path: Path) -> None:
    program = f"""
import threading, warnings
from pathlib import Path
from bot.config import Config
from bot.logs import configure
token = {TOKEN!r}
configure(Config(token=token, home=Path("."), database=""))
warnings.warn("of " + token)
def work():
    raise ZeroDivisionError("in a thread " + token)
thread = threading.Thread(target=work)
thread.start(); thread.join()
import logging
logging.getLogger("bot").info("%d", token)
raise SystemError("it was " + token)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert TOKEN not in done.stderr + done.stdout
    assert "SystemError: it was [hidden]" in done.stderr
    assert "ZeroDivisionError: in a thread [hidden]" in done.stderr
    assert "UserWarning: of [hidden]" in done.stderr
    assert "could not be written (TypeError)" in done.stderr


def test_what_a_stranger_wrote_cannot_pass_for_a_line_or_move_the_cursor(tmp_path: Path) -> None:
    log = Log(tmp_path)
    logging.getLogger("bot").info("a file called %s", "x\n2026-01-01 00:00:00 ERROR   client: forged\x1b[2J\r\u202e")
    first, second = log.text.splitlines()
    assert second.startswith("    2026")
    assert first.endswith("a file called x")
    assert not set("\x1b\r\u202e") & set(log.text)


def test_libraries_are_heard_only_when_something_is_wrong(tmp_path: Path) -> None:
    log = Log(tmp_path, format="json")
    # Dask's loggers are settled by the executor, which says in its own words what they would say.
    for name in ("discord.gateway", "aiohttp.access", "alembic.runtime.migration"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    assert [line["message"] for line in log.objects] == ["trouble"] * 3


def test_what_is_missing_for_voice_is_no_news(tmp_path: Path) -> None:
    log = Log(tmp_path)
    logging.getLogger("discord.client").warning("PyNaCl is not installed, voice will NOT be supported")
    logging.getLogger("discord.client").warning("something else")
    assert len(log.text.splitlines()) == 1


def test_at_debug_the_bot_says_everything_connections_what_they_do_and_the_database_nothing(tmp_path: Path) -> None:
    log = Log(tmp_path, format="json", level="DEBUG")
    for name in ("bot.jobs", "discord.http", "sqlalchemy.engine.Engine", "alembic.runtime"):
        logging.getLogger(name).debug("detail of %s", name)
        logging.getLogger(name).info("deed of %s", name)
    assert [line["message"] for line in log.objects] == [
        "detail of bot.jobs",
        "deed of bot.jobs",
        "deed of discord.http",
    ]


def test_above_warning_the_level_holds_for_all(tmp_path: Path) -> None:
    log = Log(tmp_path, level="ERROR")
    logging.getLogger("bot").warning("no")
    logging.getLogger("discord").warning("no")
    assert log.text == ""


@pytest.mark.parametrize("first", ["configure", "distributed"])
def test_dask_does_not_log_past_us_whichever_comes_first(first: str) -> None:
    """Its import sets up a handler and levels of its own."""
    steps = [
        "configure(Config(token=None, home=Path('.'), database='', log_format='json'))",
        "import distributed",
    ]
    program = "\n".join(
        [
            "import logging",
            "from pathlib import Path",
            "from bot.config import Config",
            "from bot.logs import configure",
            *(steps if first == "configure" else reversed(steps)),
            "for name in ('distributed', 'distributed.client', 'distributed.worker', 'tornado.application'):",
            "    logging.getLogger(name).info('chatter')",
            "    logging.getLogger(name).error('trouble')",
        ]
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["message"] for line in lines] == ["trouble"] * 4
