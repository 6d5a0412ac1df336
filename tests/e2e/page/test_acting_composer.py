"""Writing, and everything that goes with a message: files, replies, edits, drafts, names."""

from __future__ import annotations

import asyncio

from playwright.async_api import Route, expect

from bot.playground.drafts import File
from tests.e2e.page.acting import WORKBENCH, cards, drag, messages, paste, wrong
from tests.e2e.page.browser import Tab, Visit, in_browser
from tests.e2e.town import DOT, Town, cat


@in_browser()
async def test_a_first_dream_takes_two_clicks(town: Town, tab: Tab, visit: Visit) -> None:
    invitation = tab.page.get_by_role("region", name="Your first dream")
    await invitation.get_by_role("list", name="Sample pictures").get_by_role("button").first.click()
    await expect(tab.composer).to_have_value("!dream style=classic")
    await tab.screenshot("acting-sample")
    await tab.page.get_by_role("button", name="Send").click()
    dream = await town.dream()
    assert dream.reply_to is not None
    await expect(tab.log.get_by_role("button", name="Stronger")).to_be_visible()
    await expect(invitation).to_be_hidden()


@in_browser(start=False)
async def test_pictures_come_by_dragging_pasting_choosing_and_from_the_samples(
    town: Town, tab: Tab, visit: Visit
) -> None:
    await drag(tab, DOT, let_go=False)
    await expect(tab.page.get_by_text("Drop to upload to #general")).to_be_visible()
    await tab.screenshot("acting-drop")
    await drag(tab, cat("dragged.jpg"), DOT)
    await expect(tab.page.get_by_text("Drop to upload to #general")).to_be_hidden()
    await expect(cards(tab)).to_have_count(2)
    await paste(tab, File(filename="pasted.png", data=DOT.data))
    await expect(cards(tab)).to_have_count(3)
    async with tab.page.expect_file_chooser() as chooser:
        await tab.page.get_by_role("button", name="Add files").click()
    await (await chooser.value).set_files([{"name": "chosen.png", "mimeType": "image/png", "buffer": DOT.data}])
    await tab.page.get_by_role("button", name="Pick a sample").click()
    await tab.page.get_by_role("dialog", name="Pick a sample").get_by_role("button").first.click()
    await expect(cards(tab)).to_have_count(5)
    await tab.page.get_by_role("button", name="Remove dot.png").click()
    await tab.page.get_by_role("button", name="Mark pasted.png as a spoiler").click()
    await tab.page.get_by_role("button", name="Describe dragged.jpg").click()
    await tab.page.keyboard.type("A cat looks out of the window")
    await tab.page.keyboard.press("Escape")
    await tab.screenshot("acting-files")
    await tab.say("four pictures")
    sent = await town.standin.message(lambda one: one.content == "four pictures")
    names = [one.filename for one in sent.attachments]
    assert names[:3] == ["dragged.jpg", "pasted.png", "chosen.png"]
    assert len(names) == 4
    assert [one.description for one in sent.attachments][:2] == ["A cat looks out of the window", None]
    assert [one.spoiler for one in sent.attachments] == [False, True, False, False]
    assert sent.attachments[0].data == cat().data
    await expect(cards(tab)).to_have_count(0)


@in_browser(start=False)
async def test_what_is_sent_before_a_picked_sample_is_here_goes_with_it(town: Town, tab: Tab, visit: Visit) -> None:
    here = asyncio.Event()

    async def late(route: Route) -> None:
        await here.wait()
        await route.continue_()

    await tab.page.get_by_role("button", name="Pick a sample").click()
    sample = tab.page.get_by_role("dialog", name="Pick a sample").get_by_role("button").first
    await expect(sample.locator("img")).to_be_visible()
    await tab.page.route("**/samples/**", late)
    await sample.click()
    await tab.say("with a picture")
    here.set()
    sent = await town.standin.message(lambda one: one.content == "with a picture")
    assert len(sent.attachments) == 1


@in_browser(start=False)
async def test_files_that_a_message_does_not_take_are_refused_and_others_sent_as_they_are(
    town: Town, tab: Tab, visit: Visit
) -> None:
    await drag(tab, *(File(filename=f"{number}.png", data=DOT.data) for number in range(50)))
    await expect(wrong(tab)).to_contain_text("a message takes 10, and these are 50")
    await expect(cards(tab)).to_have_count(0)
    town.place.guild.real_upload_limit = 1 << 20
    await tab.page.reload()
    await drag(tab, File(filename="large.png", data=bytes(1_100_000)), DOT)
    await expect(wrong(tab)).to_contain_text("“large.png” is too large: it has 1.1 MiB")
    await expect(wrong(tab)).to_contain_text("up to 1 MiB")
    await tab.screenshot("acting-refused")
    await drag(tab, File(filename="empty.png", data=b""))
    await expect(wrong(tab)).to_contain_text("“empty.png” is empty")
    await drag(tab, File(filename="notes.txt", data=b"no picture"), File(filename="broken.png", data=b"nor is this"))
    await expect(cards(tab)).to_have_count(3)
    await tab.say("")
    sent = await town.standin.message(lambda one: len(one.attachments) == 3)
    assert [one.filename for one in sent.attachments] == ["dot.png", "notes.txt", "broken.png"]


@in_browser(start=False)
async def test_a_text_that_is_too_long_is_counted_refused_and_can_become_a_file(
    town: Town, tab: Tab, visit: Visit
) -> None:
    count = tab.page.locator("#composer-count")
    await tab.composer.fill("x" * 1799)
    await expect(count).to_be_hidden()
    await tab.composer.press("y")
    await expect(count).to_have_text("200 left")
    await tab.composer.fill("🌙" * 2000)
    await expect(count).to_have_text("0 left")
    await tab.composer.fill("x" * 2013)
    await expect(count).to_have_text("13 over")
    await tab.composer.press("Enter")
    await expect(wrong(tab)).to_contain_text(
        "Your message is too long: 2,000 characters at the most, and this has 2,013"
    )
    await tab.screenshot("acting-too-long")
    await tab.page.get_by_role("button", name="send it as a file").click()
    await expect(cards(tab)).to_have_count(1)
    await tab.composer.press("Enter")
    sent = await town.standin.message(lambda one: bool(one.attachments))
    assert (sent.attachments[0].filename, sent.attachments[0].size) == ("message.txt", 2013)


@in_browser(start=False)
async def test_enter_sends_and_shift_enter_breaks_the_line(town: Town, tab: Tab, visit: Visit) -> None:
    low = await tab.composer.bounding_box()
    await tab.composer.press_sequentially("one")
    await tab.composer.press("Shift+Enter")
    await tab.composer.press_sequentially("two")
    high = await tab.composer.bounding_box()
    assert low is not None
    assert high is not None
    assert high["height"] > low["height"] + 10
    await tab.composer.press("Enter")
    await town.standin.message(lambda one: one.content == "one\ntwo")
    await expect(tab.composer).to_have_value("")
    await tab.composer.press("Enter")  # nothing to send
    assert len(list(town.standin.world.messages())) == 1


@in_browser(start=False)
async def test_every_person_has_a_draft_in_every_channel(town: Town, tab: Tab, visit: Visit) -> None:
    channels = tab.page.get_by_role("navigation", name="Channels")
    await tab.composer.fill("half a thought")
    await drag(tab, DOT)
    await channels.get_by_role("link", name="dreams").click()
    await expect(tab.composer).to_have_value("")
    await expect(cards(tab)).to_have_count(0)
    await tab.composer.fill("another")
    await tab.be("Ben")
    await expect(tab.composer).to_have_value("")
    await channels.get_by_role("link", name="general").click()
    await expect(tab.composer).to_have_value("")
    await expect(cards(tab)).to_have_count(0)
    await tab.be("Ada")
    await expect(tab.composer).to_have_value("half a thought")
    await expect(cards(tab)).to_have_count(1)
    await tab.composer.press("Enter")
    sent = await town.standin.message(lambda one: one.content == "half a thought")
    assert sent.author is town.place.ada
    assert len(sent.attachments) == 1


@in_browser(start=False)
async def test_one_edits_ones_last_message_with_the_arrow_key(town: Town, tab: Tab, visit: Visit) -> None:
    await tab.say("first")
    await tab.say("hello @Ben")
    await expect(messages(tab)).to_have_count(2)
    sent = await town.standin.message(lambda one: one.content == f"hello <@{town.place.ben.id}>")
    await tab.composer.press("ArrowUp")
    await expect(tab.page.get_by_text("Editing your message").first).to_be_visible()
    await expect(tab.composer).to_have_value("hello @Ben")
    await tab.composer.press("Escape")
    await expect(tab.composer).to_have_value("")
    await tab.composer.press("ArrowUp")
    await tab.composer.fill("")
    await tab.composer.press("Enter")
    await expect(wrong(tab)).to_contain_text("Nothing is left of the message")
    await tab.composer.fill("good night @ben")
    await tab.screenshot("acting-edit")
    await tab.composer.press("Enter")
    await town.standin.message(lambda one: one is sent and one.content == f"good night <@{town.place.ben.id}>")
    await expect(tab.composer).to_have_value("")
    await expect(messages(tab)).to_have_count(2)


@in_browser(start=False)
async def test_a_reply_names_its_message_and_notifies_whom_one_wants(town: Town, tab: Tab, visit: Visit) -> None:
    said = await town.ask("who is there?", user=town.place.ben, channel=town.place.general)
    row = tab.page.locator(f"#message-{said.id}")
    await row.hover()
    await row.get_by_role("button", name="Reply").click()
    await expect(tab.page.locator(".composer-bar")).to_contain_text("Replying to Ben")
    await tab.screenshot("acting-reply")
    await tab.say("I am")
    answer = await town.standin.message(lambda one: one.content == "I am")
    assert answer.reply_to == said.id
    assert answer.pinged == {town.place.ben.id}
    await row.hover()
    await row.get_by_role("button", name="Reply").click()
    await tab.page.get_by_role("button", name="Notify Ben of the reply").click()
    await expect(tab.page.get_by_role("button", name="Notify Ben of the reply")).to_have_text("@ off")
    await tab.say("quietly")
    quiet = await town.standin.message(lambda one: one.content == "quietly")
    assert (quiet.reply_to, quiet.pinged) == (said.id, frozenset())
    await row.hover()
    await row.get_by_role("button", name="Reply").click()
    await tab.page.keyboard.press("Escape")
    await expect(tab.page.locator(".composer-bar")).to_be_hidden()


@in_browser(start=False)
async def test_names_are_offered_while_one_types_and_sent_as_mentions(town: Town, tab: Tab, visit: Visit) -> None:
    await tab.composer.press_sequentially("hello @be")
    await expect(tab.page.get_by_role("listbox", name="Suggestions").get_by_role("option")).to_contain_text(["Ben"])
    await tab.composer.press("Tab")
    await tab.composer.press_sequentially("in #dreams, not `@Ben` nor ada@Ben.example")
    await tab.composer.press("Escape")
    await tab.composer.press("Enter")
    ben, dreams = town.place.ben.id, town.place.dreams.id
    sent = await town.standin.message(lambda one: "hello" in one.content)
    assert sent.content == f"hello <@{ben}> in <#{dreams}>, not `@Ben` nor ada@Ben.example"
    assert sent.pinged == {ben}


@in_browser(start=False, module=WORKBENCH)
async def test_where_one_may_not_write_the_box_says_so(town: Town, tab: Tab, visit: Visit) -> None:
    everybody = town.place.guild.roles[town.place.guild.id]
    town.standin.world.set_overwrite(town.place.general, everybody, deny=1 << 11)
    await tab.page.reload()
    box = tab.page.locator("#text")
    await expect(box).to_be_disabled()
    await expect(box).to_have_attribute("placeholder", "You may not post in this channel.")
    await drag(tab, DOT)
    await expect(cards(tab)).to_have_count(0)
