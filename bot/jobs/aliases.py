"""What stands for somebody who was forgotten: a keyed hash of their id, which says nothing to whoever lacks the key.

The key and the tombstones lie in files beside the database, not in it, so that a backup of the database that is put
back brings nobody back: what the files say and the database does not know is done again (`bot.jobs.members`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigError
from bot.files import sync_folder

KEY_BYTES = 32

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Tombstone:
    """Somebody was forgotten: nothing of theirs from before this moment may be there."""

    alias: int
    at: float


class Aliases:
    """The key, made when it is first needed, and the tombstones. `open` and `bury` block: call them in a thread."""

    def __init__(self, folder: Path) -> None:
        self._key_file = folder / "forgetting.key"
        self._tombstones_file = folder / "forgotten.jsonl"
        self._key: bytes | None = None

    def open(self) -> list[Tombstone]:
        """Read what there is; returns the tombstones. Raises ConfigError for a key that cannot be one."""
        try:
            self._key = self._key_file.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ConfigError(f"The file {self._key_file} cannot be read: {error.strerror}.") from error
        if len(self._key) != KEY_BYTES:
            raise ConfigError(
                f"The file {self._key_file} is damaged: put it back from where you have it, or delete it; "
                "blocks of members who were forgotten do not hold any more then."
            )
        return list(self._read())

    def of(self, person: int) -> int | None:
        """A negative number, which is no id of Discord's; None while nobody has been forgotten."""
        return None if self._key is None else _alias(self._key, person)

    def bury(self, person: int, at: float) -> Tombstone:
        """Note, on the disk, that somebody is forgotten. Raises OSError."""
        if self._key is None:
            self._key = self._make_key()
        tombstone = Tombstone(alias=_alias(self._key, person), at=at)
        line = json.dumps({"alias": tombstone.alias, "at": tombstone.at})
        with open(self._tombstones_file, "a", encoding="utf-8", opener=_private) as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self._tombstones_file.parent)
        return tombstone

    def _make_key(self) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        part = self._key_file.with_suffix(".part")
        with open(part, "wb", opener=_private) as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._key_file)
        sync_folder(self._key_file.parent)
        return key

    def _read(self) -> Iterator[Tombstone]:
        try:
            text = self._tombstones_file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        except OSError as error:
            raise ConfigError(f"The file {self._tombstones_file} cannot be read: {error.strerror}.") from error
        for number, line in enumerate(text.splitlines(), 1):
            try:
                fields = json.loads(line)
                yield Tombstone(alias=int(fields["alias"]), at=float(fields["at"]))
            except (ValueError, TypeError, KeyError):  # a line that a power cut has left in the middle
                logger.warning("%s, line %d, is no tombstone", self._tombstones_file.name, number)


def _alias(key: bytes, person: int) -> int:
    digest = hmac.digest(key, f"member {person}".encode(), hashlib.sha256)
    return -1 - (int.from_bytes(digest[:8], "big") >> 1)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
