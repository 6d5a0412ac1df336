"""The bot that pretends (`pretending`), in a process whose clocks a test moves.

PRETEND_CLOCKS: the file with the clocks' hands, see `Hands`.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from pathlib import Path

_FORM = struct.Struct("dd")


class Hands:
    """How far the clocks of a process are ahead of the machine's: its wall clock, and the one that only goes forward.

    Shared memory: whoever reads a clock sees at once where its hands were put.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.write_bytes(_FORM.pack(0.0, 0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _FORM.size)

    @property
    def wall(self) -> float:
        return float(_FORM.unpack_from(self._shared)[0])

    @property
    def steady(self) -> float:
        return float(_FORM.unpack_from(self._shared)[1])

    def step(self, seconds: float) -> None:
        """Somebody, or something, sets the wall clock."""
        _FORM.pack_into(self._shared, 0, self.wall + seconds, self.steady)

    def let_pass(self, seconds: float) -> None:
        """Time goes by: both go forward."""
        _FORM.pack_into(self._shared, 0, self.wall + seconds, self.steady + seconds)


def _move_clocks(hands: Hands) -> None:
    wall, steady = time.time, time.monotonic
    time.time = lambda: wall() + hands.wall
    time.monotonic = lambda: steady() + hands.steady


def main() -> None:
    _move_clocks(Hands(Path(os.environ["PRETEND_CLOCKS"])))
    # Only now: a clock that is a function's default is taken when its module is read.
    from tests.e2e import pretending

    pretending.main()


if __name__ == "__main__":
    main()
