"""Commands, suggestions, menus, buttons, lists and forms, through discord.py itself, and what a tab hears of them."""

from __future__ import annotations

from typing import Any

from bot.playground.times import Times
from tests.bot.playground.conftest import runs
from tests.bot.playground.page.town import Tab, Town, town, where

SOON = Times(answer=0.3)  #: where nothing is answered in time anyhow
QUICK = Times(answer=1.5, token=2.0)  #: where the bot answers at once


def commands(of: dict[str, Any]) -> set[str]:
    return {one["name"] for one in of["commands"]}


@runs
async def test_a_command_is_answered_and_the_tab_knows() -> None:
    async with town(bot=True) as here:
        tab, other = await here.tab(), await here.tab(here.people.ben)
        general = where(here.people.general)
        asked = await tab.ask("command", channel=general, name="pick", options={"what": "apples", "size": 4})
        await tab.state(asked, "answered")
        told = await tab.message("apples of 4")
        assert told["interaction_metadata"]["id"] == asked["interaction"]
        await other.message("apples of 4")
        await other.quiet()
        assert other.told("interaction") == []


@runs
async def test_what_the_command_does_not_take_is_said_at_once() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        people = here.people

        async def refused(name: str, options: Any) -> str:
            return await tab.refused("command", channel=where(people.general), name=name, options=options)

        assert await refused("pick", {}) == "The option what is required."
        assert "too large" in await refused("pick", {"what": "x", "size": 10})
        assert "does not take" in await refused("pick", {"what": "x", "size": "4"})
        assert "does not take" in await refused("pick", {"what": "x", "size": None})
        assert "does not take" in await refused("pick", {"what": "x", "size": {"user": str(people.ben.id)}})
        assert "no option" in await refused("pick", {"what": "x", "colour": "red"})
        assert "no id" in await refused("here", {"who": {"user": "ben"}})
        assert "nobody" in await refused("here", {"who": {"user": "1"}})
        assert "does not take" in await refused("here", {"who": {"channel": where(people.moderators)}})
        assert "not there any more" in await refused("copy", {"picture": {"upload": "gone"}})
        assert "no sub-command" in await refused("pick what", {})
        asked = await tab.ask(
            "command", channel=where(people.general), name="here", options={"who": {"user": str(people.ben.id)}}
        )
        await tab.state(asked, "answered")
        await tab.message("Here: ben")


@runs
async def test_suggestions_come_while_somebody_types() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        general = where(here.people.general)

        async def complete(typed: str, options: dict[str, Any]) -> dict[str, Any]:
            return await tab.ask("complete", channel=general, name="pick", focused="what", typed=typed, options=options)

        assert await complete("ap", {"size": 5}) == {"choices": [{"name": "ap-5", "value": "ap"}]}
        # What is half typed elsewhere does not keep suggestions away.
        assert (await complete("ap", {"size": "five", "what": "a"}))["choices"][0]["value"] == "ap"
        upload = await here.upload()
        await complete("ap", {"picture": {"upload": upload["id"]}})
        assert here.standin.cdn._kept == {}
        assert here.page._house.uploads.file(upload["id"])


@runs
async def test_suggestions_that_do_not_come_are_not_waited_for() -> None:
    async with town(bot=True, times=SOON) as here:
        tab, asked = await here.tab(), {"name": "pick", "focused": "what", "typed": "nothing", "options": {}}
        answer = await tab.try_to("complete", channel=where(here.people.general), **asked)
        assert "did not say in time" in answer["error"]


@runs
async def test_a_tab_goes_on_while_it_waits_for_suggestions() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        general = where(here.people.general)
        slow = {"do": "complete", "channel": general, "name": "pick", "focused": "what", "typed": "nothing"}
        for number in range(20):
            await tab.ws.send_json({"id": 100 + number, **slow})
        assert "at once" in (await tab.answer(119))["error"]
        assert (await tab.ask("open", channel=general))["messages"] == []


@runs
async def test_the_bot_thinks_and_then_answers() -> None:
    """It may take longer than the 3 s that it has for saying that it thinks."""
    async with town(bot=True, times=Times(answer=1.5)) as here:
        tab = await here.tab()
        asked = await tab.ask("command", channel=where(here.people.general), name="think", options={})
        await tab.state(asked, "thinking")
        await tab.event("message", lambda one: one["message"]["extra"]["loading"])
        await tab.state(asked, "answered")
        assert not (await tab.message("I have thought."))["extra"]["loading"]
        states = [one["state"] for one in tab.told("interaction")]
        assert states == ["thinking", "answered"]
        taken_back = await tab.ask("command", channel=where(here.people.general), name="regret", options={})
        await tab.state(taken_back, "answered")


@runs
async def test_without_an_answer_it_has_failed_after_three_seconds() -> None:
    async with town(bot=True, times=SOON) as here:
        tab = await here.tab()
        general = where(here.people.general)
        asked = await tab.ask("command", channel=general, name="silent", options={})
        assert (await tab.state(asked, "failed"))["sentence"] == "The application did not respond"
        await tab.ask("post", channel=general, text="!buttons")
        message = await tab.message("Press one.")
        asked = await tab.ask("press", channel=general, message=message["id"], custom_id="nothing")
        assert (await tab.state(asked, "failed"))["sentence"] == "This interaction failed"


@runs
async def test_a_promise_that_is_not_kept_has_failed_when_its_token_ends() -> None:
    async with town(bot=True, times=QUICK) as here:
        tab = await here.tab()
        promised = await tab.ask("command", channel=where(here.people.general), name="late", options={})
        await tab.state(promised, "thinking")
        assert (await tab.state(promised, "failed"))["sentence"] == "The application did not respond"


@runs
async def test_nobody_answers_where_there_is_no_bot_and_the_default_is_three_seconds() -> None:
    assert Times().answer == 3.0
    async with town(times=SOON) as here:
        tab = await here.tab()
        here.standin.commands.put([{"name": "hello", "description": "x"}], None)
        asked = await tab.ask("command", channel=where(here.people.general), name="hello", options={})
        await tab.state(asked, "failed")


@runs
async def test_a_form_opens_in_the_one_tab_and_is_handed_in() -> None:
    async with town(bot=True) as here:
        people = here.people
        tab, second, ben = await here.tab(people.ada), await here.tab(people.ada), await here.tab(people.ben)
        general = where(people.general)
        asked = await tab.ask("command", channel=general, name="form", options={})
        opened = await tab.state(asked, "form")
        assert opened["form"]["title"] == "A form"
        await second.quiet()
        assert second.told("interaction") == []
        form = asked["interaction"]
        assert "not open" in await ben.refused("submit", interaction=form, values={"name": "Ben"})
        assert "required" in await tab.refused("submit", interaction=form, values={})
        assert "wrong length" in await tab.refused("submit", interaction=form, values={"name": "x" * 21})
        assert "no field" in await tab.refused("submit", interaction=form, values={"name": "x", "age": "5"})
        assert "no text" in await tab.refused("submit", interaction=form, values={"name": 5})
        handed = await tab.ask("submit", interaction=form, values={"name": "Ada"})
        await tab.state(handed, "answered")
        await tab.message("Hello Ada.")


@runs
async def test_buttons_lists_and_menus() -> None:
    async with town(bot=True) as here:
        people = here.people
        tab = await here.tab()
        general = where(people.general)
        await tab.ask("post", channel=general, text="!buttons")
        message = (await tab.message("Press one."))["id"]
        place = {"channel": general, "message": message}
        assert "no button" in await tab.refused("press", **place, custom_id="never")
        await tab.state(await tab.ask("press", **place, custom_id="again"), "answered")
        assert "does not hold" in await tab.refused("select", **place, custom_id="colour", values=["green"])
        assert "does not take" in await tab.refused("select", **place, custom_id="colour", values=["red", "blue"])
        assert "no text" in await tab.refused("select", **place, custom_id="colour", values=[5])
        await tab.state(await tab.ask("select", **place, custom_id="colour", values=["blue"]), "answered")
        await tab.message("It is blue.")
        await tab.state(await tab.ask("menu", **place, name="Look"), "answered")
        greeted = await tab.ask("menu", channel=general, name="Greet", user=str(people.ben.id))
        await tab.state(greeted, "answered")
        await tab.message("Hello ben.")


@runs
async def test_the_list_of_commands_is_what_this_person_may_use_in_this_place() -> None:
    async with town(bot=True) as here:
        people = here.people
        tab = await here.tab(be=False)
        everyday = {"copy", "whisper", "think", "regret", "form", "pick", "silent", "late", "Look", "Greet"}
        ada = await tab.ask("be", person=str(people.ada.id))
        assert commands(ada) == everyday | {"here"}
        kinds = {one["name"]: one["type"] for one in ada["commands"]}
        assert (kinds["pick"], kinds["Greet"], kinds["Look"]) == (1, 2, 3)
        size = next(one for one in ada["commands"] if one["name"] == "pick")["options"][1]
        assert (size["min_value"], size["max_value"]) == (1, 9)
        direct = next(one["id"] for one in ada["channels"] if one["kind"] == "direct")
        await tab.ask("open", channel=direct)
        # What takes a moderator in a server, anybody may do between the bot and themselves.
        assert commands(await tab.event("commands")) == everyday | {"tidy"}
        tab.events.clear()
        await tab.ask("open", channel=where(people.general))
        assert commands(await tab.event("commands")) == everyday | {"here"}
        tab.events.clear()
        await tab.ask("look", channel=direct)
        assert commands(await tab.event("commands")) == everyday | {"tidy"}
        await tab.ask("look", channel=where(people.general))
        assert "more permissions" in await tab.refused(
            "command", channel=where(people.general), name="tidy", options={}
        )
        assert commands(await tab.ask("be", person=str(people.mo.id))) == everyday | {"here", "tidy"}


@runs
async def test_commands_that_are_registered_later_come_to_open_tabs() -> None:
    async with town() as here:
        tab = await here.tab()
        async with here.session.put(
            f"{here.standin.api}/applications/{here.world.application.id}/commands",
            json=[
                {"name": "new", "description": "x"},
                {"name": "grown", "description": "for adults", "nsfw": True},
            ],
            headers={"Authorization": f"Bot {here.standin.token}"},
        ) as answer:
            assert answer.status == 200
        assert commands(await tab.event("commands")) == {"new"}
        await tab.ask("open", channel=where(here.people.late))
        await tab.event("commands", lambda one: commands(one) == {"new", "grown"})


# what a dream was made from


async def posted(here: Town, tab: Tab, text: str = "", *names: str, **more: Any) -> dict[str, Any]:
    uploads = [{"id": (await here.upload(name=name))["id"]} for name in names]
    sent = await tab.ask("post", channel=where(here.people.general), text=text, uploads=uploads, **more)
    found: dict[str, Any] = sent["message"]
    return found


def before(message: dict[str, Any]) -> list[str | None]:
    return [None if one is None else one["filename"] for one in message["extra"]["before"]]


@runs
async def test_the_picture_before_is_found_along_replies_menus_and_buttons() -> None:
    async with town(bot=True) as here:
        tab = await here.tab()
        general = where(here.people.general)
        original = await posted(here, tab, "", "one.png", "two.png")
        await posted(here, tab, "!copy", reply_to=original["id"])
        copied = await tab.message("Copied.")
        assert before(copied) == ["one.png", "two.png"]
        async with here.session.get(copied["extra"]["before"][0]["url"]) as answer:
            assert answer.status == 200
        # Once more by its button: of the same picture, which are two here, so that nobody can say which.
        await tab.ask("press", channel=general, message=copied["id"], custom_id="again")
        assert before(await tab.message("Once more.")) == [None]
        tab.events.clear()
        await posted(here, tab, "!copy", "own.png")
        copied = await tab.message("Copied.")
        assert before(copied) == ["own.png"]
        await tab.ask("press", channel=general, message=copied["id"], custom_id="again")
        assert before(await tab.message("Once more.")) == ["own.png"]
        await tab.ask("menu", channel=general, message=copied["id"], name="Look")
        assert before(await tab.message("Looked.")) == ["own.png"]
        await tab.ask("delete", channel=general, message=copied["referenced_message"]["id"])
        again = (await tab.ask("open", channel=general))["messages"]
        assert before(next(one for one in again if one["id"] == copied["id"])) == [None]


@runs
async def test_the_file_of_a_command_is_its_users_own() -> None:
    async with town(bot=True) as here:
        ada, ben = await here.tab(here.people.ada), await here.tab(here.people.ben)
        upload = await here.upload(name="mine.png")
        options = {"picture": {"upload": upload["id"]}, "times": 2}
        await ada.ask("command", channel=where(here.people.general), name="copy", options=options)
        assert before(await ada.message("Here it is.")) == ["mine.png"]
        assert before(await ben.message("Here it is.")) == [None]
        assert "not there any more" in await ada.refused(
            "command", channel=where(here.people.general), name="copy", options=options
        )


@runs
async def test_a_tab_has_commands_under_their_names_in_the_persons_language() -> None:
    async with town(bot=True) as here:
        (pick,) = (one for one in here.standin.commands.all() if one.name == "pick")
        pick.fields = {**pick.fields, "name_localizations": {"de": "wählen"}}
        tab, other = await here.tab(), await here.tab(here.people.ben)
        assert (await tab.ask("be", person=None))["locale"] == "en-GB"
        assert await tab.refused("speak", locale="tlh") == "Discord has no such language: choose one from the list."
        assert await tab.ask("speak", locale="de") == {"locale": "de"}
        told = await tab.event("commands")
        assert {one["name_localized"] for one in told["commands"]} >= {"wählen"}
        assert commands(told) >= {"pick"}
        assert here.people.ada.locale == "de"
        await other.quiet()
        assert other.told("commands") == []
