"""Everything that one acts with, by keyboard alone, and with nothing in the way of a screen reader."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.page.acting import WORKBENCH, drag, messages, use
from tests.e2e.page.browser import DESKTOP, PHONE, Tab, Visit, in_browser
from tests.e2e.page.test_accessible import faults
from tests.e2e.town import DOT, Town


async def tab_to(tab: Tab, name: str, *, backwards: bool = False) -> None:
    """Press Tab until something of that name has the focus."""
    seen: list[str] = []
    for _ in range(60):
        await tab.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        label = await tab.page.evaluate(
            "document.activeElement.matches('button') &&"
            "(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent)"
        )
        if name in str(label):
            return
        seen.append(str(label))
    raise AssertionError(f"Tab never came to {name}: {seen}")


@in_browser()
async def test_a_dream_its_menu_and_its_buttons_take_no_mouse(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await tab_to(tab, "Chelsea")
    await page.keyboard.press("Enter")
    await expect(tab.composer).to_be_focused()
    await page.keyboard.press("Enter")
    dream = await town.dream()
    row = page.locator(f"#message-{dream.id}")
    await expect(row.get_by_role("button", name="Recipe")).to_be_visible()
    await tab_to(tab, "Open large", backwards=True)  # in the message that was current last
    await page.keyboard.press("Escape")
    await page.keyboard.press("End")
    await expect(row).to_be_focused()
    await tab_to(tab, "Recipe")
    await page.keyboard.press("Enter")
    await town.says("With the same picture")
    await expect(row.get_by_role("button", name="Recipe")).to_be_focused()
    await row.focus()
    await page.keyboard.press("Shift+F10")
    await page.keyboard.type("dream this")
    await page.keyboard.press("Enter")
    again = await town.standin.message(lambda one: one.interaction_name == "Dream this")
    assert again.author is town.standin.world.bot


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param(DESKTOP, "dark", id="dark"),
        pytest.param(DESKTOP, "light", id="light", marks=pytest.mark.soak),
        pytest.param(PHONE, "light", id="phone", marks=pytest.mark.soak),
    ],
)
def test_nothing_that_one_acts_with_hinders_anybody(size: tuple[int, int], scheme: str, tmp_path: object) -> None:
    @in_browser(size=size, scheme=scheme, module=WORKBENCH, answer=3.0)
    async def checked(town: Town, tab: Tab, visit: Visit) -> None:
        page, name = tab.page, f"{'phone' if size == PHONE else 'desktop'}-{scheme}"

        async def check(state: str) -> None:
            await tab.screenshot(f"acting-{name}-{state}")
            assert await faults(tab) == [], state

        await drag(tab, DOT, DOT)
        await page.get_by_role("button", name="Describe dot.png").first.click()
        await page.keyboard.type("A dot")
        await page.get_by_role("button", name="Mark dot.png as a spoiler").last.click()
        await check("files")
        await tab.say("x" * 1900)
        await use(tab, "/buttons")
        await expect(messages(tab)).to_have_count(2)
        await use(tab, "/lists")
        row = messages(tab).filter(has=page.get_by_role("combobox", name="Some animals"))
        await row.get_by_role("combobox", name="Some animals").click()
        await page.keyboard.press("Enter")
        await check("list")
        await page.keyboard.press("Escape")
        await use(tab, "/form")
        await page.keyboard.press("Enter")
        await check("form")
        await page.keyboard.press("Escape")
        await tab.composer.fill("/everything animal:cat count:7 text:no ")
        await page.keyboard.press("Enter")
        await check("options")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await use(tab, "/mute")
        await expect(page.get_by_role("article", name="/mute failed")).to_be_visible()
        await check("no-answer")
        await page.keyboard.press("ArrowUp")
        await expect(page.locator(".composer-bar")).to_be_visible()
        await tab.composer.fill("@")
        await check("edit")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await messages(tab).last.focus()
        await page.keyboard.press("Shift+F10")
        await check("menu")
        await page.keyboard.press("End")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+.")
        await page.locator(".wire-entry summary").last.click()
        await check("panel")

    checked(tmp_path)
