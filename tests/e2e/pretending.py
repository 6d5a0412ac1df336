"""The real bot with an engine that dreams nothing, for figures about everything but the engine."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from bot.client import run
from bot.config import read_config
from bot.logs import configure
from tests.bot.engine import PretendExecutor


def main() -> None:
    config = read_config(os.environ, Path(os.devnull))
    configure(config)
    seconds = float(os.environ.get("PRETEND_SECONDS", "0"))
    asyncio.run(run(config, executor_for=lambda _: PretendExecutor(seconds=seconds)))


if __name__ == "__main__":
    main()
