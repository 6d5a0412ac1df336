"""The real bot with an engine that dreams nothing, for figures about everything but the engine.

PRETEND_SECONDS: how long a dream takes. PRETEND_GATE: a file that says how many dreams may end; without it none may.
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
    seconds, gate = float(os.environ.get("PRETEND_SECONDS", "0")), os.environ.get("PRETEND_GATE")

    def allowed() -> float:
        if gate is None:
            return math.inf
        try:
            return float(Path(gate).read_text())
        except FileNotFoundError:
            return 0

    asyncio.run(run(config, executor_for=lambda _: PretendExecutor(seconds=seconds, allowed=allowed)))


if __name__ == "__main__":
    main()
