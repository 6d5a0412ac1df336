"""Which code a process runs, and how it says so to a scheduler, which lets in only those that run the same.

A worker of another version could read an order otherwise than it was meant, and dream the same recipe differently.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from distributed import Worker
from distributed.core import rpc
from distributed.security import Security

HELLO = "dreambot_hello"  #: the scheduler's handler that says which version it is
VERSION = "dreambot_version"  #: under which a worker's is in what it says when it registers
_CODE = ("bot/executor", "bot/kinds.py", "dreamcore")  #: what has to be the same on all machines


class OtherVersion(Exception):
    """The other side runs other code; the text is a sentence."""


class NotOurs(Exception):
    """A scheduler that knows nothing of dreams; the text is a sentence."""


@dataclass(frozen=True, kw_only=True)
class Hello:
    """What a scheduler says of itself."""

    version: str
    workers: int


@functools.cache
def version() -> str:
    """Of this process: the release, and a digest of the code that workers and bot have to share."""
    try:
        release = metadata.version("dreambot")
    except metadata.PackageNotFoundError:  # run from a folder that was never installed
        release = "0"
    digest = hashlib.sha256()
    root = Path(__file__).parents[3]
    for path in _sources(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{release} (code {digest.hexdigest()[:8]})"


def of_worker(_worker: Worker) -> str:
    """As a worker says it when it registers."""
    return version()


def _sources(root: Path) -> Iterator[Path]:
    for name in _CODE:
        path = root / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


async def hello(address: str, security: Security, *, name: str) -> Hello:
    """Ask the scheduler. Raises OSError, OtherVersion, NotOurs."""
    async with rpc(address, connection_args=security.get_connection_args("client")) as scheduler:  # type: ignore[no-untyped-call]
        try:
            said: dict[str, Any] = await getattr(scheduler, HELLO)(version=version(), name=name)
        except OSError:
            raise
        except Exception as error:  # whatever Dask says to a word that it does not know
            raise NotOurs(
                f"At {address} there is a scheduler, but none of Dreambot's: start it with python -m bot scheduler."
            ) from error
    theirs = str(said["version"])
    if theirs != version():
        raise OtherVersion(
            f"The scheduler at {address} runs Dreambot {theirs}, and {name} runs {version()}: bring both to the same"
            " version."
        )
    return Hello(version=theirs, workers=int(said["workers"]))
