"""What somebody relies on who has just cloned this: no token, no weights, no network, and a photograph comes back."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import psutil
import pytest

from bot.config import read_config
from bot.operations.playing import apart, home_of
from tests.bot.unset import unset_environment

ROOT = Path(__file__).parents[3]
CAT = ROOT / "tests" / "data" / "chelsea.jpg"


def environment(folder: Path) -> dict[str, str]:
    return {
        **unset_environment(),
        "DREAM_HOME": str(folder / "home"),
        "DREAM_DOWNLOAD": "no",
        "DREAM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


class Playing:
    """`python -m bot start` in a folder, with what it says."""

    def __init__(self, folder: Path, *options: str, **variables: str) -> None:
        self.folder = folder
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "start", "--port", "0", *options],
            env={**environment(folder), **variables},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line

    def wait_for(self, words: str, seconds: float = 120.0) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    @property
    def address(self) -> str:
        """Of the page, as it is printed."""
        self.wait_for("Playground: ")
        return self.said.partition("Playground: ")[2].split()[0]

    @property
    def bot(self) -> psutil.Process:
        (bot,) = [
            one for one in psutil.Process(self.process.pid).children() if one.cmdline()[-3:] == ["-m", "bot", "run"]
        ]
        return bot

    def post(self, *recipe: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", "playground", "post", str(CAT), *recipe],
            env=environment(self.folder),
            cwd=self.folder,
            capture_output=True,
            text=True,
        )

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        status = self.process.wait(240)
        self._reader.join(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


def test_a_posted_photograph_comes_back_dreamt_and_ctrl_c_ends_it_all(tmp_path: Path) -> None:
    playing = Playing(tmp_path)
    try:
        address = playing.address
        with urllib.request.urlopen(address, timeout=60) as page:
            assert b"<html" in page.read()
        family = psutil.Process(playing.process.pid).children(recursive=True)
        assert family
        done = playing.post("network=daydream", "layer=textures", "size=64", "steps=2", "octaves=1", "seed=1")
        assert done.returncode == 0, done.stdout + done.stderr + playing.said
        (dream,) = (tmp_path / "dreams").iterdir()
        assert dream.read_bytes()[:4] == b"\x89PNG"
        assert "network=daydream" in done.stdout
        family = psutil.Process(playing.process.pid).children(recursive=True)
    finally:
        status = playing.stop(signal.SIGINT)
    assert status == 0, playing.said
    assert "Traceback" not in playing.said
    assert not re.search(r"ERROR|CRITICAL", playing.said), playing.said
    assert psutil.wait_procs(family, timeout=60)[1] == []
    assert not (tmp_path / "home" / "playground.json").exists()


def test_a_bot_that_is_killed_is_started_again_and_a_kept_playground_goes_on(tmp_path: Path) -> None:
    recipe = ("network=daydream", "layer=textures", "size=64", "steps=2", "octaves=1")
    playing = Playing(tmp_path, "--keep")
    try:
        playing.wait_for("ready: ")
        os.kill(playing.bot.pid, signal.SIGKILL)
        playing.wait_for("it is started again")
        assert playing.post(*recipe).returncode == 0, playing.said
    finally:
        assert playing.stop(signal.SIGTERM) == 0, playing.said
    playing = Playing(tmp_path, "--keep")
    try:
        playing.wait_for("ready: ")
        world = json.loads((tmp_path / "home" / "playground-kept" / "world" / "world.json").read_text())
        assert "network=daydream" in json.dumps(world)
    finally:
        assert playing.stop(signal.SIGINT) == 0, playing.said
    assert not re.search(r"ERROR|CRITICAL|Traceback", playing.said), playing.said


def test_the_browser_is_opened_when_asked_and_the_secret_stays_out_of_its_command_line(tmp_path: Path) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$@" > {seen}.new && mv {seen}.new {seen}\n')
    browser.chmod(0o700)
    playing = Playing(tmp_path, "--open", BROWSER=f"{browser} %s")
    try:
        secret = playing.address.rstrip("/").rpartition("/")[2]
        deadline = time.monotonic() + 60
        while not seen.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        way = seen.read_text().strip()
        assert secret not in way
        page = Path(url2pathname(urlsplit(way).path))
        assert playing.address in page.read_text()
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
    finally:
        assert playing.stop(signal.SIGTERM) == 0, playing.said


def test_two_playgrounds_find_a_port_each(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        playing = Playing(tmp_path, "--port", str(port))
        try:
            assert f":{port}/" not in playing.address
            with urllib.request.urlopen(playing.address, timeout=60) as page:
                assert page.status == 200
        finally:
            assert playing.stop(signal.SIGTERM) == 0, playing.said


def test_posting_without_a_playground_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "playground", "post", str(CAT)],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert (
        done.stderr.splitlines()[-1]
        == "bot: The playground is not running: start it with make run, and leave it running."
    )


@pytest.mark.parametrize("leftover", ["dreambot.sqlite3", "sources/abc"])
def test_each_playground_begins_empty_and_keeps_the_weights(tmp_path: Path, leftover: str) -> None:
    from bot.operations.playing import _prepare

    networks = tmp_path / "networks"
    networks.mkdir()
    (networks / "weights.pth").write_bytes(b"dear")
    home = tmp_path / "playground"
    for _ in range(2):
        _prepare(home, networks, anew=True)
        assert (home / "networks" / "weights.pth").read_bytes() == b"dear"
        assert [path.name for path in home.iterdir()] == ["networks"]
        (home / leftover).parent.mkdir(exist_ok=True)
        (home / leftover).write_bytes(b"of a world that is gone")


def test_a_bot_in_the_playground_has_nothing_in_common_with_one_on_discord(tmp_path: Path) -> None:
    given = {
        "DREAM_HOME": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/real.sqlite",
        "DREAM_METRICS": "9464",
        "DREAM_REPORTS": "123456789012345678",
        "DREAM_LOG_FILE": str(tmp_path / "bot.log"),
    }
    real = read_config(given, None)
    home = home_of(real)
    home.mkdir()
    played = read_config({**given, **apart(real, home)}, None)
    assert played.home == home
    assert str(home) in played.database
    assert played.metrics == ("127.0.0.1", 0), "any port that is free"
    assert played.reports == "owner"
    assert played.log_file == home / "bot.log"
    nothing_set = read_config({"DREAM_HOME": str(tmp_path)}, None)
    assert set(apart(nothing_set, home)) == {"DREAM_HOME", "DATABASE_URL"}
