"""What somebody relies on who has just cloned this: no token, no weights, no network, and a photograph comes back."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.bot.unset import unset_environment

ROOT = Path(__file__).parents[3]
CAT = ROOT / "tests" / "data" / "chelsea.jpg"


def environment(folder: Path) -> dict[str, str]:
    return {
        **unset_environment(),
        "DREAM_HOME": str(folder / "home"),
        "DREAM_DOWNLOAD": "no",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


class Playing:
    """`python -m bot start` in a folder, with what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "start"],
            env=environment(folder),
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

    def post(self, *recipe: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", "playground", "post", str(CAT), *recipe],
            env=environment(self.folder),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


def test_a_posted_photograph_comes_back_dreamt_and_ctrl_c_ends_it_all(tmp_path: Path) -> None:
    playing = Playing(tmp_path)
    try:
        playing.wait_for("playground post PICTURE")
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
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert not (tmp_path / "home" / "playground" / "playground.json").exists()


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
    from bot.operations.playing import _begin_anew

    networks = tmp_path / "networks"
    networks.mkdir()
    (networks / "weights.pth").write_bytes(b"dear")
    home = tmp_path / "playground"
    for _ in range(2):
        _begin_anew(home, networks)
        assert (home / "networks" / "weights.pth").read_bytes() == b"dear"
        assert [path.name for path in home.iterdir()] == ["networks"]
        (home / leftover).parent.mkdir(exist_ok=True)
        (home / leftover).write_bytes(b"of a world that is gone")
