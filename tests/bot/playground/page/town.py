"""The page over real sockets, as a browser asks for it, and a bot beside it that answers in every way there is."""

from __future__ import annotations

import asyncio
import io
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord
    from discord import app_commands

from bot.endpoints import use_api
from bot.playground.friendly import Friendly, furnish
from bot.playground.model import Channel, User
from bot.playground.page.server import Page
from bot.playground.standin import StandIn
from bot.playground.times import Times
from tests.bot.playground.conftest import PICTURE, Bot, connected

PATIENT = Times(answer=60.0)  #: what Discord gives three seconds for; a busy machine takes its time


class Tab:
    """One websocket. What it is told is read as it comes, and kept."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.events: list[dict[str, Any]] = []
        self._answers: dict[Any, dict[str, Any]] = {}
        self._news = asyncio.Condition()
        self._number = 0
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.ws:
            event = message.json()
            async with self._news:
                if event["type"] == "result":
                    self._answers[event["id"]] = event
                else:
                    self.events.append(event)
                self._news.notify_all()

    async def close(self) -> None:
        await self.ws.close()
        await self._reader

    async def answer(self, number: Any) -> dict[str, Any]:
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(lambda: number in self._answers), 60)
        return self._answers.pop(number)

    async def try_to(self, do: str, **fields: Any) -> dict[str, Any]:
        """The whole answer, whether it is a result or an error."""
        self._number += 1
        await self.ws.send_json({"id": self._number, "do": do, **fields})
        return await self.answer(self._number)

    async def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        answer = await self.try_to(do, **fields)
        assert "error" not in answer, answer["error"]
        result: dict[str, Any] = answer["result"]
        return result

    async def refused(self, do: str, **fields: Any) -> str:
        """The one sentence that says why not. The connection stays."""
        answer = await self.try_to(do, **fields)
        assert "error" in answer, answer
        sentence: str = answer["error"]
        assert sentence
        assert "\n" not in sentence
        return sentence

    async def event(
        self, kind: str, wanted: Callable[[dict[str, Any]], Any] = lambda _: True, *, timeout: float = 60.0
    ) -> dict[str, Any]:
        """The first one that has come, or comes."""

        def found() -> list[dict[str, Any]]:
            return [one for one in self.events if one["type"] == kind and wanted(one)]

        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(found), timeout)
            except TimeoutError:
                raise AssertionError(f"no such {kind}; there were: {self.events}") from None
        return found()[0]

    async def message(self, text: str, **more: Any) -> dict[str, Any]:
        """One that has this text in it."""
        event = await self.event("message", lambda one: text in one["message"]["content"], **more)
        found: dict[str, Any] = event["message"]
        return found

    async def state(self, interaction: dict[str, Any], state: str, **more: Any) -> dict[str, Any]:
        id_ = interaction["interaction"]
        return await self.event("interaction", lambda one: one["id"] == id_ and one["state"] == state, **more)

    async def quiet(self) -> None:
        """All that had happened before now has been told: a request's answer comes after it."""
        await self.ask("watch", on=False)

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one["type"] == kind]


class Town:
    """The stand-in with its page, and a browser's view of it."""

    def __init__(self, standin: StandIn, people: Friendly, page: Page, session: aiohttp.ClientSession) -> None:
        self.standin, self.world, self.people, self.page = standin, standin.world, people, page
        self.session = session
        self.tabs: list[Tab] = []

    async def tab(self, person: User | None = None, *, be: bool = True) -> Tab:
        tab = Tab(await self.session.ws_connect(f"{self.page.address}socket"))
        self.tabs.append(tab)
        if be:
            await tab.ask("be", person=None if person is None else str(person.id))
        return tab

    async def upload(self, data: bytes = PICTURE, name: str = "cat.png") -> dict[str, Any]:
        async with self.session.post(f"{self.page.address}uploads", params={"filename": name}, data=data) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
        return found


@asynccontextmanager
async def town(
    *, bot: bool = False, restart: Callable[[], Awaitable[None]] | None = None, times: Times | None = None
) -> AsyncIterator[Town]:
    standin = StandIn(rate_limits=False, times=times or PATIENT)
    people = furnish(standin.world)
    page = Page(standin, people, restart=restart)
    standin.app.add_routes(page.routes())
    async with standin, aiohttp.ClientSession(headers={"Origin": standin.origin}) as session:
        here = Town(standin, people, page, session)
        try:
            if bot:
                use_api(standin.api)
                async with connected(standin, Answering()):
                    yield here
            else:
                yield here
        finally:
            for tab in here.tabs:
                await tab.close()
        assert standin.record.crashes == []


def where(channel: Channel) -> str:
    return str(channel.id)


class Answering(Bot):
    """In every way that Discord knows."""

    def __init__(self) -> None:
        super().__init__()
        tree, self.ended = self.tree, asyncio.Event()
        tree.add_command(_copy)
        tree.add_command(_whisper)
        tree.add_command(_think)
        tree.add_command(_regret)
        tree.add_command(_form)
        tree.add_command(_pick)
        tree.add_command(_silent)
        tree.add_command(_late)
        tree.add_command(_tidy)
        tree.add_command(_here)
        tree.add_command(app_commands.ContextMenu(name="Look", callback=_look))
        tree.add_command(app_commands.ContextMenu(name="Greet", callback=_greet))

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user or not message.content.startswith("!"):
            return
        if message.content == "!buttons":
            await message.reply("Press one.", view=Buttons())
        elif message.content == "!copy":
            source = message
            if not source.attachments and message.reference is not None:
                source = await message.channel.fetch_message(message.reference.message_id or 0)
            files = [discord.File(io.BytesIO(await one.read()), one.filename) for one in source.attachments]
            await message.reply("Copied.", files=files, view=Buttons())


class Buttons(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)
        again = discord.ui.Button[Any](label="Again", custom_id="again")
        again.callback = _again  # type: ignore[method-assign]
        self.add_item(again)
        self.add_item(discord.ui.Button(label="Nothing", custom_id="nothing"))
        choice = discord.ui.Select[Any](
            custom_id="colour",
            options=[discord.SelectOption(label=one.title(), value=one) for one in ("red", "blue")],
        )

        async def chosen(interaction: discord.Interaction) -> None:
            await interaction.response.edit_message(content=f"It is {choice.values[0]}.")

        choice.callback = chosen  # type: ignore[method-assign]
        self.add_item(choice)


def _file() -> discord.File:
    return discord.File(io.BytesIO(PICTURE), "copy.png")


async def _again(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Once more.", file=_file())


@app_commands.command(name="copy", description="A picture")
async def _copy(interaction: discord.Interaction, picture: discord.Attachment, times: int = 1) -> None:
    await interaction.response.send_message("Here it is.", file=_file(), view=Buttons())


@app_commands.command(name="whisper", description="For you alone")
async def _whisper(interaction: discord.Interaction, text: str = "psst") -> None:
    await interaction.response.send_message(text, ephemeral=True)


@app_commands.command(name="think", description="Takes its time")
async def _think(interaction: discord.Interaction) -> None:
    await interaction.response.defer()
    await asyncio.sleep(1.8)
    await interaction.followup.send("I have thought.")


@app_commands.command(name="regret", description="Promises, and takes it back")
async def _regret(interaction: discord.Interaction) -> None:
    await interaction.response.defer()
    await interaction.delete_original_response()


class Form(discord.ui.Modal, title="A form"):
    name: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Name", custom_id="name", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Hello {self.name.value}.")


@app_commands.command(name="form", description="Asks back")
async def _form(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Form())


@app_commands.command(name="pick", description="With suggestions")
async def _pick(
    interaction: discord.Interaction,
    what: str,
    size: app_commands.Range[int, 1, 9] = 3,
    picture: discord.Attachment | None = None,
) -> None:
    await interaction.response.send_message(f"{what} of {size}")


@_pick.autocomplete("what")
async def _what(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    if typed == "nothing":
        await asyncio.sleep(30)
    size = interaction.namespace.size
    return [app_commands.Choice(name=f"{typed}-{size}", value=typed)]


@app_commands.command(name="silent", description="Never answers")
async def _silent(interaction: discord.Interaction) -> None:
    return


@app_commands.command(name="late", description="Promises only")
async def _late(interaction: discord.Interaction) -> None:
    await interaction.response.defer()


@app_commands.command(name="tidy", description="For moderators")
@app_commands.default_permissions(manage_messages=True)
async def _tidy(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Tidied.", ephemeral=True)


@app_commands.command(name="here", description="Only in a server")
@app_commands.guild_only()
async def _here(interaction: discord.Interaction, who: discord.Member | None = None) -> None:
    await interaction.response.send_message(f"Here: {who}")


async def _look(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message("Looked.", file=_file())


async def _greet(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_message(f"Hello {member.name}.")
