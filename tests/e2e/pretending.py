"""The real bot with an engine that dreams nothing, for figures about everything but the engine.

PRETEND_SECONDS: how long a dream takes. PRETEND_SLOTS: how many run at once. PRETEND_BYTES: how large the files are.
PRETEND_GATE: a file that says how many dreams may end; without it none may.
"""

from __future__ import annotations

import asyncio
import math
import os
from pathlib import Path

from bot.client import run
from bot.config import read_config
from bot.logs import configure
from tests.bot.engine import PretendExecutor


def main() -> None:
    config = read_config(os.environ, Path(os.devnull))
    configure(config)
    gate = os.environ.get("PRETEND_GATE")

    def allowed() -> float:
        if gate is None:
            return math.inf
        try:
            return float(Path(gate).read_text())
        except FileNotFoundError:
            return 0

    executor = PretendExecutor(
        seconds=float(os.environ.get("PRETEND_SECONDS", "0")),
        slots=int(os.environ.get("PRETEND_SLOTS", "1")),
        size=int(os.environ.get("PRETEND_BYTES", "0")),
        allowed=allowed,
        remembers=False,  # or its memory would be taken for the bot's
    )
    asyncio.run(run(config, executor_for=lambda _: executor))


if __name__ == "__main__":
    main()
