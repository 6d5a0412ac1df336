"""The builders' panel: what goes over the wire, and what can be made to go wrong."""

from __future__ import annotations

import json

from playwright.async_api import expect

from tests.e2e.page.acting import WORKBENCH, messages, use
from tests.e2e.page.browser import Tab, Visit, in_browser
from tests.e2e.town import Town


@in_browser(module=WORKBENCH)
async def test_the_wire_is_watched_filtered_paused_and_read(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await page.keyboard.press("Control+.")
    panel = page.get_by_role("complementary", name="What goes over the wire")
    lines = panel.get_by_role("list", name="Events and requests").locator("summary:visible")
    await expect(lines.filter(has_text="READY")).to_have_count(1)
    await use(tab, "/zoo count")
    await expect(lines.filter(has_text="INTERACTION_CREATE")).to_have_count(1)
    callback = lines.filter(has_text="/callback")
    await expect(callback).to_contain_text("200")
    await callback.click()
    detail = panel.get_by_label("JSON of POST")
    await expect(detail).to_contain_text('"content": "6 animals."')
    assert json.loads(await detail.inner_text())["request"]["type"] == 4
    await tab.screenshot("acting-panel")
    await panel.get_by_label("Which").select_option(label="REST")
    await expect(lines.filter(has_text="INTERACTION_CREATE")).to_have_count(0)
    await expect(callback).to_be_visible()
    await panel.get_by_label("Filter by text").fill("nothing is like this")
    await expect(panel.get_by_text("Nothing matches the filter.")).to_be_visible()
    await panel.get_by_label("Filter by text").fill("")
    await panel.get_by_role("button", name="Pause").click()
    await use(tab, "/zoo count")
    await expect(panel.get_by_role("button", name="waiting")).to_be_visible()
    await expect(callback).to_have_count(1)
    await panel.get_by_role("button", name="Go on").click()
    await expect(callback).to_have_count(2)
    await panel.get_by_role("button", name="Clear").click()
    await expect(lines).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="What goes over the wire")).to_be_focused()


@in_browser(module=WORKBENCH)
async def test_the_panel_keeps_the_latest_five_hundred(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await page.keyboard.press("Control+.")
    panel = page.get_by_role("complementary", name="What goes over the wire")
    await expect(panel.locator(".wire-entry").first).to_be_attached()
    said = await town.ask("hello", channel=town.place.general)
    shown = "(n) => document.querySelectorAll('.wire-entry').length >= n"
    for number in range(600):
        town.standin.people.edit(town.place.ada, said, f"hello {number}")
        if number % 100 == 99:  # told at most four times a second, the latest 200 each time
            await page.wait_for_function(shown, arg=min(500, number))
    await expect(panel.locator(".wire-entry")).to_have_count(500)


@in_browser(module=WORKBENCH)
async def test_faults_are_switched_on_counted_and_switched_off(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await page.get_by_role("button", name="What goes over the wire").click()
    panel = page.get_by_role("complementary", name="What goes over the wire")
    await panel.get_by_label("Answer 429: how many requests").fill("2")
    await panel.get_by_role("button", name="Answer 429").click()
    await expect(panel.get_by_text("2 to come")).to_be_visible()
    await tab.screenshot("acting-faults")
    await use(tab, "/zoo count")
    await expect(panel.locator("summary.failed").filter(has_text="429")).to_have_count(2)
    await expect(panel.get_by_text("to come")).to_have_count(0)
    await expect(messages(tab).last).to_contain_text("6 animals.")
    await panel.get_by_role("button", name="Drop the gateway").click()
    lines = panel.locator("summary")
    await expect(lines.filter(has_text="RESUMED")).to_have_count(1)
    await panel.get_by_label("Slow network").fill("2.5")
    await expect(panel.get_by_text("2.5 s")).to_be_visible()
    assert town.standin.faults.latency == 2.5
    await panel.get_by_role("button", name="Nothing goes wrong").click()
    await expect(panel.get_by_text("2.5 s")).to_have_count(0)
    assert town.standin.faults.latency == 0


@in_browser(module=WORKBENCH)
async def test_the_bot_is_restarted_from_the_panel_and_comes_back(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await page.keyboard.press("Control+.")
    await page.get_by_role("button", name="Restart the bot").click()
    await expect(page.locator(".wire-title").filter(has_text="READY")).to_have_count(2)
    assert len(town.lives) == 2
    await use(tab, "/zoo count")
    await town.says("6 animals.")
