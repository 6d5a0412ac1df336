"""What there is depends on where one is."""

from __future__ import annotations

import aiohttp
from playwright.async_api import expect

from tests.e2e.page.browser import Tab, Visit, in_browser
from tests.e2e.town import Town


@in_browser(start=False)
async def test_a_command_for_servers_only_is_not_offered_in_direct_messages(town: Town, tab: Tab, visit: Visit) -> None:
    commands = [{"name": "everywhere", "description": "x"}, {"name": "servers", "description": "x", "contexts": [0]}]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {town.standin.token}"}) as session:
        path = f"{town.standin.api}/applications/{town.standin.world.application.id}/commands"
        assert (await session.put(path, json=commands)).status == 200
    page = tab.page
    offered = page.get_by_role("listbox").get_by_role("option")
    channels = page.get_by_role("navigation", name="Channels")
    # There, and back again: by then the page has loaded both.
    for name, expected in (("general", 2), ("Dreambot", 1), ("general", 2), ("Dreambot", 1)):
        await channels.get_by_text(name).click()
        await page.get_by_role("textbox", name="Message").fill("/")
        await expect(offered).to_have_count(expected)
        await page.get_by_role("textbox", name="Message").fill("")
