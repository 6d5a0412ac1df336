"""The pictures of docs/challenges.md, made again: python -m tests.e2e.page.story docs/pictures

A whole challenge in the page, by the real bot: made, entered by three members, voted for, closed, its results. With the
weights of inception_v1 where DREAM_NETWORKS has them.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Locator, async_playwright, expect

from tests.e2e.page.acting import messages, use
from tests.e2e.page.browser import CHROMIUM, Tab
from tests.e2e.town import Town, town

PATIENCE = 120  #: seconds; a dream at full size takes some
THEME = "Gardens at night"
WORDS = "Dream something that **glows in the dark**: a garden, a window, a sky."
DREAMS = {
    "Ada": ("Landscape", "style=flowers seed=4"),
    "Ben": ("Chelsea", "style=peacocks seed=2"),
    "Mo": ("Rocket", "style=fountains seed=7"),
}
FOOT = re.compile(r"Entry #\d+ · \d of \d")  #: below each entry of the gallery
VOTES = {"Ada": ("Ben",), "Ben": ("Ada",), "Mo": ("Ada", "Ben"), "Olive": ("Ada", "Mo")}


class Story:
    """What happens, and what is looked at."""

    def __init__(self, browser: Browser, here: Town, folder: Path) -> None:
        self._browser, self._here, self._folder = browser, here, folder
        self._tabs: dict[str, Tab] = {}

    async def tab(self, name: str) -> Tab:
        """Each person has a browser of their own, in the challenge's channel."""
        if name not in self._tabs:
            context = await self._browser.new_context(viewport={"width": 1180, "height": 1100}, color_scheme="dark")
            tab = Tab(await context.new_page())
            await tab.open(self._here.page.address)
            if name != "Ada":
                await tab.be(name)
            await tab.page.get_by_role("link", name="dream-challenge").click()
            await expect(tab.page.get_by_role("heading", name="dream-challenge").first).to_be_visible()
            self._tabs[name] = tab
        return self._tabs[name]

    async def picture(self, tab: Tab, name: str, *, at: Locator | None = None) -> None:
        await tab.page.mouse.move(0, 0)
        if at is not None:
            await at.scroll_into_view_if_needed()
        await tab.page.wait_for_timeout(1500)  # pictures come last
        self._folder.mkdir(parents=True, exist_ok=True)
        await tab.page.screenshot(path=self._folder / f"challenge-{name}.jpg", type="jpeg", quality=85)

    async def made(self) -> None:
        olive = await self.tab("Olive")
        await use(olive, "/challenge create")
        form = olive.page.get_by_role("dialog")
        for label, text in (
            ("Theme", THEME),
            ("Description", WORDS),
            ("Submissions until", "3 days"),
            ("Voting until", "2 days"),
            ("Prize", "Your dream becomes the server's banner."),
        ):
            await form.get_by_role("textbox", name=label).fill(text)
        await form.get_by_role("button", name="Submit").click()
        opening = olive.log.get_by_role("button", name="Open now")
        await opening.wait_for()
        await self.picture(olive, "draft")
        await opening.click()
        await olive.log.get_by_role("button", name="Submit a dream").wait_for()

    async def entered(self) -> None:
        for name, (sample, recipe) in DREAMS.items():
            tab = await self.tab(name)
            await tab.page.get_by_role("button", name="Pick a sample").click()
            await tab.page.get_by_role("dialog", name="Pick a sample").get_by_role("button", name=sample).click()
            await tab.say(f"!dream {recipe}")
            enter = messages(tab).last.get_by_role("button", name="Enter in the challenge")
            await enter.wait_for(timeout=1000 * PATIENCE)
            await enter.click()
            await expect(messages(tab).last).to_contain_text("Your dream is in the challenge")
            if name == "Ada":
                await self.picture(tab, "entered")

    async def voted(self) -> None:
        olive = await self.tab("Olive")
        await use(olive, "/challenge close")
        await olive.log.get_by_role("button", name="Look and vote").wait_for()
        for name, wanted in VOTES.items():
            tab = await self.tab(name)
            await tab.log.get_by_role("button", name="Look and vote").click()
            gallery = messages(tab).last
            for member in sorted(wanted, key=lambda one: one == name):
                await self._vote(gallery, member)
            if name == "Mo":
                await gallery.get_by_role("button", name="Overview").click()
                await gallery.get_by_role("combobox", name="Look at one of them").wait_for()
                await self.picture(tab, "gallery")

    async def _vote(self, gallery: Locator, member: str) -> None:
        """Leaf on to that member's dream."""
        for _ in DREAMS:
            if f"@{member}" in await gallery.inner_text():
                break
            shown = await gallery.get_by_text(FOOT).inner_text()
            await gallery.get_by_role("button", name="▶").click()
            await expect(gallery.get_by_text(FOOT)).not_to_have_text(shown)
        await expect(gallery).to_contain_text(f"@{member}")
        await gallery.get_by_role("button", name="Vote", exact=True).click()
        await expect(gallery).to_contain_text("You have voted for this one.")

    async def told(self) -> None:
        olive = await self.tab("Olive")
        await use(olive, "/challenge close")
        await olive.log.get_by_role("button", name="All entries").wait_for(timeout=1000 * PATIENCE)
        await olive.page.set_viewport_size({"width": 1180, "height": 1320})
        await self.picture(olive, "results", at=olive.log.get_by_role("button", name="All entries"))


async def make(folder: Path) -> None:
    expect.set_options(timeout=1000 * PATIENCE)
    with tempfile.TemporaryDirectory() as home:
        async with town(Path(home), "bot", {}) as here, async_playwright() as playwright:
            await here.start()
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            story = Story(browser, here, folder)
            for part in (story.made, story.entered, story.voted, story.told):
                await part()
            await browser.close()
            await here.bot.stop()


def main() -> None:
    asyncio.run(make(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")))


if __name__ == "__main__":
    main()
