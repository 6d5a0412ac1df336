"""Buttons and lists under messages, and messages made of components."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.page.acting import WORKBENCH, messages, use
from tests.e2e.page.browser import PHONE, Tab, Visit, in_browser
from tests.e2e.town import Town


@in_browser(module=WORKBENCH, answer=3.0)
async def test_a_pressed_button_waits_fails_or_keeps_the_focus(town: Town, tab: Tab, visit: Visit) -> None:
    await use(tab, "/buttons")
    row = messages(tab).filter(has=tab.page.get_by_role("button", name="Count"))
    count = row.get_by_role("button", name="Count")
    await count.focus()
    await count.press("Enter")
    await expect(row).to_contain_text("Counted 1.")
    await expect(count).to_be_focused()
    await count.press("Enter")
    await expect(row).to_contain_text("Counted 2.")
    await expect(count).to_be_focused()
    slowly = row.get_by_role("button", name="Slowly")
    # Twice, and looked at, in one moment: once is enough.
    assert await slowly.evaluate("(one) => { one.click(); one.click(); return one.ariaBusy; }") == "true"
    await expect(messages(tab).last).to_contain_text("That took its time.")
    await expect(slowly).to_have_attribute("aria-busy", "false")
    assert sum("took its time" in one.text for one in town.standin.world.messages()) == 1
    silent = row.get_by_role("button", name="Silent")
    await silent.click()
    await expect(silent).to_have_attribute("aria-busy", "true")
    await expect(row.get_by_role("alert")).to_have_text("This interaction failed")
    await expect(silent).to_have_attribute("aria-busy", "false")
    await tab.screenshot("acting-buttons")
    await expect(row.get_by_role("button", name="Off")).to_be_disabled()
    link = row.get_by_role("link", name="Elsewhere")
    await expect(link).to_have_attribute("href", "https://example.org/")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


@in_browser(module=WORKBENCH)
async def test_lists_take_one_entry_or_several_and_people(town: Town, tab: Tab, visit: Visit) -> None:
    await use(tab, "/lists")
    page = tab.page
    row = messages(tab).filter(has=page.get_by_role("combobox", name="Some animals"))
    some = row.get_by_role("combobox", name="Some animals")
    await some.click()
    await tab.screenshot("acting-list")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(row.get_by_role("alert")).to_have_text("Choose 2 entries or more; there are 1.")
    await some.press("Enter")
    await page.keyboard.type("fox")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await town.says("Animals: ant+fox.")
    await expect(some).to_be_focused()
    await row.get_by_role("combobox", name="Choose from the list").click()
    await row.get_by_role("option", name="two").click()
    await town.says("One: two.")
    await row.get_by_role("combobox", name="A person").press("ArrowDown")
    await page.keyboard.type("mo")
    await page.keyboard.press("Enter")
    await town.says("Person: mo.")


@in_browser(module=WORKBENCH, size=PHONE, scheme="light", touch=True)
async def test_a_message_of_components_is_shown_and_works_on_a_phone(town: Town, tab: Tab, visit: Visit) -> None:
    await use(tab, "/modern")
    row = messages(tab).filter(has=tab.page.get_by_role("button", name="Press"))
    await expect(row.get_by_role("heading", name="A heading")).to_be_visible()
    await expect(row).to_contain_text("and words with <b>no</b> markup")
    await tab.screenshot("acting-modern-phone")
    await row.get_by_role("button", name="Press").tap()
    await expect(messages(tab).last).to_contain_text("Pressed in a section.")
