"""The log of messages: what stands beside what, what stays where it is, and what is told to those who listen."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from playwright.async_api import Route, expect

from bot.playground.model import Message, MessageFlag
from tests.e2e.page.browser import Tab, Visit, in_browser
from tests.e2e.page.reading import by_bot, edited, go_to, sample, shown, to_command
from tests.e2e.town import Town


def talk(town: Town, count: int, *, every: float = 60.0) -> list[Message]:
    """Ada and Ben take turns of three."""
    place, clock = town.place, town.standin.world.clock
    made = []
    for number in range(count):
        author = place.ada if number // 3 % 2 else place.ben
        one = town.standin.people.post(place.general, author, f"This is number {number}.")
        one.created = clock() - every * (count - number)
        made.append(one)
    return made


async def top(tab: Tab, message: Message) -> float:
    box = await shown(tab, message).bounding_box()
    assert box is not None
    return box["y"]


async def at_rest(tab: Tab, message: Message) -> float:
    """Where it is when scrolling has come to its end."""
    before = await top(tab, message)
    while (now := await top(tab, message)) != before:
        before = now
    return now


@in_browser(start=False)
async def test_messages_of_one_person_stand_together_for_seven_minutes(town: Town, tab: Tab, visit: Visit) -> None:
    made = talk(town, 9)
    made[1].created = made[2].created - 8 * 60
    made[0].created = made[1].created - 26 * 3600
    await tab.page.reload()
    await expect(shown(tab, made[-1])).to_be_visible()
    under = [bool(await shown(tab, one).evaluate("one => one.classList.contains('grouped')")) for one in made]
    assert under == [False, False, False, False, True, True, False, True, True]
    assert await tab.page.get_by_role("separator").count() >= 2  # another day
    assert await shown(tab, made[3]).get_by_role("heading", name="Ada").is_visible()
    assert not await shown(tab, made[4]).get_by_role("heading", name="Ada").is_visible()
    time = shown(tab, made[3]).locator("time").first
    assert (await time.get_attribute("datetime") or "").endswith("Z")
    assert str(await time.inner_text()).startswith(("today at", "yesterday at"))


@in_browser(start=False)
async def test_a_reply_leads_to_what_it_replies_to_however_old(town: Town, tab: Tab, visit: Visit) -> None:
    made = talk(town, 170)
    place = town.place
    reply = town.standin.people.post(place.general, place.ben, "Yes.", reference=made[2])
    await tab.page.reload()
    lead = shown(tab, reply).get_by_role("button", name="This is number 2.")
    await expect(lead).to_be_visible()
    assert await shown(tab, made[2]).count() == 0
    await lead.click()
    await expect(shown(tab, made[2])).to_be_in_viewport()
    await expect(shown(tab, made[2])).to_be_focused()
    await tab.page.get_by_role("button", name="Jump to the newest").click()
    await expect(shown(tab, reply)).to_be_in_viewport()


@in_browser(start=False)
async def test_older_messages_come_without_moving_what_is_read(town: Town, tab: Tab, visit: Visit) -> None:
    made = talk(town, 120)
    await tab.page.reload()
    oldest = made[-50]
    await expect(shown(tab, oldest)).to_be_attached()
    await expect(shown(tab, made[-1])).to_be_in_viewport()
    assert await shown(tab, made[-51]).count() == 0
    # In one go, so that nothing can have come in between.
    read, before = await tab.page.evaluate(
        """() => {
          const reading = document.querySelector("#reading");
          reading.scrollTop = 300;
          const line = reading.getBoundingClientRect().top;
          const one = [...document.querySelectorAll(".message")].find(it => it.getBoundingClientRect().top > line);
          return [one.dataset.message, one.getBoundingClientRect().top];
        }"""
    )
    await expect(shown(tab, made[-100])).to_be_attached()
    (seen,) = [one for one in made if str(one.id) == read]
    assert abs(await top(tab, seen) - before) <= 1
    await shown(tab, made[-100]).focus()
    await expect(shown(tab, made[0])).to_be_attached()
    await expect(tab.page.get_by_role("heading", name="Welcome to #general")).to_be_attached()


@in_browser(start=False)
async def test_who_reads_above_is_told_of_new_messages_and_not_moved(town: Town, tab: Tab, visit: Visit) -> None:
    made = talk(town, 60)
    await tab.page.reload()
    await expect(shown(tab, made[-1])).to_be_in_viewport()
    # At the end, what comes is followed.
    place, post = town.place, town.standin.people.post
    one = post(place.general, place.ben, "Look!")
    await expect(shown(tab, one)).to_be_in_viewport()
    await tab.page.mouse.move(600, 400)
    await tab.page.mouse.wheel(0, -900)
    await expect(tab.page.get_by_role("button", name="Jump to the newest")).to_be_visible()
    before = await at_rest(tab, made[-20])
    post(place.general, place.ben, "And here!")
    last = post(place.general, place.ben, "And there!")
    await expect(tab.page.get_by_role("button", name="2 new messages")).to_be_visible()
    assert abs(await top(tab, made[-20]) - before) <= 1
    await expect(tab.page).to_have_title(re.compile("• "))
    await tab.page.get_by_role("button", name="2 new messages").click()
    await expect(shown(tab, last)).to_be_in_viewport()
    await expect(tab.page).not_to_have_title(re.compile("• "))


#: Looks at a message in every frame: its height, and whether every picture in it is wholly there.
WATCH = """id => {
  window.seen = [];
  const look = () => {
    const one = document.getElementById("message-" + id);
    const pictures = [...one.querySelectorAll(".mosaic img")];
    window.seen.push([one.offsetHeight, pictures.length, pictures.every((it) => it.complete && it.naturalWidth > 0)]);
    requestAnimationFrame(look);
  };
  look();
  window.said = [];
  new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((it) => window.said.push(it.textContent))))
    .observe(document.getElementById("announce"), { childList: true });
}"""


@in_browser(start=False)
async def test_a_dream_on_its_way_neither_flickers_nor_jumps_nor_chatters(town: Town, tab: Tab, visit: Visit) -> None:
    async def slowly(route: Route) -> None:
        await asyncio.sleep(0.15)
        await route.continue_()

    await tab.page.route("**/attachments/**", slowly)
    channel = town.place.general
    message = by_bot(town, channel, "🌙 Dreaming … 0%", sample("coffee", called="so-far.jpg"))
    picture = shown(tab, message).locator("img[src*='so-far']")
    await expect(picture).to_be_visible()
    await tab.page.wait_for_function("() => document.querySelector('.mosaic img')?.naturalWidth > 0")
    await tab.page.evaluate(WATCH, str(message.id))
    for number in range(1, 9):
        edited(town, message, f"🌙 Dreaming … {number}0%", sample("coffee", called=f"so-far-{number}.jpg"))
        await expect(shown(tab, message).locator(f"img[src*='so-far-{number}']")).to_be_visible()
    await tab.page.wait_for_function("() => window.seen.length > 20")
    seen = await tab.page.evaluate("window.seen")
    assert {count for _, count, _ in seen} == {1}
    assert all(there for _, _, there in seen)
    assert len({height for height, _, _ in seen}) == 1
    assert await tab.page.evaluate("window.said") == []
    edited(town, message, "Here is your dream.", sample("coffee", called="dream.jpg", description="A dreamt cup"))
    await tab.page.wait_for_function("() => window.said.length > 0")
    (said,) = await tab.page.evaluate("window.said")
    assert said == "Dreambot: Here is your dream. 1 file: A dreamt cup."


@in_browser(start=False)
async def test_what_only_you_can_see_says_so_and_goes_when_dismissed(town: Town, tab: Tab, visit: Visit) -> None:
    place = town.place
    around = to_command(town, place.ada, "limits", only_for=place.ada.id)
    private = by_bot(town, place.general, "Three dreams are left.", around=around)
    mine = shown(tab, private)
    await expect(mine).to_contain_text("Ada used /limits")
    await expect(mine).to_contain_text("Only you can see this")
    other = await visit.tab()
    await other.be("Ben")
    public = by_bot(town, place.general, "For all.")
    await expect(shown(other, public)).to_be_visible()
    assert await shown(other, private).count() == 0
    await mine.get_by_role("button", name="Dismiss message").click()
    await expect(mine).to_have_count(0)
    await expect(shown(tab, public)).to_be_visible()


@in_browser(start=False)
async def test_a_promised_answer_is_thinking_until_it_comes(town: Town, tab: Tab, visit: Visit) -> None:
    place = town.place
    around = to_command(town, place.ada, "dream", flags=int(MessageFlag.LOADING))
    promised = by_bot(town, place.general, "…", around=around)
    await expect(shown(tab, promised)).to_contain_text("Dreambot is thinking")
    await tab.screenshot("thinking")
    town.standin.posting.fulfil(promised, {"content": "Here it is."}, {})
    await expect(shown(tab, promised)).to_contain_text("Here it is.")
    await expect(shown(tab, promised)).not_to_contain_text("thinking")
    await expect(shown(tab, promised)).not_to_contain_text("edited")


@in_browser(start=False)
async def test_reactions_edits_mentions_and_deletions_show_at_once(town: Town, tab: Tab, visit: Visit) -> None:
    place, people = town.place, town.standin.people
    one = people.post(place.general, place.ben, f"Hello {place.ada.mention}")
    await expect(shown(tab, one)).to_contain_text("@Ada")
    assert await shown(tab, one).evaluate("one => one.classList.contains('pings-me')")
    people.react(place.ben, one, "🌙")
    moon = shown(tab, one).get_by_role("button", name="🌙, 1 reaction")
    await expect(moon).to_have_attribute("aria-pressed", "false")
    await moon.click()
    await expect(shown(tab, one).get_by_role("button", name="🌙, 2 reactions")).to_have_attribute(
        "aria-pressed", "true"
    )
    people.edit(place.ben, one, "Good night")
    await expect(shown(tab, one)).to_contain_text("Good night (edited)")
    await shown(tab, one).focus()
    people.delete(place.ben, one)
    await expect(shown(tab, one)).to_have_count(0)


@in_browser(start=False)
async def test_what_came_elsewhere_is_marked_until_it_is_read(town: Town, tab: Tab, visit: Visit) -> None:
    place, post = town.place, town.standin.people.post
    one = post(place.dreams, place.ben, f"{place.ada.mention} look at this")
    post(place.dreams, place.ben, "and this")
    link = tab.page.get_by_role("link", name="dreams").first
    await expect(link).to_contain_text("1 for you")
    await expect(tab.page).to_have_title("(1) #general | Dream Playground")
    await tab.screenshot("unread")
    await go_to(tab, place.dreams)
    await expect(tab.page.get_by_role("separator", name="New messages")).to_be_visible()
    await expect(shown(tab, one)).to_be_visible()
    await expect(tab.page).to_have_title("#dreams | Dream Playground")
    await expect(link).not_to_contain_text("for you")


@in_browser(start=False)
async def test_arrow_keys_go_among_messages_and_tab_into_the_current_one_only(
    town: Town, tab: Tab, visit: Visit
) -> None:
    def button(number: int) -> dict[str, Any]:
        one = {"type": 2, "style": 2, "label": f"Press {number}", "custom_id": f"{number}"}
        return {"type": 1, "components": [one]}

    made = [by_bot(town, town.place.general, f"One {number}", components=[button(number)]) for number in range(5)]
    press = tab.page.keyboard.press
    await expect(shown(tab, made[4])).to_be_visible()
    await shown(tab, made[1]).focus()
    await press("ArrowUp")
    await expect(shown(tab, made[0])).to_be_focused()
    await shown(tab, made[2]).focus()  # 3 has never been current
    reached = []
    for _ in range(12):
        await press("Tab")
        reached.append(
            await tab.page.evaluate("document.activeElement.textContent || document.activeElement.ariaLabel")
        )
        if await tab.page.evaluate("document.activeElement.closest('#composer') !== null"):
            break
    assert "Press 2" in reached
    assert not {"Press 0", "Press 1", "Press 3", "Press 4"} & set(reached)
    assert await tab.page.evaluate("document.activeElement.closest('#composer, .log-foot') !== null")
    await shown(tab, made[2]).focus()
    await press("Home")
    await expect(shown(tab, made[0])).to_be_focused()
    await press("End")
    await expect(shown(tab, made[4])).to_be_focused()
