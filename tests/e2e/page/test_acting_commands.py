"""Slash commands: found by typing, filled in option by option or as text, refused with a sentence, or not answered."""

from __future__ import annotations

import re

from playwright.async_api import expect

from bot.playground.drafts import File
from tests.e2e.page.acting import WORKBENCH, drag, messages, paste, use
from tests.e2e.page.browser import Tab, Visit, in_browser
from tests.e2e.town import DOT, Town


@in_browser()
async def test_the_bots_commands_are_offered_and_its_options_completed(town: Town, tab: Tab, visit: Visit) -> None:
    page, listed = tab.page, tab.page.get_by_role("listbox")
    await tab.composer.press("/")
    await expect(listed.get_by_role("group", name="Dreambot").get_by_role("option")).to_contain_text(
        ["/cancel", "/dream", "/help", "/layers", "/optout", "/queue"]
    )
    await tab.screenshot("acting-slash")
    await page.keyboard.type("dre")
    await expect(listed.get_by_role("option")).to_have_count(1)
    await expect(tab.composer).to_have_attribute("aria-activedescendant", "suggestions-1-0")
    await page.keyboard.press("Tab")
    form = page.get_by_role("group", name="/dream: Dream a picture")
    await expect(form.get_by_role("combobox", name="Add an option")).to_be_focused()
    await paste(tab, File(filename="mine.png", data=DOT.data))
    await expect(form.get_by_text("mine.png")).to_be_visible()
    await page.keyboard.type("style:")
    await expect(form.get_by_role("combobox", name="style")).to_be_focused()
    await page.keyboard.type("dra")
    await expect(listed.get_by_role("option").first).to_contain_text("dragon")
    await tab.screenshot("acting-completion")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    dream = await town.dream()
    assert "style" in (dream.interaction_name or "") or "network=daydream" in dream.text
    await expect(tab.log.get_by_role("button", name="Stronger")).to_be_visible()
    await expect(tab.composer).to_be_focused()


@in_browser(module=WORKBENCH)
async def test_options_of_every_kind_are_filled_in_with_the_keyboard(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await page.keyboard.type("/every")
    await page.keyboard.press("Enter")
    form = page.get_by_role("group", name="/everything")
    await expect(form.get_by_role("combobox", name="animal")).to_be_focused()
    await page.keyboard.type("bee")
    listed = page.get_by_role("listbox", name="animal")
    await expect(listed.get_by_role("option")).to_have_text(["The bee"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(form.get_by_role("combobox", name="count")).to_be_focused()
    await page.keyboard.type("3")
    await page.keyboard.press("Tab")
    for option, typed in (
        ("colour", "gr"), ("sleeping", "tr"), ("who", "be"), ("where", "dreams"), ("role", "mod"),
    ):  # fmt: skip
        await page.keyboard.type(option)
        await page.keyboard.press("Enter")
        await expect(form.get_by_role("combobox", name=option, exact=True)).to_be_focused()
        await page.keyboard.type(typed)
        await page.keyboard.press("Enter")
    await page.keyboard.type("weight:2.5 text:to be or not")
    await page.keyboard.type(" picture:")
    await expect(form.get_by_role("combobox", name="picture")).to_be_focused()
    await tab.screenshot("acting-options")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(form.locator(".option-name")).to_contain_text(".jpg")
    await page.keyboard.press("Enter")
    said = await town.says("Got animal='bee'")
    for part in ("count=3", "weight=2.5", "colour=green", "sleeping=True", "who=ben", "where=dreams", "role=Moderator"):
        assert part in said.text
    assert "text=to be or not" in said.text
    assert "picture=" in said.text


@in_browser(module=WORKBENCH)
async def test_a_command_can_be_typed_as_text(town: Town, tab: Tab, visit: Visit) -> None:
    await tab.composer.fill("/everything animal:elk count:2 text:it is 5:30 who:@Ben sleeping:false ")
    await expect(tab.page.get_by_role("group", name="/everything")).to_be_visible()
    await tab.page.keyboard.press("Enter")
    said = await town.says("Got animal='elk'")
    assert "count=2, sleeping=False, text=it is 5:30, who=ben" in said.text
    await use(tab, "/zoo feed animal:ant")
    await town.says("The ant eats.")
    await use(tab, "/zoo count")
    await town.says("6 animals.")


@in_browser(module=WORKBENCH)
async def test_what_is_wrong_stands_at_its_option(town: Town, tab: Tab, visit: Visit) -> None:
    await tab.composer.fill("/everything count:9 weight:heavy colour:mauve text:no ")
    await tab.page.keyboard.press("Enter")
    form = tab.page.get_by_role("group", name="/everything")
    for option, sentence in (
        ("animal", "animal is required: type something."),
        ("count", "count takes a whole number from 1 to 5."),
        ("weight", "weight takes a number from 0 to 10."),
        ("colour", "colour takes only what its list offers: choose from the list."),
        ("text", "text is too short: it takes 3 characters or more."),
    ):
        field = form.get_by_role("combobox", name=option, exact=True)
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_have_accessible_description(sentence_of(sentence))
        await expect(form.get_by_text(sentence)).to_be_visible()
    await expect(form.get_by_role("combobox", name="animal")).to_be_focused()
    await tab.screenshot("acting-wrong")
    assert len(list(town.standin.world.messages())) == 0
    await tab.page.keyboard.press("Escape")
    await tab.page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await expect(tab.composer).to_be_focused()


def sentence_of(sentence: str) -> re.Pattern[str]:
    """Anywhere in the description, after what the option is for."""
    return re.compile(re.escape(sentence))


@in_browser(module=WORKBENCH, answer=3.0)
async def test_a_late_completion_is_forgotten_and_a_failed_one_says_so(town: Town, tab: Tab, visit: Visit) -> None:
    page = tab.page
    await tab.composer.fill("/everything ")
    await page.keyboard.type("s")
    await page.wait_for_timeout(250)  # the bot has been asked, and takes a second
    await page.keyboard.press("Backspace")
    await page.keyboard.type("fox")
    options = page.get_by_role("listbox", name="animal").get_by_role("option")
    await expect(options).to_have_text(["The fox"])
    await page.wait_for_timeout(1200)
    await expect(options).to_have_text(["The fox"])
    await page.get_by_role("combobox", name="animal").fill("never")
    await expect(page.get_by_text("Loading options failed")).to_be_visible()
    await tab.screenshot("acting-failed-completion")


@in_browser(module=WORKBENCH, answer=3.0)
async def test_a_command_without_an_answer_says_so_to_that_person_alone(town: Town, tab: Tab, visit: Visit) -> None:
    other = await visit.tab()
    await other.be("Ben")
    await use(tab, "/mute")
    await expect(tab.page.get_by_text("Dreambot is thinking about /mute")).to_be_visible()
    note = tab.page.get_by_role("article", name="/mute failed")
    await expect(note).to_contain_text("The application did not respond")
    await expect(note).to_contain_text("Only you can see this")
    await tab.screenshot("acting-no-answer")
    await expect(other.page.get_by_text("did not respond")).to_have_count(0)
    await note.get_by_role("button", name="Try again").click()
    await expect(tab.page.get_by_text("Dreambot is thinking about /mute")).to_be_visible()
    await expect(note).to_be_visible()
    await note.get_by_role("button", name="Dismiss").click()
    await expect(note).to_be_hidden()
    await expect(messages(tab)).to_have_count(0)


@in_browser(module=WORKBENCH)
async def test_another_person_finds_no_half_filled_command(town: Town, tab: Tab, visit: Visit) -> None:
    await tab.composer.fill("/everything animal:bee ")
    await drag(tab, DOT)
    form = tab.page.get_by_role("group", name="/everything")
    await expect(form.get_by_text("dot.png")).to_be_visible()
    await tab.be("Ben")
    await expect(form).to_be_hidden()
    await expect(tab.page.get_by_role("listbox")).to_have_count(0)
    await tab.be("Ada")
    await expect(form.get_by_text("dot.png")).to_be_visible()
    await form.get_by_role("combobox", name="count").fill("1")
    await tab.page.keyboard.press("Enter")
    assert "picture=dot.png" in (await town.says("Got animal='bee'")).text
