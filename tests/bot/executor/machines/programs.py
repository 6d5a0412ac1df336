"""Scheduler and workers as an operator starts them: processes of their own, with one copy of the code for all.

Their version is a digest of the code's files, so these must not change between the start of one and of another.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.bot.unset import unset_environment

ROOT = Path(__file__).parents[4]
PATIENCE = 120.0  #: seconds that anything may take; a busy machine starts processes slowly


def copied_code(folder: Path) -> Path:
    """Both packages as they are now."""
    for package in ("bot", "dreamcore"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def version_of(code: Path) -> str:
    """As processes with this code say it."""
    program = "from bot.executor.machines.joining import version; print(version())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=code, env=environment(code), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def environment(code: Path, **variables: str) -> dict[str, str]:
    return {
        **unset_environment(),
        "PYTHONPATH": str(code),
        "OMP_NUM_THREADS": "1",
        "DREAM_DEVICE": "cpu",
        "DREAM_THREADS": "1",
        "DREAM_DOWNLOAD": "no",
        **variables,
    }


def free_port() -> int:
    """One that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Program:
    """`python -m bot …`, with what it writes in a file. `before`: what starts it, such as `ip netns exec NAME`."""

    def __init__(
        self, folder: Path, code: Path, *arguments: str, before: tuple[str, ...] = (), **variables: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / f"{arguments[0]}-{time.monotonic_ns()}.log"
        given = environment(code, **{"DREAM_HOME": str(folder / "home"), "TMPDIR": str(folder), **variables})
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*before, sys.executable, "-m", "bot", *arguments],
                cwd=folder,
                env=given,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def said(self, pattern: str, *, times: int = 1) -> re.Match[str]:
        """The last of `times` places in the log that match, once they have come."""
        deadline = time.monotonic() + PATIENCE
        while len(found := [*re.finditer(pattern, self.log)]) < times:
            ended = self.process.poll()
            assert ended is None or len([*re.finditer(pattern, self.log)]) >= times, f"it ended ({ended}):\n{self.log}"
            assert time.monotonic() < deadline, f"it never said {pattern!r}:\n{self.log}"
            time.sleep(0.05)
        return found[times - 1]

    def stop(self) -> int:
        """As an operator would."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def ended(self) -> int:
        """Its status, once it has ended by itself."""
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """With all that it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
