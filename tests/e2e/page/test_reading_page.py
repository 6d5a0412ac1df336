"""The frame around the conversation: channels, people, what is wrong just now, narrow screens, night and day."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.page.browser import PHONE, Tab, Visit, in_browser
from tests.e2e.page.reading import by_bot, go_to, sample, shown
from tests.e2e.town import Town


@in_browser(start=False, may_complain=True)
async def test_a_page_that_was_cut_off_comes_back_as_who_and_where_it_was(town: Town, tab: Tab, visit: Visit) -> None:
    await tab.be("Mo")
    await go_to(tab, town.place.moderators)
    before = town.standin.people.post(town.place.moderators, town.place.mo, "Said before")
    await shown(tab, before).evaluate("one => { window.same = one; }")
    for one in tuple(town.page._visits):
        await one.leave()
    missed = town.standin.people.post(town.place.moderators, town.place.mo, "Said meanwhile")
    await expect(shown(tab, missed)).to_be_visible()
    await expect(tab.page.get_by_label("You are")).to_have_value(str(town.place.mo.id))
    assert await tab.page.evaluate("window.same.isConnected")  # what was there has stayed
    await tab.page.reload()
    await expect(shown(tab, missed)).to_be_visible()
    await expect(tab.page.get_by_label("You are")).to_have_value(str(town.place.mo.id))


@in_browser(start=False, may_complain=True)
async def test_the_page_says_when_the_playground_has_gone(town: Town, tab: Tab, visit: Visit) -> None:
    banner = tab.page.locator("#banner")
    await expect(banner).to_contain_text("The bot is away. What you post waits for it; it comes back by itself.")
    await town.page.close()  # as when it was started anew under another address
    await expect(banner).to_contain_text("its address has changed: open the one that the terminal printed")
    await town.standin.close()
    await expect(banner).to_contain_text("The playground has stopped. Start it again with make run.")
    await tab.screenshot("stopped")


@in_browser()
async def test_the_page_shows_the_bot_going_and_coming_back(town: Town, tab: Tab, visit: Visit) -> None:
    banner = tab.page.locator("#banner")
    await expect(banner).to_be_empty()
    await town.bot.stop()
    await expect(banner).to_contain_text("The bot is away.")
    await town.start()
    await expect(banner).to_be_empty()


@in_browser(start=False)
async def test_each_person_has_their_own_channels(town: Town, tab: Tab, visit: Visit) -> None:
    names = tab.page.get_by_role("navigation", name="Channels").get_by_role("link")
    await expect(names.filter(has_text="moderators")).to_have_count(0)
    await tab.be("Mo")
    await expect(names.filter(has_text="moderators")).to_have_count(1)
    await go_to(tab, town.place.moderators)
    await tab.be("Ada")
    await expect(names.filter(has_text="moderators")).to_have_count(0)
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("general")


@in_browser(start=False)
async def test_an_age_restricted_channel_asks_first(town: Town, tab: Tab, visit: Visit) -> None:
    place = town.place
    message = town.standin.people.post(place.late, place.ben, "Only at night", attachments=[sample("rocket")])
    await go_to(tab, place.late)
    await expect(tab.page.get_by_role("heading", name="This channel is age-restricted")).to_be_visible()
    assert await shown(tab, message).count() == 0
    await tab.screenshot("gate")
    await tab.page.get_by_role("button", name="No, take me back").click()
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("general")
    await go_to(tab, place.late)
    await tab.page.get_by_role("button", name="Continue").click()
    await expect(shown(tab, message)).to_be_visible()


@in_browser(start=False)
async def test_a_thread_stands_under_its_channel(town: Town, tab: Tab, visit: Visit) -> None:
    world, place = town.standin.world, town.place
    start = town.standin.people.post(place.general, place.ada, "Let us talk about clouds")
    thread = world.add_thread(place.general, "clouds", owner=place.ada)
    assert start is not None
    link = tab.page.get_by_role("link", name="clouds")
    await expect(link).to_be_visible()
    await link.click()
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("clouds")
    one = town.standin.people.post(thread, place.ada, "In the thread")
    await expect(shown(tab, one)).to_be_visible()


@in_browser(start=False, size=PHONE, touch=True)
async def test_on_a_phone_columns_are_drawers(town: Town, tab: Tab, visit: Visit) -> None:
    message = by_bot(town, town.place.general, "A word " * 30, sample("cat"), sample("coffee"))
    await expect(shown(tab, message)).to_be_visible()
    page = tab.page
    await tab.screenshot("phone")
    wide = "document.scrollingElement.scrollWidth"
    assert await page.evaluate(wide) <= PHONE[0]
    channels, people = page.get_by_role("navigation", name="Channels"), page.get_by_role("complementary", name="People")
    await expect(channels).to_be_hidden()
    await page.get_by_role("button", name="Channels").tap()
    await expect(channels).to_be_visible()
    await asyncio.sleep(0.3)
    await tab.screenshot("phone-channels")
    inside = "document.activeElement.closest('#channels') !== null && document.querySelector('#main').inert"
    await page.wait_for_function(f"() => {inside}")
    await page.keyboard.press("Escape")
    await expect(channels).to_be_hidden()
    await expect(page.get_by_role("button", name="Channels")).to_be_focused()
    await page.get_by_role("button", name="People").tap()
    await expect(people).to_be_visible()
    await tab.screenshot("phone-people")
    await page.locator("#scrim").tap(position={"x": 20, "y": 400})
    await expect(people).to_be_hidden()
    await page.get_by_role("button", name="Channels").tap()
    await channels.get_by_role("link", name="dreams").first.tap()
    await expect(channels).to_be_hidden()
    await expect(page.get_by_role("heading", level=1)).to_have_text("dreams")


@in_browser(start=False, size=(640, 400))
async def test_at_twice_the_size_everything_is_within_reach(town: Town, tab: Tab, visit: Visit) -> None:
    """What a window of 1280 by 800 is at 200 %."""
    message = by_bot(town, town.place.general, "Here is your dream.", sample("cat"))
    await expect(shown(tab, message)).to_be_visible()
    assert await tab.page.evaluate("document.scrollingElement.scrollWidth") <= 640
    await expect(tab.composer).to_be_in_viewport()
    await shown(tab, message).get_by_role("button", name="Open large").click()
    for name in ("Close", "Zoom in"):
        await expect(tab.page.get_by_role("dialog").get_by_role("button", name=name)).to_be_in_viewport()
    await tab.screenshot("twice-as-large")


@in_browser(start=False, scheme="light")
async def test_night_and_day_follow_the_system_until_somebody_chooses(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page.locator("html")
    await expect(page).to_have_attribute("data-theme", "light")
    await tab.page.emulate_media(color_scheme="dark")
    await expect(page).to_have_attribute("data-theme", "dark")
    button = tab.page.get_by_role("button", name="Colours")
    await button.click()
    await button.click()
    await expect(button).to_have_attribute("aria-label", "Colours: paper")
    await expect(page).to_have_attribute("data-theme", "light")
    await tab.page.reload()
    await expect(page).to_have_attribute("data-theme", "light")


@in_browser(start=False)
async def test_tab_goes_from_channels_to_messages_to_the_box_to_people(town: Town, tab: Tab, visit: Visit) -> None:
    by_bot(town, town.place.general, "One")
    message = by_bot(town, town.place.general, "Two")
    await expect(shown(tab, message)).to_be_visible()
    await tab.page.get_by_role("navigation", name="Channels").get_by_role("link").first.focus()
    where = """() => ["channels", "heading", "log", "composer", "people"]
      .find(id => document.getElementById(id).contains(document.activeElement))"""
    seen: list[str] = []
    for _ in range(40):
        await tab.page.keyboard.press("Tab")
        part = await tab.page.evaluate(where)
        if part and part not in seen:
            seen.append(part)
    assert seen == ["channels", "heading", "log", "composer", "people"]
