"""axe-core finds no serious fault in any main state of the page, dark and light, wide and narrow."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.e2e.page.browser import DESKTOP, PHONE, Tab, Visit, in_browser
from tests.e2e.page.test_visits import dreamt, sent_sample
from tests.e2e.town import Town


async def faults(tab: Tab) -> list[str]:
    """What hinders somebody, with where."""
    found = (await Axe().run(tab.page)).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {one['help']} at {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESKTOP, "dark"), (DESKTOP, "light"), (PHONE, "dark")], ids=["dark", "light", "phone"]
)
def test_no_state_of_the_page_hinders_anybody(size: tuple[int, int], scheme: str, tmp_path: object) -> None:
    @in_browser(size=size, scheme=scheme, PRETEND_SECONDS="0.2")
    async def checked(town: Town, tab: Tab, visit: Visit) -> None:
        page = tab.page
        assert await faults(tab) == [], "the first visit"
        await sent_sample(tab)
        await dreamt(tab)
        assert await faults(tab) == [], "a dream"
        await tab.log.get_by_role("button", name="before and after").press("Enter")
        await expect(page.get_by_role("slider")).to_be_visible()
        assert await faults(tab) == [], "before and after"
        await page.keyboard.press("Escape")
        await tab.composer.fill("/")
        await expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
        assert await faults(tab) == [], "the commands"
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="What goes over the wire").click()
        await expect(page.get_by_role("complementary", name="What goes over the wire")).to_be_visible()
        assert await faults(tab) == [], "the panel"

    checked(tmp_path)
