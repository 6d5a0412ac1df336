"""Forms that the bot opens."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.page.acting import WORKBENCH, messages, use
from tests.e2e.page.browser import PHONE, Tab, Visit, in_browser
from tests.e2e.town import Town


@in_browser(module=WORKBENCH)
async def test_a_form_is_filled_in_and_what_is_wrong_stands_at_its_field(town: Town, tab: Tab, visit: Visit) -> None:
    await use(tab, "/buttons")
    opener = messages(tab).last.get_by_role("button", name="Form")
    await opener.focus()
    await opener.press("Enter")
    form = tab.page.get_by_role("dialog", name="An order")
    name = form.get_by_role("textbox", name="Name")
    await expect(name).to_be_focused()
    await tab.screenshot("acting-form")
    await name.press("Enter")
    await expect(name).to_have_accessible_description("As on your door This is required: type something.")
    await expect(form.get_by_text("Choose an entry of the list.")).to_be_visible()
    await name.fill("A")
    await name.press("Enter")
    await expect(form.get_by_text("This is too short: 3 characters or more, and there are 1.")).to_be_visible()
    await name.fill("A name that is too long")
    await name.press("Enter")
    await expect(form.get_by_text("This is too long: 12 characters at the most")).to_be_visible()
    await tab.screenshot("acting-form-wrong")
    await name.fill("nobody")
    await form.get_by_role("textbox", name="Wish").fill("to <b>sleep</b>\nlong")
    await form.get_by_role("combobox", name="Animals").press("Enter")
    for key in ("Enter", "ArrowDown", "Enter", "Escape"):
        await tab.page.keyboard.press(key)
    await form.get_by_role("combobox", name="Friend").press("Enter")
    await tab.page.keyboard.type("ben")
    await tab.page.keyboard.press("Enter")
    await form.get_by_role("button", name="Submit").click()
    # The bot says nothing to "nobody": what was typed is still there.
    await expect(form.get_by_text("What you typed is still here")).to_be_visible()
    await expect(form.get_by_role("textbox", name="Wish")).to_have_value("to <b>sleep</b>\nlong")
    await tab.page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await expect(opener).to_be_focused()


@in_browser(module=WORKBENCH, size=PHONE)
async def test_a_form_is_handed_in(town: Town, tab: Tab, visit: Visit) -> None:
    await use(tab, "/form")
    form = tab.page.get_by_role("dialog", name="An order")
    await form.get_by_role("textbox", name="Name").fill("Ada")
    await form.get_by_role("combobox", name="Animals").click()
    await form.get_by_role("option", name="Cat").click()
    await tab.screenshot("acting-form-phone")
    await tab.page.keyboard.press("Escape")
    await expect(form).to_be_visible()
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    await expect(messages(tab).last).to_contain_text("Ada wishes 'sleep' with cat and nobody.")
    await expect(messages(tab).last).to_contain_text("Only you can see this")


@in_browser(module=WORKBENCH)
async def test_a_form_opens_in_the_tab_that_asked_for_it_and_closes_with_its_person(
    town: Town, tab: Tab, visit: Visit
) -> None:
    other = await visit.tab()
    await use(tab, "/form")
    form = tab.page.get_by_role("dialog", name="An order")
    await expect(form).to_be_visible()
    await expect(other.page.get_by_role("dialog")).to_have_count(0)
    await tab.page.evaluate(f"location.hash = 'person={town.place.ben.id}'")
    await expect(form).to_be_hidden()
    await expect(tab.page.get_by_label("You are")).to_have_value(str(town.place.ben.id))
