"""Starting our own programs: with which interpreter, which environment, and what ends them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping

_PR_SET_PDEATHSIG = 1
_SECRET = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "DATABASE", "API_KEY", "ACCESS_KEY", "PRIVATE")


def python_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours. -P: the working directory is no place to import from."""
    return [sys.executable, "-P", "-m", module, *arguments]


def import_path() -> str:
    """PYTHONPATH with which another process finds what this one finds."""
    return os.pathsep.join(os.path.abspath(entry) for entry in sys.path)  # noqa: PTH100 - "" is the working directory


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that dreams: it needs proxies and paths, and no token."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(("DISCORD_", "DASK_")) and not any(word in name.upper() for word in _SECRET)
    }
    return {**kept, "PYTHONPATH": import_path()}


def bare_environment() -> dict[str, str]:
    """The environment for a process that looks at strangers' files: nothing of the operator's."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": import_path(), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def die_with_parent() -> None:
    """On Linux the kernel ends this process when the one that started it is gone, however that went."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
