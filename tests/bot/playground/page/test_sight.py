"""A tab is told what its person may see, and not a word of anything else."""

from __future__ import annotations

import json

from bot.playground.permissions import Permission
from tests.bot.playground.conftest import runs
from tests.bot.playground.page.town import Tab, town, where


def names(state: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one["name"] for one in state["channels"]]


@runs
async def test_the_state_tells_who_is_there_and_what_there_is() -> None:
    async with town() as here:
        tab = await here.tab(be=False)
        state = await tab.ask("be", person=None)
        assert state["me"] == str(here.people.ada.id)
        assert state["guild"] == {"id": str(here.people.guild.id), "name": "Dream Playground"}
        assert names(state) == ["general", "dreams", "dream-challenge", "late-night", "Dreambot"]
        assert [one["kind"] for one in state["channels"]] == ["text"] * 4 + ["direct"]
        assert [one["name"] for one in state["channels"] if one["nsfw"]] == ["late-night"]
        people = {one["user"]["display_name"]: one for one in state["people"]}
        assert {name: one["title"] for name, one in people.items()} == {
            "Olive": "Owner",
            "Mo": "Moderator",
            "Dreambot": "App",
            "Ada": "Member",
            "Ben": "Member",
        }
        assert [name for name, one in people.items() if not one["playable"]] == ["Dreambot"]
        assert [name for name, one in people.items() if one["online"]] == ["Ada"]
        assert state["limits"] == {"upload_bytes": 10 << 20, "files": 10, "text": 2000}
        assert (state["online"], state["commands"], state["prefix"], state["supervised"]) == (False, [], "!", False)
        for one in state["people"]:
            async with here.session.get(f"{here.standin.origin}{one['user']['avatar']}") as answer:
                assert (answer.status, answer.content_type) == (200, "image/png")


@runs
async def test_moderators_see_a_channel_that_members_do_not() -> None:
    async with town() as here:
        people = here.people
        ada, mo = await here.tab(people.ada), await here.tab(people.mo)
        assert "moderators" in names(await mo.ask("be", person=str(people.mo.id)))
        await mo.ask("post", channel=where(people.moderators), text="between us")
        await mo.message("between us")
        await ada.quiet()
        assert ada.told("message") == []
        assert "no such channel" in await ada.refused("open", channel=where(people.moderators))
        assert "no such channel" in await ada.refused("post", channel=where(people.moderators), text="hello")


@runs
async def test_a_private_answer_reaches_the_one_person_only() -> None:
    async with town(bot=True) as here:
        people = here.people
        ada, second, ben = await here.tab(people.ada), await here.tab(people.ada), await here.tab(people.ben)
        general = where(people.general)
        asked = await ada.ask("command", channel=general, name="whisper", options={"text": "for ada"})
        told = await ada.message("for ada")
        assert told["extra"]["ephemeral"]
        assert not told["extra"]["may"]["delete"]
        await ada.state(asked, "answered")
        await second.message("for ada")
        await ben.quiet()
        assert ben.told("message") == []
        assert (await ben.ask("open", channel=general))["messages"] == []
        state = await ben.ask("be", person=str(people.ben.id))
        assert next(one for one in state["channels"] if one["id"] == general)["last_message"] is None
        assert "not there" in await ben.refused("react", channel=general, message=told["id"], emoji="👍", add=True)
        assert "not there" in await ben.refused("dismiss", channel=general, message=told["id"])
        # The tab that was Ada is Mo now, who is a moderator and still no reader of others' answers.
        await second.ask("be", person=str(people.mo.id))
        assert (await second.ask("open", channel=general))["messages"] == []
        assert [one["id"] for one in (await ada.ask("open", channel=general))["messages"]] == [told["id"]]


@runs
async def test_what_waits_for_one_person_is_not_told_to_the_next() -> None:
    """The tab becomes somebody else while the message is on its way to it."""
    async with town(bot=True) as here:
        people = here.people
        ada = await here.tab(people.ada)
        general = where(people.general)
        await ada.ws.send_json({"id": 900, "do": "command", "channel": general, "name": "whisper", "options": {}})
        await ada.ws.send_json({"id": 901, "do": "be", "person": str(people.ben.id)})
        await ada.answer(901)
        await here.standin.message(lambda one: one.text == "psst")
        await ada.quiet()
        assert ada.told("message") == []
        assert ada.told("interaction") == []


@runs
async def test_a_dismissed_answer_is_gone_for_its_reader_and_the_bot_never_knows() -> None:
    async with town(bot=True) as here:
        people = here.people
        tab, second = await here.tab(people.ada), await here.tab(people.ada)
        general = where(people.general)
        await tab.ask("command", channel=general, name="whisper", options={})
        told = await tab.message("psst")
        answer = {"channel": general, "text": "hi", "reply_to": told["id"]}
        assert "not there any more" in await tab.refused("post", **answer)
        assert "dismiss it instead" in await tab.refused("delete", channel=general, message=told["id"])
        await tab.ask("dismiss", channel=general, message=told["id"])
        for one in (tab, second):
            await one.event("gone", lambda event: event["message"] == told["id"])
        assert (await tab.ask("open", channel=general))["messages"] == []
        assert here.world.messages()[0].only_for == people.ada.id
        seen = (await tab.ask("post", channel=general, text="for all"))["message"]["id"]
        assert "Others see" in await tab.refused("dismiss", channel=general, message=seen)


@runs
async def test_a_channel_that_is_closed_to_somebody_leaves_their_list_at_once() -> None:
    async with town() as here:
        people = here.people
        ada, mo = await here.tab(people.ada), await here.tab(people.mo)
        everybody = people.guild.roles[people.guild.id]
        here.world.set_overwrite(people.late, everybody, deny=int(Permission.VIEW_CHANNEL))
        told = await ada.event("channels")
        assert "late-night" not in names(told)
        await here.standin.post(people.late, people.owner, "after hours")
        await mo.quiet()
        await ada.quiet()
        assert ada.told("message") == mo.told("message") == []
        here.world.set_overwrite(people.late, everybody, allow=int(Permission.VIEW_CHANNEL))
        await ada.event("channels", lambda one: "late-night" in names(one))
        assert [one["content"] for one in (await ada.ask("open", channel=where(people.late)))["messages"]] == [
            "after hours"
        ]


@runs
async def test_what_may_be_done_in_a_channel_follows_its_permissions() -> None:
    async with town() as here:
        people = here.people
        ada = await here.tab(people.ada)
        everybody = people.guild.roles[people.guild.id]
        denied = Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY
        await here.standin.post(people.general, people.owner, "rules")
        here.world.set_overwrite(people.general, everybody, deny=int(denied))
        told = await ada.event("channels")
        general = next(one for one in told["channels"] if one["name"] == "general")
        assert general["may"] == {
            "send": False,
            "attach": False,
            "history": False,
            "react": False,
            "commands": True,
            "manage_messages": False,
        }
        assert general["last_message"] is None
        assert await ada.ask("open", channel=where(people.general)) == {"messages": [], "more": False}
        assert await ada.refused("post", channel=where(people.general), text="hello") == "You may not write here."
        # What is said while somebody looks, they hear.
        await here.standin.post(people.general, people.owner, "news")
        await ada.message("news")


@runs
async def test_threads_stand_in_the_list_until_they_are_archived() -> None:
    async with town() as here:
        people = here.people
        ada, mo = await here.tab(people.ada), await here.tab(people.mo)
        thread = here.world.add_thread(people.dreams, "cats", people.ben)
        told = await ada.event("channels")
        listed = next(one for one in told["channels"] if one["name"] == "cats")
        assert (listed["kind"], listed["parent"]) == ("thread", where(people.dreams))
        await ada.ask("post", channel=where(thread), text="in the thread")
        thread.locked = True
        here.world.channel_changed(thread)
        assert await ada.refused("post", channel=where(thread), text="too late") == "You may not write here."
        await mo.ask("post", channel=where(thread), text="closing words")
        thread.archived = True
        here.world.channel_changed(thread)
        await ada.event("channels", lambda one: "cats" not in names(one))


@runs
async def test_two_tabs_are_two_people_at_once() -> None:
    async with town() as here:
        people = here.people
        ada, ben = await here.tab(people.ada), await here.tab(people.ben)
        general = where(people.general)

        def online(event: dict[str, list[dict[str, dict[str, str]]]]) -> set[str]:
            return {one["user"]["name"] for one in event["people"] if one["online"]}

        await ada.event("people", lambda one: online(one) == {"ada", "ben"})
        sent = (await ada.ask("post", channel=general, text=f"hello {people.ben.mention}"))["message"]
        heard = await ben.message("hello")
        own = await ada.message("hello")
        assert sent["id"] == heard["id"] == own["id"]
        assert sent["author"]["id"] == str(people.ada.id)
        assert heard["extra"]["pings_me"]
        assert not own["extra"]["pings_me"]
        to_myself = await ada.ask("post", channel=general, text=f"note to {people.ada.mention}")
        assert not to_myself["message"]["extra"]["pings_me"]
        assert own["extra"]["may"] == {"delete": True, "edit": True, "react": True}
        assert heard["extra"]["may"] == {"delete": False, "edit": False, "react": True}
        answer = (await ben.ask("post", channel=general, text="hi", reply_to=sent["id"]))["message"]
        assert answer["referenced_message"]["content"] == sent["content"]
        assert (await ada.message("hi"))["extra"]["pings_me"]
        await ben.ask("react", channel=general, message=sent["id"], emoji="👍", add=True)
        mine = await ada.event("message", lambda one: one["message"]["extra"]["reactions"])
        assert mine["message"]["extra"]["reactions"] == [{"emoji": "👍", "count": 1, "me": False}]
        his = await ben.event("message", lambda one: one["message"]["extra"]["reactions"])
        assert his["message"]["extra"]["reactions"] == [{"emoji": "👍", "count": 1, "me": True}]
        await ben.close()
        await ada.event("people", lambda one: online(one) == {"ada"} and ada.events.index(one) > 1)


@runs
async def test_direct_messages_are_between_the_bot_and_one_person() -> None:
    async with town() as here:
        ada, ben = await here.tab(here.people.ada), await here.tab(here.people.ben)
        own = await direct(ada, here.people.ada.id)
        await ada.ask("post", channel=own, text="psst")
        await ada.message("psst")
        await ben.quiet()
        assert ben.told("message") == []
        assert own != await direct(ben, here.people.ben.id)
        assert "no such channel" in await ben.refused("open", channel=own)


async def direct(tab: Tab, person: int) -> str:
    state = await tab.ask("be", person=str(person))
    return next(str(one["id"]) for one in state["channels"] if one["kind"] == "direct")


@runs
async def test_another_server_is_none_of_the_pages_business() -> None:
    async with town() as here:
        other = here.world.add_guild("Elsewhere")
        here.world.add_member(other, here.people.ada)
        room = here.world.add_channel(other, "room")
        ada = await here.tab(here.people.ada)
        await here.standin.post(room, here.people.ada, "elsewhere")
        await ada.quiet()
        assert "elsewhere" not in json.dumps(ada.events)
        assert "no such channel" in await ada.refused("open", channel=where(room))


@runs
async def test_somebody_who_has_left_is_nobody_to_be() -> None:
    async with town() as here:
        people = here.people
        ben = await here.tab(people.ben)
        here.world.remove_member(people.guild, people.ben)
        await ben.event("channels", lambda one: names(one) == ["Dreambot"])
        assert (
            await ben.refused("post", channel=where(people.general), text="still here") == "Choose first who you are."
        )
        assert "nobody by that number" in await ben.refused("be", person=str(people.ben.id))
        assert "nobody by that number" in await ben.refused("be", person=str(here.world.bot.id))
        assert (await ben.ask("be", person=None))["me"] == str(people.ada.id)
