"""Long work that stops between two frames and goes on later: what it hands back, and how that is written down.

A checkpoint is a zip file of JSON and raw bytes: reading one runs no code. It knows its kind of work, that kind's
version, and what it is of; whoever resumes gets `None` for one that is damaged or of something else, and begins again.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

_ABOUT = "about.json"
_DAMAGES = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(KeyError, ValueError, TypeError, AttributeError),  # JSON's errors are ValueErrors
)

#: Asked between frames or cells; True: stop here and hand the checkpoint back.
AskPause = Callable[[], bool]


def never() -> bool:
    """The pause of work that is done in one go."""
    return False


@dataclass(frozen=True, kw_only=True)
class Paused:
    """Work that stopped part of the way: hand the checkpoint in again, and it goes on as if it had not."""

    checkpoint: bytes
    share: float  #: of the whole piece of work that is done, from 0 to 1


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What a piece of work needs to go on."""

    state: Mapping[str, Any] = field(default_factory=dict)  #: what JSON holds
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)  #: of numbers, exactly
    blobs: Mapping[str, bytes] = field(default_factory=dict)  #: already compressed, such as encoded video


def fingerprint(*parts: bytes | str) -> str:
    """A short name for what a checkpoint is of: a recipe's text, a picture's pixels.

    >>> fingerprint("seed=1", b"pixels") == fingerprint("seed=1", b"pixels"), fingerprint("a", "b") == fingerprint("ab")
    (True, False)
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def pack(checkpoint: Checkpoint, *, kind: str, version: int, recipe: str, source: str) -> bytes:
    """The checkpoint as bytes. recipe: the work's text; source: `fingerprint` of all else that it is made from."""
    about = {
        **_identity(kind, version, recipe, source),
        "state": dict(checkpoint.state),
        "arrays": {name: [array.dtype.str, *array.shape] for name, array in checkpoint.arrays.items()},
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr(_ABOUT, json.dumps(about))
        for name, array in checkpoint.arrays.items():
            raw = np.ascontiguousarray(array).tobytes()
            file.writestr(f"arrays/{name}", raw, zipfile.ZIP_DEFLATED, compresslevel=1)
        for name, blob in checkpoint.blobs.items():
            file.writestr(f"blobs/{name}", blob)
    return written.getvalue()


def unpack(data: bytes | None, *, kind: str, version: int, recipe: str, source: str) -> Checkpoint | None:
    """The checkpoint that `pack` wrote; None, and a line in the log, for one that is damaged or of other work."""
    if data is None:
        return None
    try:
        return _read(data, _identity(kind, version, recipe, source))
    except _DAMAGES as error:
        _log.warning("A checkpoint of %s cannot be used, the work begins again: %s", kind, error)
        return None


def _identity(kind: str, version: int, recipe: str, source: str) -> dict[str, object]:
    return {"kind": kind, "version": version, "recipe": recipe, "source": source}


def _read(data: bytes, expected: Mapping[str, object]) -> Checkpoint:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        about = json.loads(file.read(_ABOUT))
        for key, value in expected.items():
            if about[key] != value:
                raise ValueError(f"it has another {key}")
        arrays = {
            name: np.frombuffer(file.read(f"arrays/{name}"), np.dtype(kind)).reshape(shape).copy()
            for name, (kind, *shape) in about["arrays"].items()
        }
        names = [name.removeprefix("blobs/") for name in file.namelist() if name.startswith("blobs/")]
        return Checkpoint(
            state=about["state"], arrays=arrays, blobs={name: file.read(f"blobs/{name}") for name in names}
        )
