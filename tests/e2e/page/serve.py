"""The page with the real bot behind it, for whoever works on the page: python -m tests.e2e.page.serve

--pretend: with an engine that dreams nothing, and at once.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from bot.playground.standin import StandIn
from bot.signals import told_to_stop
from tests.e2e.town import Town


async def serve(home: Path, *, port: int, module: str, bot: bool, seconds: str) -> None:
    standin = StandIn(port=port, keep=1000)
    town = Town(standin, home, module, {"PRETEND_SECONDS": seconds})
    with told_to_stop() as stop:
        async with standin:
            print(town.page.address, flush=True)
            try:
                if bot:
                    await town.start(wait=False)
                await stop.wait()
            finally:
                await town.page.close()
                if town.lives and not town.bot.ended:
                    await town.bot.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pretend", action="store_true", help="an engine that dreams nothing")
    parser.add_argument("--seconds", default="1", help="how long a pretended dream takes")
    parser.add_argument("--no-bot", action="store_true", help="nobody answers until the page restarts the bot")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    module = "tests.e2e.pretending" if options.pretend else "bot"
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(
            serve(Path(home), port=options.port, module=module, bot=not options.no_bot, seconds=options.seconds)
        )


if __name__ == "__main__":
    main()
