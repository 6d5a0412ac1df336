"""A log file of each day, of which none is kept for longer than members were told."""

from __future__ import annotations

import datetime
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logfile
from bot.config import Config
from bot.errors import ConfigError
from bot.logfile import DAYS, MOST, LogFile
from bot.logs import configure
from tests.bot.unset import unset_environment

NOON = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC).timestamp()
DAY = 86400.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


_open: list[LogFile] = []


def opened(path: Path, clock: Clock) -> LogFile:
    _open.append(LogFile(path, clock=clock))
    return _open[-1]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_day_has_its_file_and_after_two_weeks_it_goes(tmp_path: Path) -> None:
    clock = Clock()
    log = opened(tmp_path / "bot.log", clock)
    for day in range(40):
        log.write(f"day {day}, first\n")
        log.write(f"day {day}, second\n")
        clock.now += DAY
    assert (tmp_path / "bot.log").read_text() == "day 39, first\nday 39, second\n"
    former = [name for name in names(tmp_path) if name != "bot.log"]
    assert len(former) == DAYS
    assert (tmp_path / former[0]).read_text() == f"day {39 - DAYS}, first\nday {39 - DAYS}, second\n"
    assert former[0] == "bot.2026-12-17.log"
    assert (tmp_path / "bot.log").stat().st_mode & 0o777 == 0o600


def test_what_an_earlier_life_has_left_goes_at_the_start_and_nothing_else_does(tmp_path: Path) -> None:
    path, clock = tmp_path / "bot.log", Clock()
    path.write_text("of last month\n")
    os.utime(path, (NOON - 30 * DAY,) * 2)
    for other in ("bot.2026-01-01.log.gz", "bottle.2026-01-01.log", "notes.txt"):
        (tmp_path / other).touch()
    (tmp_path / "bot.2026-01-01.log").touch()
    (tmp_path / "bot.2026-11-20.log").touch()
    opened(path, clock).write("now\n")
    assert path.read_text() == "now\n"
    assert names(tmp_path) == [
        "bot.2026-01-01.log.gz", "bot.2026-11-20.log", "bot.log", "bottle.2026-01-01.log", "notes.txt",
    ]  # fmt: skip


def test_a_restart_on_the_same_day_goes_on_in_the_same_file(tmp_path: Path) -> None:
    path, clock = tmp_path / "bot.log", Clock()
    for life in ("one", "two"):
        opened(path, clock).write(f"{life}\n")
        os.utime(path, (NOON,) * 2)
    assert path.read_text() == "one\ntwo\n"
    assert names(tmp_path) == ["bot.log"]


def test_a_day_that_writes_without_end_fills_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "LARGEST", 1000)
    log = opened(tmp_path / "bot.log", Clock())
    for number in range(3000):
        log.write(f"{number:099}\n")
    assert len(names(tmp_path)) <= MOST + 1
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= (MOST + 1) * 1100
    assert (tmp_path / "bot.log").read_text().splitlines()[-1].endswith("2999")


def test_a_disk_that_takes_no_line_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = opened(tmp_path / "bot.log", Clock())
    taken = os.open

    def full(path: object, *more: object, **named: object) -> int:
        if str(path).endswith("bot.log"):
            raise OSError(28, "No space left on device")
        return taken(path, *more, **named)  # type: ignore[arg-type]

    log.close()
    monkeypatch.setattr(os, "open", full)
    log.write("lost to the file\n")
    assert "lost to the file" in capsys.readouterr().err
    monkeypatch.setattr(os, "open", taken)
    log.write("again\n")
    assert (tmp_path / "bot.log").read_text() == "again\n"


def test_the_log_goes_to_the_file_that_is_set(tmp_path: Path) -> None:
    program = (
        "import logging, os\nfrom pathlib import Path\nfrom bot.config import read_config\n"
        "from bot.logs import configure\nconfigure(read_config(os.environ, None))\n"
        "logging.getLogger('bot.x').info('hello')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**unset_environment(), "DREAM_LOG_FILE": str(tmp_path / "bot.log"), "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    assert "INFO    x: hello" in (tmp_path / "bot.log").read_text()


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    config = Config(token=None, home=tmp_path, database="", log_file=tmp_path / "bot.log")
    handlers = [*logging.getLogger().handlers]
    with pytest.raises(ConfigError, match=r"DREAM_LOG_FILE=.* cannot be written: Permission denied"):
        configure(config)
    assert logging.getLogger().handlers == handlers
