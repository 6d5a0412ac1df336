"""A person in front of the page: Debian's Chromium, headless, and the real bot behind the stand-in.

Screenshots land in `build/screenshots`, to be looked at.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import shutil
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright, expect

from tests.e2e.town import Town, in_town

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
SCREENSHOTS = Path(__file__).parents[3] / "build" / "screenshots"
PATIENCE = 60  #: seconds; a loaded machine draws slowly
DESKTOP, PHONE = (1280, 800), (390, 844)

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium, which Debian and Ubuntu have as a package: apt install chromium"
)


class Tab:
    """One tab, and what went wrong in it: exceptions, errors in the console, what the security policy has stopped."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        page.set_default_timeout(1000 * PATIENCE)
        page.on("pageerror", lambda error: self.troubles.append(f"exception: {error}"))
        page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type}: {message.text}")

    async def open(self, address: str) -> None:
        await self.page.goto(address)
        await self.composer.wait_for()

    async def be(self, name: str) -> None:
        """Somebody else from now on; their commands, channels and portrait are there."""
        portrait = self.page.locator(".me img")
        before = await portrait.get_attribute("src") or ""
        await self.page.get_by_role("combobox", name="You are").select_option(label=name)
        await expect(portrait).not_to_have_attribute("src", before)

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message #")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def screenshot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


class Visit:
    """A browser with the page of a town in it."""

    def __init__(self, browser: Browser, town: Town, options: dict[str, Any]) -> None:
        self._browser, self.town, self._options = browser, town, options
        self.tabs: list[Tab] = []

    async def __aenter__(self) -> Visit:
        return self

    async def __aexit__(self, *_: object) -> None:
        for tab in self.tabs:
            await tab.page.context.close()

    async def tab(self) -> Tab:
        """One more, as another person's browser would be."""
        context = await self._browser.new_context(**self._options)
        tab = Tab(await context.new_page())
        self.tabs.append(tab)
        await tab.open(self.town.page.address)
        return tab


def in_browser(
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: str = "dark",
    touch: bool = False,
    module: str = "tests.e2e.pretending",
    start: bool = True,
    held: bool = False,
    answer: float = 60.0,
    may_complain: bool = False,
    **variables: str,
) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Callable[..., None]]:
    """Makes a test out of `async def test(town, tab, visit)`: a fresh browser, the page open in one tab.

    Afterwards the browser may not have complained, unless that is what the test is about.
    """
    options = {
        "viewport": {"width": size[0], "height": size[1]},
        "color_scheme": scheme,
        "has_touch": touch,
        "reduced_motion": "reduce",
    }

    def decorate(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
        async def lived(town: Town) -> None:
            expect.set_options(timeout=1000 * PATIENCE)
            async with Visit(_station().browser, town, options) as visit:
                await test(town, await visit.tab(), visit)
                if not may_complain:
                    assert [trouble for tab in visit.tabs for trouble in tab.troubles] == []

        lived.__name__, lived.__doc__ = test.__name__, test.__doc__
        return needs_chromium(
            in_town(module=module, start=start, held=held, answer=answer, run=_run, **variables)(lived)
        )

    return decorate


class _Station:
    """Chromium and the event loop it is driven from, one for each test process: to start it takes longer than most
    tests. Every test has a fresh context in it."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.browser = self._runner.run(self._launch())

    async def _launch(self) -> Browser:
        playwright = await self._stack.enter_async_context(async_playwright())
        # Chromium's own sandbox does not work for root, and containers run as root.
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        self._stack.push_async_callback(browser.close)
        return browser

    def run(self, test: Coroutine[Any, Any, None]) -> None:
        self._runner.run(test)

    def close(self) -> None:
        try:
            self._runner.run(self._stack.aclose())
        finally:
            self._runner.close()


@functools.cache
def _station() -> _Station:
    station = _Station()
    atexit.register(station.close)
    return station


def _run(test: Coroutine[Any, Any, None]) -> None:
    _station().run(test)
