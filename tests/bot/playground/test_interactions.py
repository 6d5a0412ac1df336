"""Commands, menus, buttons, forms: from a person's click to the bot's last follow-up."""

from __future__ import annotations

import asyncio
import io
import re
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.playground.interactions import Interaction
from bot.playground.model import MessageFlag, MessageKind
from bot.playground.permissions import Permission
from bot.playground.standin import CannotDo
from bot.playground.times import Times
from tests.bot.playground.conftest import PICTURE, Bot, picture, place, runs


def file(name: str = "dream.png") -> discord.File:
    return discord.File(io.BytesIO(PICTURE), name)


class Pressed(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"d1:again:(?P<job>[a-z]+)"):
    """A button that lives for ever."""

    def __init__(self, job: str) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"d1:again:{job}"))
        self.job = job

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[discord.ui.View], match: re.Match[str]
    ) -> Pressed:
        return cls(match["job"])

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"once more: {self.job}", ephemeral=True)


class Form(discord.ui.Modal, title="A recipe"):
    """Opened by /form."""

    recipe: discord.ui.TextInput[Form] = discord.ui.TextInput(label="Recipe", max_length=20)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"recipe: {self.recipe.value}")


class CommandBot(Bot):
    """Has one of everything."""

    def __init__(self, *, content: bool = True) -> None:
        super().__init__(content=content)
        self.seen: list[discord.Interaction] = []
        tree = self.tree

        @tree.command(description="Dream a picture")
        @app_commands.describe(picture="a picture", layer="what to make more of", strength="how much")
        async def dream(
            interaction: discord.Interaction,
            picture: discord.Attachment,
            layer: str = "eyes",
            strength: app_commands.Range[float, 0.0, 4.0] = 1.0,
        ) -> None:
            self.seen.append(interaction)
            await interaction.response.defer(thinking=True)
            data = await picture.read()
            await interaction.edit_original_response(
                content=f"{layer} {strength} {len(data)} bytes", attachments=[file()]
            )

        @dream.autocomplete("layer")
        async def layers(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            names = ("eyes", "edges", "dogs")
            return [app_commands.Choice(name=one, value=one) for one in names if one.startswith(typed)]

        @tree.command(description="Answers a few times")
        async def say(interaction: discord.Interaction, hidden: bool = False) -> None:
            self.seen.append(interaction)
            await interaction.response.send_message("first", ephemeral=hidden)
            await interaction.followup.send("second", file=file(), ephemeral=hidden)

        @tree.command(description="Opens a form")
        async def form(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Form())

        @tree.command(description="Never answers")
        async def silent(interaction: discord.Interaction) -> None:
            self.seen.append(interaction)

        settings = app_commands.Group(
            name="settings",
            description="The server's",
            default_permissions=discord.Permissions(manage_guild=True),
        )
        tree.add_command(settings)

        @settings.command(description="Show them")
        async def show(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("settings", ephemeral=True)

        @tree.context_menu(name="Dream this")
        async def dream_this(interaction: discord.Interaction, message: discord.Message) -> None:
            self.seen.append(interaction)
            await interaction.response.send_message(f"{message.content}, {len(message.attachments)} picture(s)")

        self.add_dynamic_items(Pressed)


@runs
async def test_a_slash_command_brings_a_picture_and_gets_one_back() -> None:
    bot = CommandBot()
    async with place(bot) as here:
        people = here.people
        asked = await here.standin.command(
            people.ada, people.general, "dream", {"picture": picture(), "layer": "dogs", "strength": 2.5}
        )
        original = await here.standin.fulfilled(asked)
        assert original.content == f"dogs 2.5 {len(picture().data)} bytes"
        assert original.attachments[0].data == PICTURE
        assert original.kind is MessageKind.COMMAND
        assert not original.flags & MessageFlag.LOADING
        seen = bot.seen[0]
        assert seen.filesize_limit == 10 << 20
        assert seen.guild_id == people.guild.id
        assert isinstance(seen.user, discord.Member)
        assert seen.app_permissions.attach_files
        assert not seen.app_permissions.manage_guild
        # The bot hears of its own answer, and finds it by its id.
        fetched = await bot.text(people.general).fetch_message(original.id)
        assert fetched.interaction_metadata is not None
        assert fetched.interaction_metadata.id == asked.id


@runs
async def test_the_client_lets_through_only_what_the_command_declares() -> None:
    async with place(CommandBot()) as here:
        general, ada = here.people.general, here.people.ada
        for options in ({}, {"picture": "x"}, {"picture": picture(), "strength": 9.0}, {"picture": picture(), "x": 1}):
            with pytest.raises(CannotDo):
                await here.standin.command(ada, general, "dream", options)  # type: ignore[arg-type]
        with pytest.raises(CannotDo, match="no command"):
            await here.standin.command(ada, general, "nothing")
        with pytest.raises(CannotDo, match="bare"):
            await here.standin.command(here.people.owner, general, "settings")
        with pytest.raises(CannotDo, match="more permissions"):
            await here.standin.command(ada, general, "settings show")
        assert (await here.standin.command(here.people.owner, general, "settings show")).text == "settings"


@runs
async def test_typing_into_an_option_offers_choices() -> None:
    async with place(CommandBot()) as here:
        choices = await here.standin.autocomplete(here.people.ada, here.people.general, "dream", "layer", "e")
        assert [one["value"] for one in choices] == ["eyes", "edges"]


@runs
async def test_a_message_menu_shows_its_target_whole_even_without_the_intent() -> None:
    bot = CommandBot(content=False)
    async with place(bot) as here:
        here.world.application.message_content = False
        posted = await here.standin.post(here.people.general, here.people.ada, "my cat", attachments=[picture()])
        used = await here.standin.menu(here.people.ben, here.people.general, "Dream this", posted)
        assert used.text == "my cat, 1 picture(s)"
        assert used.original is not None
        assert used.original.kind is MessageKind.MENU


@runs
async def test_ephemeral_answers_are_seen_by_one_person_only() -> None:
    bot = CommandBot()
    async with place(bot) as here:
        used = await here.standin.command(here.people.ada, here.people.general, "say", {"hidden": True})
        while len(used.followups) < 1:
            await asyncio.sleep(0.01)
        assert [one.only_for for one in used.messages] == [here.people.ada.id] * 2
        assert used.followups[0].attachments[0].ephemeral
        assert used.original is not None
        channel = bot.text(here.people.general)
        assert [one async for one in channel.history()] == []
        with pytest.raises(discord.NotFound) as caught:
            await channel.fetch_message(used.original.id)
        assert caught.value.code == 10008
        with pytest.raises(CannotDo, match="does not see"):
            await here.standin.press(here.people.ben, used.original, "x")
        # By the token it can still be changed and taken away.
        await bot.seen[0].edit_original_response(content="changed")
        assert used.original.content == "changed"
        await bot.seen[0].delete_original_response()
        assert used.original.deleted


@runs
async def test_buttons_live_on_and_carry_their_job() -> None:
    bot = CommandBot()
    async with place(bot) as here:
        view = discord.ui.View(timeout=None)
        view.add_item(Pressed("abc"))
        view.add_item(discord.ui.Button(label="Off", custom_id="off", disabled=True))
        sent = await bot.text(here.people.general).send("a dream", view=view)
        message = await here.standin.message(lambda one: one.id == sent.id)
        pressed = await here.standin.press(here.people.ben, message, "Again")
        assert (pressed.text, pressed.ephemeral) == ("once more: abc", True)
        with pytest.raises(CannotDo, match="cannot be pressed"):
            await here.standin.press(here.people.ben, message, "Off")
        with pytest.raises(CannotDo, match="there are: 'Again', 'Off'"):
            await here.standin.press(here.people.ben, message, "Nothing")


@runs
async def test_a_button_can_change_its_own_message() -> None:
    class Cancel(discord.ui.View):
        """Changes what it stands under."""

        @discord.ui.button(label="Cancel", custom_id="cancel")
        async def cancel(self, interaction: discord.Interaction, _: discord.ui.Button[Cancel]) -> None:
            await interaction.response.edit_message(content="cancelled", view=None)

        @discord.ui.button(label="Later", custom_id="later")
        async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Cancel]) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content="later")

    async with place() as here:
        sent = await here.bot.text(here.people.general).send("waiting", view=Cancel(timeout=None))
        message = await here.standin.message(lambda one: one.id == sent.id)
        await here.standin.press(here.people.ada, message, "later")
        await here.standin.message(lambda one: one is message and one.content == "later")
        await here.standin.press(here.people.ada, message, "cancel")
        assert (message.content, message.components) == ("cancelled", [])


@runs
async def test_a_form_is_opened_filled_in_and_handed_in() -> None:
    async with place(CommandBot()) as here:
        opened = await here.standin.command(here.people.ada, here.people.general, "form")
        assert opened.modal is not None
        assert opened.modal["title"] == "A recipe"
        name = here.standin.fields(opened)[0]["custom_id"]
        with pytest.raises(CannotDo, match="length"):
            await here.standin.submit(opened, {name: "x" * 21})
        done = await here.standin.submit(opened, {name: "layer=eyes"})
        assert done.text == "recipe: layer=eyes"


@runs
async def test_the_first_answer_comes_within_three_seconds_or_never() -> None:
    bot = CommandBot()
    now = [1.7e9]
    async with place(bot, clock=lambda: now[0]) as here:
        used = here.standin.people.command(here.people.ada, here.people.general, "silent")
        while not bot.seen:
            await asyncio.sleep(0.01)
        now[0] += 3.1
        with pytest.raises(discord.NotFound) as caught:
            await bot.seen[0].response.send_message("too late")
        assert caught.value.code == 10062
        assert used.acknowledged_late
        assert not used.answered


@runs
async def test_a_token_lives_for_fifteen_minutes() -> None:
    bot = CommandBot()
    now = [1.7e9]
    async with place(bot, clock=lambda: now[0], times=Times().scaled(0.1)) as here:
        await here.standin.command(here.people.ada, here.people.general, "say")
        now[0] += 89
        await bot.seen[0].edit_original_response(content="just in time")
        now[0] += 2
        with pytest.raises(discord.HTTPException) as caught:
            await bot.seen[0].edit_original_response(content="too late")
        assert (caught.value.status, caught.value.code) == (401, 50027)
        with pytest.raises(discord.HTTPException) as caught:
            await bot.seen[0].followup.send("too late")
        assert caught.value.code == 50027


@runs
async def test_an_interaction_is_answered_once() -> None:
    bot = CommandBot()
    async with place(bot) as here:
        used = await here.standin.command(here.people.ada, here.people.general, "say")
        again = bot.http.request(
            discord.http.Route("POST", f"/interactions/{used.id}/{used.token}/callback"), json={"type": 5}
        )
        with pytest.raises(discord.HTTPException) as caught:
            await again
        assert caught.value.code == 40060


@runs
async def test_the_first_message_after_thinking_takes_its_place() -> None:
    bot = CommandBot()
    async with place(bot) as here:
        used = here.standin.people.command(here.people.ada, here.people.general, "silent")
        while not bot.seen:
            await asyncio.sleep(0.01)
        await bot.seen[0].response.defer(ephemeral=True, thinking=True)
        assert used.original is not None
        assert used.original.loading
        sent = await bot.seen[0].followup.send("here")
        assert sent.id == used.original.id
        assert used.original.content == "here"
        assert used.original.only_for == here.people.ada.id


@runs
async def test_a_too_large_answer_is_refused_and_a_smaller_one_taken() -> None:
    bot = CommandBot()
    async with place(bot) as here:
        here.people.guild.real_upload_limit = 2000
        await here.standin.command(here.people.ada, here.people.general, "say")
        assert bot.seen[0].filesize_limit == 2000
        with pytest.raises(discord.HTTPException) as caught:
            await bot.seen[0].edit_original_response(attachments=[discord.File(io.BytesIO(bytes(2001)), "x.bin")])
        assert (caught.value.status, caught.value.code) == (413, 40005)


@runs
async def test_installed_by_a_person_only_the_token_leads_back() -> None:
    bot = CommandBot()
    seen: list[discord.Interaction] = []

    @bot.tree.command(description="Anywhere")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def anywhere(interaction: discord.Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("here", ephemeral=True)
        for number in range(6):
            await interaction.followup.send(str(number))

    async with place(bot) as here:
        ada = here.people.ada
        elsewhere = here.world.add_guild("Elsewhere", with_bot=False)
        here.world.add_member(elsewhere, ada)
        channel = here.world.add_channel(elsewhere, "talk")
        with pytest.raises(CannotDo, match="not installed"):
            await here.standin.command(ada, channel, "anywhere")
        here.world.application.installed_by.add(ada.id)
        with pytest.raises(CannotDo, match="not installed"):
            await here.standin.command(ada, channel, "say")
        used: Interaction = await here.standin.command(ada, channel, "anywhere")
        refused = await here.standin.request(lambda one: one.status == 400)
        assert refused.answer["code"] == 40094
        assert len(used.followups) == 5
        assert seen[0].is_user_integration()
        assert not seen[0].is_guild_integration()
        with pytest.raises(discord.Forbidden) as caught:
            await bot.get_partial_messageable(channel.id).send("hello")
        assert caught.value.code == 50001


@runs
async def test_commands_that_break_the_rules_are_not_registered() -> None:
    bot = CommandBot()
    async with place(bot) as here:
        application = here.world.application.id
        names = {one["name"] for one in await bot.http.get_global_commands(application)}
        assert names == {"dream", "say", "form", "silent", "settings", "Dream this"}
        crowded = [{"type": 3, "name": f"o{number}", "description": "x"} for number in range(26)]
        wrong: list[Any] = [
            {"name": "Dream", "description": "x"},
            {"name": "a b", "description": "x"},
            {"name": "a", "description": "x" * 101},
            {"name": "a", "description": ""},
            {"name": "a", "description": "x", "options": crowded},
        ]
        for one in wrong:
            with pytest.raises(discord.HTTPException) as caught:
                await bot.http.bulk_upsert_global_commands(application, payload=[one])
            assert caught.value.code == 50035
        assert {one["name"] for one in await bot.http.get_global_commands(application)} == names
        guild = here.people.guild.id
        own: Any = {"name": "own", "description": "x"}
        await bot.http.bulk_upsert_guild_commands(application, guild, payload=[own])
        assert [one["name"] for one in await bot.http.get_guild_commands(application, guild)] == ["own"]


@runs
async def test_an_answer_needs_no_permission_in_the_channel() -> None:
    bot = CommandBot()
    async with place(bot) as here:
        role = next(one for one in here.people.guild.roles.values() if one.bot is not None)
        here.world.set_overwrite(here.people.general, role, deny=Permission.SEND_MESSAGES)
        used = await here.standin.command(here.people.ada, here.people.general, "say")
        assert used.text.startswith("first")
        assert not bot.seen[0].app_permissions.send_messages


@runs
async def test_components_of_the_second_kind_come_back_as_they_were_sent() -> None:
    class Layout(discord.ui.LayoutView):
        """Text, a picture, a button."""

        text = discord.ui.TextDisplay("a dream")
        gallery = discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://dream.png", description="alt"))
        box = discord.ui.Container(discord.ui.TextDisplay("inside"), discord.ui.Separator(), accent_colour=0x123456)
        row: discord.ui.ActionRow[Layout] = discord.ui.ActionRow(discord.ui.Button(label="x", custom_id="x"))

    async with place() as here:
        sent = await here.bot.text(here.people.general).send(view=Layout(), file=file())
        message = await here.standin.message(lambda one: one.id == sent.id)
        assert message.text == "a dream\ninside"
        fetched = await here.bot.text(here.people.general).fetch_message(sent.id)
        gallery = next(one for one in fetched.components if isinstance(one, discord.MediaGalleryComponent))
        assert gallery.items[0].media.url.startswith(here.standin.origin)
        with pytest.raises(discord.HTTPException):
            await sent.edit(content="words beside them")
