"""Fetching one file of weights: with time-outs and progress, and never half."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from dreamcore.errors import WeightsError
from dreamcore.sentences import Sentence

#: Gets the bytes so far and the bytes in all, if known.
Progress = Callable[[int, "int | None"], None]

_CHUNK = 1 << 18
_LARGEST = 4 << 30  # bytes; the largest of torchvision's classifiers is 2.5 GB


def download(
    address: str,
    target: Path,
    *,
    sha256_prefix: str = "",
    on_progress: Progress | None = None,
    timeout: float = 20.0,
) -> Path:
    """Fetch `address` into the file `target`, which appears whole or not at all.

    `timeout` (seconds) holds for connecting and for every wait for more bytes. Raises `WeightsError` with one sentence
    that says where the file could be put by hand.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _partial_file(target) as (file, partial):
            digest = _fetch(address, file, on_progress, timeout)
            if not digest.startswith(sha256_prefix):
                raise _Damaged(
                    Sentence("its checksum is {found}…, not {right}…", found=digest[:16], right=sha256_prefix)
                )
            file.close()
            partial.replace(target)
    except (OSError, http.client.HTTPException, _Damaged, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it is also the server's answer, with an open connection
        raise WeightsError(
            Sentence(
                "The weights could not be fetched from {address} ({reason});"
                " if you have the file, put it into {folder} as {name}.",
                address=address,
                reason=_reason(error),
                folder=str(target.parent),
                name=target.name,
            ),
            log=f"download of {address} to {target} failed: {error!r}",
        ) from error
    return target


class _Damaged(Exception):
    """What arrived is not what was promised."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


def _fetch(address: str, file: BinaryIO, on_progress: Progress | None, timeout: float) -> str:
    """Stream the address into the file; the sha256 of what came."""
    request = urllib.request.Request(address, headers={"User-Agent": "dreambot"})  # noqa: S310 - addresses are ours
    sha256 = hashlib.sha256()
    done = 0
    with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
        length = answer.headers.get("Content-Length")
        total = int(length) if length is not None and length.isdecimal() else None
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            sha256.update(chunk)
            done += len(chunk)
            if done > _LARGEST:
                raise _Damaged(Sentence("it does not end"))
            if on_progress is not None:
                on_progress(done, total)
    if total is not None and done != total:
        raise _Damaged(Sentence("only {count} of {total} bytes came", count=done, total=total))
    file.flush()
    os.fsync(file.fileno())
    return sha256.hexdigest()


@contextlib.contextmanager
def _partial_file(target: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file of its own beside the target, so that two programs that fetch the same thing don't meet in it."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f"{target.name}.", suffix=".part", delete=False) as file:
        partial = Path(file.name)
        try:
            yield file.file, partial  # type: ignore[misc]
        finally:
            partial.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    """A few words for the person; the class's name where the error has none."""
    if isinstance(error, _Damaged):
        return error.reason
    reason = getattr(error, "reason", None) or str(error) or type(error).__name__
    if isinstance(error, TimeoutError) or isinstance(reason, TimeoutError):
        return Sentence("no answer in time")
    return str(reason).splitlines()[0][:120]
