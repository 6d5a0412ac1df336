"""Menus of messages and people: by mouse, keyboard and finger."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.page.acting import WORKBENCH, messages
from tests.e2e.page.browser import PHONE, Tab, Visit, in_browser
from tests.e2e.town import Town

HOSTILE = '<img src=x onerror="document.title=1">'


@in_browser()
async def test_the_bots_message_command_is_in_every_messages_menu(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await page.get_by_role("button", name="Pick a sample").click()
    await page.keyboard.press("Enter")
    await tab.say("just a picture")
    row = messages(tab).first
    await expect(row.locator(".attachments img")).to_be_visible()
    await row.get_by_text("just a picture").click(button="right")
    menu = page.get_by_role("menu")
    await expect(menu).to_be_visible()
    await tab.screenshot("acting-menu")
    await menu.get_by_role("group", name="Apps").get_by_role("menuitem", name="Dream this").click()
    await town.dream()
    await expect(tab.log.get_by_role("button", name="Stronger")).to_be_visible()


@in_browser(module=WORKBENCH)
async def test_a_menu_is_used_with_the_keyboard_alone(town: Town, tab: Tab, visit: Visit) -> None:
    await tab.say("first")
    await tab.say("eleven char")
    row, page = messages(tab).last, tab.page
    await expect(row).to_contain_text("eleven char")
    await row.focus()
    await page.keyboard.press("Shift+F10")
    menu = page.get_by_role("menu")
    items = menu.get_by_role("menuitem")
    await expect(items.first).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(items.nth(1)).to_be_focused()
    await page.keyboard.press("ArrowDown")  # out of the row of signs
    await expect(items.filter(has_text="React with another")).to_be_focused()
    await page.keyboard.press("End")
    await expect(items.filter(has_text="Delete")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(items.first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(row).to_be_focused()
    await page.keyboard.press("Shift+F10")
    await page.keyboard.type("we")
    await expect(items.filter(has_text="Weigh")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(messages(tab).last).to_contain_text("11 letters.")


@in_browser(module=WORKBENCH)
async def test_reacting_copying_and_deleting(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await tab.say("to be copied")
    row = messages(tab).first
    await row.hover()
    await row.get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("menuitem", name="React with 👍").click()
    await expect(row.get_by_role("button", name="👍, 1 reaction")).to_be_visible()
    await row.hover()
    await row.get_by_role("button", name="Message menu").click()
    await page.get_by_role("menuitem", name="React with another").click()
    await page.get_by_role("textbox", name="One emoji").fill("🦊")
    await page.keyboard.press("Enter")
    await expect(row.get_by_role("button", name="🦊, 1 reaction")).to_be_visible()
    await row.click(button="right", position={"x": 400, "y": 10})
    await page.get_by_role("menuitem", name="Copy text").click()
    await page.wait_for_function("async () => await navigator.clipboard.readText() === 'to be copied'")
    await row.click(button="right", position={"x": 400, "y": 10})
    await page.get_by_role("menuitem", name="Delete").click()
    question = page.get_by_role("dialog", name="Delete this message?")
    await tab.screenshot("acting-delete")
    await question.get_by_role("button", name="Cancel").click()
    await expect(row).to_be_visible()
    await row.click(button="right", position={"x": 400, "y": 10})
    await page.get_by_role("menuitem", name="Delete").click()
    await question.get_by_role("button", name="Delete").click()
    await expect(messages(tab)).to_have_count(0)


@in_browser(module=WORKBENCH)
async def test_one_offers_only_what_the_person_may_do(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await town.ask("Ben's words", user=town.place.ben, channel=town.place.general)
    row, items = messages(tab).first, page.get_by_role("menuitem")
    await row.click(button="right", position={"x": 400, "y": 10})
    await expect(items.filter(has_text="Reply")).to_be_visible()
    await expect(items.filter(has_text="Edit")).to_have_count(0)
    await expect(items.filter(has_text="Delete")).to_have_count(0)
    await page.keyboard.press("Escape")
    await tab.be("Mo")  # a moderator
    await row.click(button="right", position={"x": 400, "y": 10})
    await expect(items.filter(has_text="Edit")).to_have_count(0)
    await items.filter(has_text="Delete").click()
    await page.get_by_role("dialog", name="Delete this message of Ben?").get_by_role("button", name="Delete").click()
    await expect(messages(tab)).to_have_count(0)


@in_browser(module=WORKBENCH)
async def test_a_person_has_a_menu_with_the_bots_entries_and_may_be_mentioned(
    town: Town, tab: Tab, visit: Visit
) -> None:
    page = tab.page
    person = page.get_by_role("complementary", name="People").get_by_role("button", name="Ben")
    await person.click()
    await page.get_by_role("menu", name="Ben").get_by_role("menuitem", name="Praise").click()
    await expect(messages(tab).last).to_contain_text("Well done, Ben.")
    await person.focus()
    await person.press("Enter")
    await page.keyboard.press("Enter")
    await expect(tab.composer).to_have_value("@Ben ")
    await expect(tab.composer).to_be_focused()


@in_browser(module=WORKBENCH, size=PHONE, touch=True)
async def test_a_long_press_opens_the_menu_on_a_phone(town: Town, tab: Tab, visit: Visit) -> None:
    await tab.say("press me")
    row, page = messages(tab).first, tab.page
    await expect(row).to_contain_text("press me")
    session = await page.context.new_cdp_session(page)
    box = await row.get_by_text("press me").bounding_box()
    assert box is not None
    point = {"x": box["x"] + 10, "y": box["y"] + 8}
    await session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    await expect(page.get_by_role("menu")).to_be_visible()
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await tab.screenshot("acting-menu-phone")
    await page.get_by_role("menuitem", name="Reply").tap()
    await expect(page.locator(".composer-bar")).to_contain_text("Replying to Ada")


@in_browser(start=False)
async def test_names_and_files_are_text_wherever_they_stand(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    ben = town.place.ben
    ben.display_name = HOSTILE
    said = await town.ask("hello", user=ben, channel=town.place.general)
    await page.reload()
    row = page.locator(f"#message-{said.id}")
    await row.hover()
    await row.get_by_role("button", name="Reply").click()
    await expect(page.locator(".composer-bar")).to_contain_text(HOSTILE)
    await tab.composer.press_sequentially("@<img")
    await expect(page.get_by_role("listbox", name="Suggestions").get_by_role("option").first).to_contain_text(HOSTILE)
    await tab.composer.press("Tab")
    await tab.screenshot("acting-hostile")
    await tab.composer.press("Enter")
    sent = await town.standin.message(lambda one: one.author is town.place.ada)
    assert sent.content == f"<@{ben.id}>"
    await row.get_by_role("button", name=HOSTILE).click()
    await expect(page.get_by_role("menu", name=HOSTILE)).to_be_visible()
    assert await page.title() != "1"
    assert await page.locator("img[src=x]").count() == 0
