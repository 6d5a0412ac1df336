"""A run in which the stand-in sends everything that it can send, and a bot everything that it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import discord

from bot.endpoints import use_api
from bot.playground.friendly import Friendly, furnish
from bot.playground.interactions import Interaction
from bot.playground.model import Channel, ChannelKind, Message
from bot.playground.permissions import ALL
from bot.playground.recording import Record
from bot.playground.standin import File, StandIn
from tests.bot.playground.conftest import Bot, connected, picture

OPTIONS: list[dict[str, Any]] = [
    {"name": name, "type": kind, "description": name}
    for name, kind in (
        ("text", 3), ("whole", 4), ("truth", 5), ("person", 6), ("place", 7), ("role", 8), ("somebody", 9),
        ("number", 10), ("file", 11),
    )
]  # fmt: skip
TYPED = {"name": "typed", "type": 3, "description": "typed", "autocomplete": True}
COMMANDS: list[dict[str, Any]] = [
    {"name": "all", "type": 1, "description": "All", "options": OPTIONS, "integration_types": [0, 1]},
    {"name": "type", "type": 1, "description": "Type", "options": [TYPED]},
    {
        "name": "tree",
        "type": 1,
        "description": "Tree",
        "options": [
            {
                "name": "branch",
                "type": 2,
                "description": "Branch",
                "options": [{"name": "leaf", "type": 1, "description": "Leaf", "options": OPTIONS[:1]}],
            }
        ],
    },
    {"name": "Dream it", "type": 3},
    {"name": "Who is it", "type": 2},
]
BUTTONS = {
    "type": 1,
    "components": [
        {"type": 2, "style": 1, "label": "Press", "custom_id": "press", "emoji": {"name": "🐈"}},
        {"type": 2, "style": 5, "label": "Link", "url": "https://example.org/x"},
    ],
}
LISTS = [
    {
        "type": 1,
        "components": [
            {
                "type": 3,
                "custom_id": "strings",
                "placeholder": "Choose",
                "options": [{"label": "One", "value": "1", "description": "The first", "default": True}],
            }
        ],
    },
    *(
        {"type": 1, "components": [{"type": kind, "custom_id": f"list-{kind}", "min_values": 0}]}
        for kind in (5, 6, 7, 8)
    ),
]
MEDIA = {"url": "attachment://cat.png"}
LAID_OUT = [
    {
        "type": 17,
        "accent_color": 0xFF,
        "components": [
            {
                "type": 9,
                "components": [{"type": 10, "content": "A cat"}],
                "accessory": {"type": 11, "media": MEDIA, "description": "a cat"},
            },
            {"type": 12, "items": [{"media": MEDIA}, {"media": {"url": "https://example.org/x.png"}}]},
            {"type": 13, "file": MEDIA},
            {"type": 14, "spacing": 2},
            BUTTONS,
        ],
    }
]
EMBED = {
    "title": "Dream",
    "description": "of a cat",
    "url": "https://example.org/",
    "color": 0xFF,
    "timestamp": "2026-01-02T03:04:05.000006+00:00",
    "footer": {"text": "below"},
    "author": {"name": "somebody"},
    "image": {"url": "attachment://cat.png"},
    "thumbnail": {"url": "https://example.org/x.png"},
    "fields": [{"name": "a", "value": "b"}],
}
FORM = {
    "title": "Form",
    "custom_id": "form",
    "components": [
        {"type": 10, "content": "Please"},
        {"type": 1, "components": [{"type": 4, "custom_id": "older", "style": 1, "label": "Text"}]},
        {"type": 18, "label": "Text", "component": {"type": 4, "custom_id": "newer", "style": 2, "required": False}},
        {"type": 18, "label": "People", "component": {"type": 5, "custom_id": "people"}},
    ],
}


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


class Run:
    """One of everything, in one stand-in."""

    def __init__(self, standin: StandIn, people: Friendly, bot: Bot, session: aiohttp.ClientSession) -> None:
        self.standin, self.world, self.people, self.bot, self.session = standin, standin.world, people, bot, session

    async def rest(self, method: str, path: str, body: Any = None, *files: File) -> Any:
        """As the bot."""
        data: Any = None
        if files:
            data = aiohttp.FormData()
            attachments = [{"id": n, "filename": one.filename, "description": "a cat"} for n, one in enumerate(files)]
            inner = body.get("data", body)
            inner["attachments"] = attachments
            data.add_field("payload_json", discord.utils._to_json(body), content_type="application/json")
            for number, one in enumerate(files):
                data.add_field(f"files[{number}]", one.data, filename=one.filename, content_type="image/png")
        headers = {"Authorization": f"Bot {self.standin.token}"}
        options = {"data": data} if files else {"json": body}
        async with self.session.request(method, self.standin.api + path, headers=headers, **options) as answer:
            assert answer.status < 400, (method, path, await answer.text())
            return None if answer.status == 204 else await answer.json()

    async def answer(self, interaction: Interaction, kind: int, data: Any = None, *files: File) -> None:
        body = {"type": kind, "data": data or {}}
        await self.rest("POST", f"/interactions/{interaction.id}/{interaction.token}/callback", body, *files)

    async def follow_up(self, interaction: Interaction, body: Any) -> None:
        await self.rest("POST", f"/webhooks/{self.world.application.id}/{interaction.token}", body)

    def message(self, written: Any) -> Message:
        return self.world.channels[int(written["channel_id"])].messages[int(written["id"])]

    async def servers(self) -> None:
        world, guild = self.world, self.people.guild
        other = world.add_guild("Another")
        await until(lambda: self.bot.get_guild(other.id))
        world.kick_bot(other)
        await until(lambda: self.bot.get_guild(other.id) is None)
        stranger = world.add_user("stranger", avatar=True)
        member = world.add_member(guild, stranger, nick="Strange")
        member.timed_out_until = world.clock() + 60
        role = world.add_role(guild, "role")
        member.roles.append(role.id)
        world.member_changed(guild, member)
        world.set_role(guild, role, ALL)
        world.remove_role(guild, role)
        world.remove_member(guild, stranger)
        for kind in (ChannelKind.CATEGORY, ChannelKind.NEWS):
            channel = Channel(id=world.ids.next(), kind=kind, guild_id=guild.id, name="more", position=9)
            world._add_channel(guild, channel)
            world.set_overwrite(channel, self.people.ada, deny=1 << 10)
            world.delete_channel(channel)

    async def threads(self) -> None:
        world, channel = self.world, self.people.general
        thread = world.add_thread(channel, "talk", self.people.ada)
        world.channel_changed(thread)
        await self.standin.post(thread, self.people.ada, "in the thread")
        posted = await self.standin.post(channel, self.people.ada, "start here")
        await self.rest("POST", f"/channels/{channel.id}/messages/{posted.id}/threads", {"name": "from it"})
        world.delete_channel(thread)

    async def messages(self) -> None:
        people, channel, ada = self.people, self.people.general, self.people.ada
        spoiler = File(filename="my cat.png", data=picture().data, description="a cat", spoiler=True)
        posted = await self.standin.post(channel, ada, f"<@{people.ben.id}> look", attachments=[spoiler])
        await self.standin.post(channel, people.mo, "@everyone nice", reference=posted)
        self.standin.people.edit(ada, posted, f"<@{people.mo.id}> look")
        for emoji in ("👍", "cat:123456789"):
            self.standin.people.react(ada, posted, emoji)
        self.standin.people.react(ada, posted, "👍", add=False)
        path = f"/channels/{channel.id}/messages"
        body = {"content": "x", "embeds": [EMBED], "components": [BUTTONS], "nonce": "7", "tts": True}
        sent = await self.rest("POST", path, body, picture())
        await self.rest("PATCH", f"{path}/{sent['id']}", {"content": "y"})
        await self.rest("POST", path, {"components": LAID_OUT, "flags": 1 << 15}, picture())
        listed = await self.rest("POST", path, {"content": "lists", "components": LISTS, "nonce": 7})
        await self.rest("PUT", f"{path}/pins/{listed['id']}")
        await self.rest("DELETE", f"{path}/pins/{listed['id']}")
        reply = {"content": "re", "message_reference": {"message_id": str(posted.id)}}
        gone = [await self.rest("POST", path, dict(reply)) for _ in range(3)]
        self.standin.people.delete(people.owner, posted)
        await self.rest("DELETE", f"{path}/{gone[0]['id']}")
        await self.rest("POST", f"{path}/bulk-delete", {"messages": [one["id"] for one in gone[1:]]})
        direct = self.world.direct(ada)
        said = await self.standin.post(direct, ada, "in private")
        await self.rest("POST", f"/channels/{direct.id}/messages", {"content": "so it is"})
        self.standin.people.react(ada, said, "👍")
        self.standin.people.delete(ada, said)

    async def interactions(self) -> None:
        people, channel, ada, do = self.people, self.people.general, self.people.ada, self.standin.people
        self.standin.commands.put(COMMANDS, None)
        thread = self.world.add_thread(channel, "a place", ada)
        values: dict[str, Any] = {
            "text": "x", "whole": 3, "truth": True, "person": people.ben, "place": people.dreams,
            "role": next(iter(people.guild.roles.values())), "somebody": people.mo, "number": 1.5, "file": picture(),
        }  # fmt: skip
        asked = do.command(ada, channel, "all", values)
        await self.answer(asked, 5)
        await self.follow_up(asked, {"content": "the answer"})
        await self.follow_up(asked, {"content": "one more"})
        await self.answer(do.command(ada, thread, "all", {"place": thread}), 4, {"content": "seen", "flags": 1 << 6})
        await self.answer(do.command(ada, channel, "tree branch leaf", {"text": "x"}), 4, {"content": "here"})
        typed = do.autocomplete(ada, channel, "type", "typed", "ey")
        await self.answer(typed, 8, {"choices": [{"name": "eyes", "value": "eyes"}]})
        direct = do.command(ada, self.world.direct(ada), "all", {"text": "x", "person": ada})
        await self.answer(direct, 4, {"content": "privately"})
        target = await self.standin.post(channel, people.ben, "a picture", attachments=[picture()])
        menu = do.menu(ada, channel, "Dream it", target)
        await self.answer(menu, 4, {"content": "dreamt", "components": [BUTTONS]}, picture())
        await self.answer(do.menu(ada, channel, "Who is it", people.ben), 4, {"content": "Ben"})
        assert menu.original is not None
        press = do.press(ada, menu.original, "press")
        await self.answer(press, 9, FORM)
        form = do.submit(press, {"older": "a", "newer": "b", "people": [str(people.ben.id)]})
        await self.answer(form, 4, {"content": "filled in"})
        hidden = do.press(ada, menu.original, "press")
        await self.answer(hidden, 4, {"content": "only you", "flags": 1 << 6, "components": LISTS})
        assert hidden.original is not None
        await self.rest(
            "PATCH",
            f"/webhooks/{self.world.application.id}/{hidden.token}/messages/@original",
            {"content": "still only you"},
        )
        chosen = {
            "strings": "1", "list-5": people.ben.id, "list-6": people.guild.id, "list-7": people.mo.id,
            "list-8": channel.id,
        }  # fmt: skip
        for name, value in chosen.items():
            await self.answer(do.select(ada, hidden.original, name, [str(value)]), 6)
        other = self.world.add_guild("Not the bot's", owner=ada, with_bot=False)
        self.world.application.installed_by.add(ada.id)
        away = do.command(ada, self.world.add_channel(other, "away"), "all", {"text": "x"})
        await self.answer(away, 4, {"content": "through you"})

    async def gateway(self) -> None:
        guild = self.bot.get_guild(self.people.guild.id)
        assert guild is not None
        assert await guild.query_members("a")
        await guild.query_members(user_ids=[self.people.ben.id, 1_000_000], limit=2)
        await self.bot.change_presence(activity=discord.CustomActivity(name="dreaming"))
        await guild.change_voice_state(channel=None)
        self.standin.gateway.reconnect()
        await until(lambda: self.bot.resumed == 1)
        identified = self.bot.identified
        self.standin.faults.refuse_resume = 1
        self.standin.faults.drop_gateway(4000)
        await until(lambda: self.bot.identified > identified and self.standin.gateway.sessions)


async def _unmoved(interaction: discord.Interaction[Any], error: discord.app_commands.AppCommandError) -> None:
    """The commands are answered by hand."""


async def everything() -> Record:
    """What went over the wire."""
    standin = StandIn(rate_limits=False)
    people = furnish(standin.world)
    standin.world.application.guild_members = True
    guild = people.guild
    standin.world.set_role(guild, guild.roles[guild.members[standin.world.bot.id].roles[0]], ALL)
    async with standin, aiohttp.ClientSession() as session:
        use_api(standin.api)
        bot = Bot(members=True)
        bot.tree.error(_unmoved)
        async with connected(standin, bot):
            run = Run(standin, people, bot, session)
            for part in (run.servers, run.threads, run.messages, run.interactions, run.gateway):
                await part()
    assert standin.record.crashes == []
    return standin.record
