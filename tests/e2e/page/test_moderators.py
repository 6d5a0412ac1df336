"""A server is set up by somebody who has read nothing, and what they have decided holds for the next member."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.e2e.page.acting import messages, use
from tests.e2e.page.browser import DESKTOP, PHONE, Tab, Visit, in_browser
from tests.e2e.page.reading import go_to, shown
from tests.e2e.town import Town


async def choose(form: Locator, menu: str, *options: str) -> None:
    await form.get_by_role("combobox", name=menu, exact=True).click()
    for one in options:
        await form.page.get_by_role("option", name=one).first.click()
    if await form.page.get_by_role("listbox").count():
        await form.page.keyboard.press("Escape")


async def change(tab: Tab, last: Locator, group: str, first: str, **wanted: str | list[str]) -> None:
    """Open the group's form and hand it in; a key's underscores are hyphens."""
    await last.get_by_role("combobox").first.click()
    await tab.page.get_by_role("option", name=group).first.click()
    await expect(last).to_contain_text(f"{group} ·")
    await fill(tab, last, f"Change {first}", **wanted)


async def fill(tab: Tab, last: Locator, opener: str, **wanted: str | list[str]) -> None:
    await last.get_by_role("button", name=opener).click()
    form = tab.page.get_by_role("dialog")
    for name, value in wanted.items():
        key = name.replace("_", "-")
        if isinstance(value, str):
            await form.get_by_role("textbox", name=key, exact=True).fill(value)
        else:
            await choose(form, key, *value)
    await tab.screenshot(f"moderators-form-{next(iter(wanted)).replace('_', '-')}")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()


async def looked_at(tab: Tab, name: str, newest: Locator) -> None:
    """As a telephone in the light and a desk in the dark show it, for people to look at."""
    for size, scheme in ((PHONE, "light"), (DESKTOP, "dark")):
        await tab.page.set_viewport_size({"width": size[0], "height": size[1]})
        await tab.page.emulate_media(color_scheme=scheme)
        await newest.scroll_into_view_if_needed()
        await tab.screenshot(f"moderators-{name}-{scheme}")
        assert await tab.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def ask(tab: Tab, text: str) -> None:
    """With the first of the sample pictures."""
    await tab.page.get_by_role("button", name="Pick a sample").click()
    await tab.page.get_by_role("dialog", name="Pick a sample").get_by_role("button").first.click()
    await tab.say(text)


@in_browser()
async def test_a_server_is_set_up_by_clicking_and_what_was_decided_holds(town: Town, tab: Tab, visit: Visit) -> None:
    page, log = tab.page, next(one for one in town.place.guild.channels.values() if one.name == "mod-log")
    await page.get_by_role("button", name="Put this away").click()

    # The owner: five forms.
    await tab.be("Olive")
    await use(tab, "/settings form")
    last = messages(tab).last
    await change(tab, last, "This server", "prefix", log_channel=["moderators"], time_zone="vienna")
    await expect(last).to_contain_text("time-zone of the server: not set → Europe/Vienna")
    await expect(last.get_by_text("I may not write in #moderators")).to_have_count(1)
    await fill(tab, last, "Change prefix", log_channel=["mod-log"])
    await expect(last).to_contain_text("log-channel of the server is now #mod-log")
    await change(tab, last, "Defaults", "style", style=["town"], layer="pattern", strength="1.5")
    await expect(last).to_contain_text("Did you mean patterns")
    await looked_at(tab, "wrong", last)
    await fill(tab, last, "Correct it", layer="patterns")
    await expect(last).to_contain_text("3 settings were changed.")
    await change(tab, last, "Locks and ceilings", "locked", locked=["strength"], most_strength="2")
    await change(tab, last, "Who and where", "channels", channels=["dreams"], managers=["Moderator"])
    await expect(last).to_contain_text("They can use !dreamset at once.")
    await change(tab, last, "Limits", "per-hour", per_hour="1")
    await looked_at(tab, "page", last)
    await last.get_by_role("button", name="Show all").click()
    for line in (
        "style: town · the server",
        "layer: patterns · the server",
        "locked: strength · the server",
        "channels: #dreams · the server",
        "per-hour: 1 · the server",
        "waiting: 3 · the operator",
        "log-channel: #mod-log · the server",
        "time-zone: Europe/Vienna · the server",
    ):
        await expect(last).to_contain_text(line)
    await looked_at(tab, "show", last)

    # A member dreams under them.
    await tab.be("Ada")
    await go_to(tab, town.place.general)
    await ask(tab, "!dream")
    await expect(messages(tab).last).to_contain_text("On this server dreams are made in #dreams.")
    await go_to(tab, town.place.dreams)
    await ask(tab, "!dream strength=3")
    dream = shown(tab, await town.dream())
    await expect(dream).to_contain_text("Strength cannot be chosen here, so the usual one was used.")
    await ask(tab, "!dream")
    refused = messages(tab).last
    await expect(refused).to_contain_text("On this server you may have 1 picture dreamt in an hour")
    await looked_at(tab, "member", refused)
    await dream.locator("img").first.click(button="right")
    await page.get_by_role("menuitem", name="Report this dream").click()
    await expect(messages(tab).last).to_contain_text("The moderators of this server have your report.")

    # A moderator reads the log channel, and takes the limit back from there.
    await tab.be("Mo")
    await go_to(tab, log)
    report = messages(tab).filter(has_text="reports a dream")
    await expect(report).to_contain_text("style=town layer=patterns strength=1.5")
    entry = messages(tab).filter(has_text="per-hour of the server: not set → 1")
    await entry.get_by_role("button", name="Undo").click()
    await expect(entry).to_contain_text("Undone by @Mo.")
    await expect(messages(tab).last).to_contain_text("Change")
    await looked_at(tab, "log", report)
    await use(tab, "/mod block member:@Ada until:3 days reason:Too many snakes")
    await expect(messages(tab).filter(has_text="can ask for no more dreams here until")).to_be_visible()

    await tab.be("Ada")
    await go_to(tab, town.place.dreams)
    await ask(tab, "!dream")
    blocked = messages(tab).last
    await expect(blocked).to_contain_text("Too many snakes")
    await looked_at(tab, "blocked", blocked)
    await tab.be("Mo")
    await use(tab, "/mod unblock member:@Ada")
    await expect(messages(tab).filter(has_text="may ask for dreams again")).to_be_visible()
    await tab.be("Ada")
    await ask(tab, "!dream")
    await expect(messages(tab).last.get_by_role("button", name="Again")).to_be_visible()
