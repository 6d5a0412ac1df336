"""A bot with one of everything that Discord offers a bot, so that the page can be tried with what ours does not use.

Run as a process of its own by tests, in the real bot's place.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any, Literal

import discord
from discord import app_commands

from bot.endpoints import use_api
from bot.signals import told_to_stop

ANIMALS = ("ant", "bee", "cat", "dog", "elk", "fox")


class Workbench(discord.AutoShardedClient):
    """Answers everything with what it was told."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.message_content = True
        super().__init__(intents=intents, guild_ready_timeout=0.1, chunk_guilds_at_startup=False)
        self.tree = app_commands.CommandTree(self)
        for command in (everything, form, buttons, lists, modern, mute, zoo):
            self.tree.add_command(command)
        self.tree.add_command(app_commands.ContextMenu(name="Weigh", callback=weigh))
        self.tree.add_command(app_commands.ContextMenu(name="Praise", callback=praise))

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        print(json.dumps({"level": "INFO", "message": "ready: the workbench"}), flush=True)


@app_commands.command(description="Takes an option of each kind")
@app_commands.describe(animal="Which animal; the bot knows six", count="How many", text="Anything at all")
async def everything(
    interaction: discord.Interaction,
    animal: str,
    count: app_commands.Range[int, 1, 5],
    weight: app_commands.Range[float, 0.0, 10.0] | None = None,
    colour: Literal["red", "green", "blue"] | None = None,
    sleeping: bool | None = None,
    who: discord.User | None = None,
    where: discord.TextChannel | None = None,
    role: discord.Role | None = None,
    picture: discord.Attachment | None = None,
    text: app_commands.Range[str, 3, 40] | None = None,
) -> None:
    named = {"weight": weight, "colour": colour, "sleeping": sleeping, "text": text}
    told = [
        f"animal={animal!r}",
        f"count={count}",
        *(f"{key}={value}" for key, value in named.items() if value is not None),
    ]
    told += [f"{key}={value.name}" for key, value in (("who", who), ("where", where), ("role", role)) if value]
    if picture is not None:
        told.append(f"picture={picture.filename} of {picture.size} bytes")
    await interaction.response.send_message(f"Got {', '.join(told)}.", allowed_mentions=discord.AllowedMentions.none())


@everything.autocomplete("animal")
async def _animals(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    if typed == "never":
        await asyncio.sleep(60)
    if typed == "s":  # the answer to this comes after the answer to what is typed next
        await asyncio.sleep(1.0)
        return [app_commands.Choice(name="stale", value="stale")]
    return [
        app_commands.Choice(name=f"The {one}", value=one) for one in ANIMALS if typed in one or typed in f"the {one}"
    ]


class Order(discord.ui.Modal, title="An order"):
    name = discord.ui.Label[Any](
        text="Name",
        description="As on your door",
        component=discord.ui.TextInput(
            custom_id="name", min_length=3, max_length=12, placeholder="three letters or more"
        ),
    )
    wish = discord.ui.Label[Any](
        text="Wish",
        component=discord.ui.TextInput(
            custom_id="wish", style=discord.TextStyle.paragraph, required=False, max_length=200, default="sleep"
        ),
    )
    animals = discord.ui.Label[Any](
        text="Animals",
        component=discord.ui.Select(
            custom_id="animals",
            min_values=1,
            max_values=3,
            options=[discord.SelectOption(label=one.title(), value=one) for one in ANIMALS],
        ),
    )
    friend = discord.ui.Label[Any](text="Friend", component=discord.ui.UserSelect(custom_id="friend", required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, wish, animals, friend = (one.component for one in (self.name, self.wish, self.animals, self.friend))
        assert isinstance(name, discord.ui.TextInput)
        assert isinstance(wish, discord.ui.TextInput)
        assert isinstance(animals, discord.ui.Select)
        assert isinstance(friend, discord.ui.UserSelect)
        if name.value == "nobody":
            return  # no answer: the form stays, and says so
        whom = ", ".join(one.name for one in friend.values) or "nobody"
        await interaction.response.send_message(
            f"{name.value} wishes {wish.value!r} with {'+'.join(animals.values)} and {whom}.", ephemeral=True
        )


@app_commands.command(description="Opens a form")
async def form(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Order(timeout=None))


class Buttons(discord.ui.View):
    """Five looks, and what can become of a press."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.count = 0
        self.add_item(discord.ui.Button(label="Elsewhere", url="https://example.org/"))
        self.add_item(discord.ui.Button(label="Off", disabled=True, custom_id="off"))

    @discord.ui.button(label="Count", style=discord.ButtonStyle.primary, emoji="🔥")
    async def more(self, interaction: discord.Interaction, _: Any) -> None:
        self.count += 1
        await interaction.response.edit_message(content=f"Counted {self.count}.")

    @discord.ui.button(label="Slowly", style=discord.ButtonStyle.success)
    async def slowly(self, interaction: discord.Interaction, _: Any) -> None:
        await asyncio.sleep(1.0)
        await interaction.response.send_message("That took its time.", ephemeral=True)

    @discord.ui.button(label="Silent", style=discord.ButtonStyle.danger)
    async def silent(self, interaction: discord.Interaction, _: Any) -> None:
        pass

    @discord.ui.button(label="Form", style=discord.ButtonStyle.secondary)
    async def form(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.send_modal(Order(timeout=None))


@app_commands.command(name="buttons", description="Shows buttons")
async def buttons(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Counted 0.", view=Buttons())


class Lists(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.select(
        placeholder="Some animals",
        min_values=2,
        max_values=3,
        options=[
            discord.SelectOption(
                label=one.title(), value=one, description=f"An animal of {len(one)} letters", emoji="🐾"
            )
            for one in ANIMALS
        ],
    )
    async def some(self, interaction: discord.Interaction, chosen: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(f"Animals: {'+'.join(chosen.values)}.")

    @discord.ui.select(options=[discord.SelectOption(label=one, value=one) for one in ("one", "two")])
    async def one(self, interaction: discord.Interaction, chosen: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(f"One: {chosen.values[0]}.")

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="A person")
    async def person(self, interaction: discord.Interaction, chosen: discord.ui.UserSelect[Any]) -> None:
        await interaction.response.send_message(f"Person: {chosen.values[0].name}.")


@app_commands.command(name="lists", description="Shows lists")
async def lists(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Choose.", view=Lists())


class Modern(discord.ui.LayoutView):
    """A message that consists of components alone."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        press: discord.ui.Button[Any] = discord.ui.Button(label="Press", custom_id="modern-press")
        press.callback = self.pressed  # type: ignore[method-assign]
        self.add_item(
            discord.ui.Container(
                discord.ui.TextDisplay("## A heading\nand **words** with <b>no</b> markup"),
                discord.ui.Separator(spacing=discord.SeparatorSpacing.large),
                discord.ui.Section(discord.ui.TextDisplay("Beside a button"), accessory=press),
                discord.ui.ActionRow(
                    discord.ui.Select(
                        custom_id="modern-select",
                        options=[discord.SelectOption(label=one, value=one) for one in ANIMALS],
                    )
                ),
                accent_colour=discord.Colour(0xF2C566),
            )
        )

    async def pressed(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Pressed in a section.", ephemeral=True)


@app_commands.command(name="modern", description="Shows a message of components")
async def modern(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(view=Modern())


@app_commands.command(description="Never answers")
async def mute(interaction: discord.Interaction) -> None:
    pass


zoo = app_commands.Group(name="zoo", description="With sub-commands")


@zoo.command(description="Gives an animal something to eat")
async def feed(interaction: discord.Interaction, animal: Literal["ant", "bee"]) -> None:
    await interaction.response.send_message(f"The {animal} eats.")


@zoo.command(description="Counts the animals")
async def count(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(f"{len(ANIMALS)} animals.")


async def weigh(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"{len(message.content)} letters.", ephemeral=True)


async def praise(interaction: discord.Interaction, user: discord.Member) -> None:
    await interaction.response.send_message(f"Well done, {user.display_name}.")


async def main() -> None:
    use_api(os.environ["DISCORD_API"])
    client = Workbench()
    with told_to_stop() as stop:
        running = asyncio.create_task(client.start(os.environ["DISCORD_TOKEN"]))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await client.close()
        await asyncio.gather(running, stopped, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main())
