"""The README's first picture, made again: python -m tests.e2e.page.picture docs/pictures/playground.jpg

The page after somebody's first dream, by the real bot; with the weights of inception_v1 where DREAM_NETWORKS has them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests.e2e.page.browser import CHROMIUM, Tab
from tests.e2e.town import town


async def make(path: Path, *, sample: str, recipe: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with town(Path(home), "bot", {}) as here, async_playwright() as playwright:
            await here.start()
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = await browser.new_context(viewport={"width": 1180, "height": 1240}, color_scheme="dark")
            tab = Tab(await context.new_page())
            await tab.open(here.page.address)
            await tab.page.get_by_role("link", name="dreams").click()
            await tab.page.get_by_role("button", name=sample).first.click()
            await tab.say(f"!dream {recipe}")
            await here.dream()
            await tab.log.get_by_role("button", name="Again").wait_for()
            await tab.page.mouse.move(0, 0)
            await tab.page.wait_for_timeout(1500)  # pictures come last
            await tab.page.screenshot(path=path, type="jpeg", quality=88)
            await browser.close()
            await here.bot.stop()


def main() -> None:
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures/playground.jpg")
    asyncio.run(make(path, sample="Landscape", recipe="style=snakes seed=3"))


if __name__ == "__main__":
    main()
