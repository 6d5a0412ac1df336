"""A server with all kinds of people, a log channel, and the three ways to set something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.moderation.catalogue import SETTINGS
from bot.moderation.doors.fields import PER_PAGE, pages
from bot.moderation.places import SERVER, Level, Scope, Server
from bot.moderation.settings import Editor
from bot.playground.components import walk
from bot.playground.drafts import File
from bot.playground.interactions import Interaction
from bot.playground.model import Channel, Message, Role, User
from bot.playground.permissions import Permission
from tests.bot.dreaming.doors.house import House, at_home


class Office:
    """People by what they may do; `house` is everything else."""

    def __init__(self, house: House) -> None:
        world, guild = house.world, house.guild
        self.house = house
        self.owner = world.users[guild.owner_id]
        self.boss, self.keeper = world.add_user("boss"), world.add_user("keeper")
        self.keepers = world.add_role(guild, "Keepers")
        self.artists = world.add_role(guild, "Artists")
        manage = world.add_role(guild, "Bosses", int(Permission.MANAGE_GUILD))
        world.add_member(guild, self.boss, roles=[manage])
        world.add_member(guild, self.keeper, roles=[self.keepers])
        self.log = world.add_channel(guild, "mod-log")
        self.garden = world.add_channel(guild, "garden")
        self.kinds: dict[str, User] = {
            "member": house.alice,
            "moderator": house.mod,
            "manager": self.keeper,
            "Manage Server": self.boss,
            "owner": self.owner,
        }

    async def appoint(self) -> None:
        """The keepers are managers from now on."""
        await self.set("managers", str(self.keepers.id))

    async def set(self, key: str, text: str, scope: Scope = SERVER) -> None:
        await self.house.settings.set(self.server, scope, key, text, by=Editor(id=self.boss.id, manage_server=True))

    @property
    def server(self) -> Server:
        guild = self.house.guild
        return Server(
            id=guild.id,
            name=guild.name,
            roles={role.id: role.name for role in guild.roles.values()},
            channels={channel.id: channel.name or "" for channel in guild.channels.values()},
        )

    def stored(self, scope: Scope = SERVER) -> dict[str, str]:
        return dict(self.house.settings.stored(self.house.guild.id).get(scope, {}))

    def open_commands(self) -> None:
        """As a server's owner can in Discord: everybody gets to see every command."""
        for command in self.house.standin.commands.all(None):
            command.fields["default_member_permissions"] = None

    async def slash(self, user: User, name: str, *, channel: Channel | None = None, **options: Any) -> Interaction:
        done = await self.house.standin.command(user, channel or self.house.channel, name, options)
        if done.original is not None and done.original.loading:
            await self.house.standin.fulfilled(done)
        return done

    async def says(self, user: User, text: str, *files: File, channel: Channel | None = None) -> Message:
        """The bot's answer to a message."""
        channel = channel or self.house.channel
        asked = await self.house.post(text, *files, user=user, channel=channel)
        return await self.house.standin.message(lambda one: one.reply_to == asked.id and one.author is self.house.bot)

    async def deletable(self, user: User, channel: Channel | None = None) -> list[dict[str, Any]]:
        """What `/mod delete` offers."""
        where = channel or self.house.channel
        return await self.house.standin.autocomplete(user, where, "mod delete", "dream", "")

    async def logged(self, *words: str) -> Message:
        """The entry of the log channel that holds these words."""
        return await self.house.standin.message(
            lambda one: one.channel_id == self.log.id and all(word in one.text for word in words)
        )

    @property
    def entries(self) -> list[str]:
        return [one.text for one in self.house.world.messages(self.log)]

    # --- a form

    async def select(self, user: User, message: Message, menu: str, values: list[str]) -> Interaction:
        standin = self.house.standin
        return await standin.answered(standin.people.select(user, message, menu, values))

    async def form(self, user: User, scope: Scope, key: str) -> Interaction:
        """Click through to the form with this setting; returns what has opened it."""
        shown = (await self.slash(user, "settings form")).original
        assert shown is not None
        if scope.level is not Level.SERVER:
            menu = next(
                one["custom_id"]
                for one in walk(shown.components)
                if one["type"] == (8 if scope.level is Level.CHANNEL else 6)
            )
            await self.select(user, shown, menu, [str(scope.id)])
        group = SETTINGS[key].group
        menu = next(one["custom_id"] for one in walk(shown.components) if one["type"] == 3)
        await self.select(user, shown, menu, [group.name.lower()])
        its = [setting.key for page in pages(group, scope.level) for setting in page]
        number = its.index(key) // PER_PAGE
        label = [one["label"] for one in shown.buttons if one["label"].startswith("Change ")][number]
        assert key in label
        return await self.house.standin.press(user, shown, label)

    async def by_form(self, user: User, scope: Scope, key: str, value: str) -> Interaction:
        opened = await self.form(user, scope, key)
        assert opened.modal is not None
        return await self.house.standin.submit(opened, held(opened, **{key: value}))


def held(opened: Interaction, **changed: str) -> dict[str, str | list[str]]:
    """What a form's fields hold, and what a person puts into some of them; lists parted by commas."""
    assert opened.modal is not None
    values: dict[str, str | list[str]] = {}
    for one in walk(opened.modal["components"]):
        if one["type"] == 4:
            values[one["custom_id"]] = changed.get(one["custom_id"], one.get("value") or "")
        elif one["type"] in (3, 5, 6, 7, 8):
            preset = [option["value"] for option in one.get("options") or () if option.get("default")]
            preset += [str(default["id"]) for default in one.get("default_values") or ()]
            new = changed.get(one["custom_id"])
            values[one["custom_id"]] = preset if new is None else [part.strip() for part in new.split(",") if part]
    assert set(changed) <= set(values), f"{set(changed) - set(values)} is not in the form"
    return values


def in_office(home: Path, test: Callable[[Office], Awaitable[None]], **settings: Any) -> None:
    """Run a test in an office of its own."""

    async def run() -> None:
        made: list[Office] = []
        async with at_home(home, furnish=lambda house: made.append(Office(house)), **settings):
            async with asyncio.timeout(120):
                await test(made[0])

    asyncio.run(run())


__all__ = ["Channel", "Office", "Role", "held", "in_office"]
