"""Lists of people, roles and channels, and lists in forms: what a person may choose, and what the bot gets of it."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands

from bot.playground.standin import CannotDo
from tests.bot.playground.conftest import Bot, place, runs


class Lists(discord.ui.View):
    """One of each kind; each says what it got."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        kinds: list[type[discord.ui.UserSelect[Any] | discord.ui.RoleSelect[Any] | discord.ui.ChannelSelect[Any]]] = [
            discord.ui.UserSelect,
            discord.ui.RoleSelect,
            discord.ui.ChannelSelect,
        ]
        for kind in kinds:
            chosen = kind(custom_id=kind.__name__, max_values=2)
            chosen.callback = _saying(chosen)  # type: ignore[method-assign]
            self.add_item(chosen)


def _saying(chosen: Any) -> Any:
    async def say(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(" ".join(f"{type(one).__name__}:{one.name}" for one in chosen.values))

    return say


class Order(discord.ui.Modal, title="An order"):
    what = discord.ui.Label[Any](
        text="What",
        component=discord.ui.Select(
            custom_id="what",
            max_values=2,
            options=[discord.SelectOption(label=one.title(), value=one) for one in ("tea", "cake", "nothing")],
        ),
    )
    whom = discord.ui.Label[Any](text="For whom", component=discord.ui.UserSelect(custom_id="whom", required=False))
    note = discord.ui.Label[Any](text="Note", component=discord.ui.TextInput(custom_id="note", required=False))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        what, whom, note = self.what.component, self.whom.component, self.note.component
        assert isinstance(what, discord.ui.Select)
        assert isinstance(whom, discord.ui.UserSelect)
        assert isinstance(note, discord.ui.TextInput)
        names = ", ".join(one.name for one in whom.values)
        await interaction.response.send_message(f"{'+'.join(what.values)} for {names or 'nobody'} ({note.value})")


class OrderBot(Bot):
    """Takes orders."""

    def __init__(self) -> None:
        super().__init__()
        self.tree.add_command(_order)


@app_commands.command(name="order", description="Order something")
async def _order(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Order())


@runs
async def test_people_roles_and_channels_are_chosen_as_what_they_are() -> None:
    async with place() as here:
        ada, ben, general = here.people.ada, here.people.ben, here.people.general
        sent = await here.bot.text(general).send("choose", view=Lists())
        message = await here.standin.message(lambda one: one.id == sent.id)
        role = next(one for one in here.people.guild.roles.values() if one.name == "Moderator")
        for kind, values, told in (
            ("UserSelect", [str(ben.id), str(ada.id)], "Member:ben Member:ada"),
            ("RoleSelect", [str(role.id)], "Role:Moderator"),
            ("ChannelSelect", [str(general.id)], "AppCommandChannel:general"),
        ):
            assert (
                await here.standin.answered(here.standin.people.select(ada, message, kind, values), 5.0)
            ).text == told


@runs
async def test_a_list_takes_only_what_is_in_it() -> None:
    async with place() as here:
        ada, ben, mo = here.people.ada, here.people.ben, here.people.mo
        sent = await here.bot.text(here.people.general).send("choose", view=Lists())
        message = await here.standin.message(lambda one: one.id == sent.id)
        for kind, values, why in (
            ("UserSelect", [str(here.people.general.id)], "does not hold"),
            ("UserSelect", ["ben"], "does not hold"),
            ("UserSelect", [str(ben.id), str(ben.id)], "does not hold"),
            ("RoleSelect", [str(ben.id)], "does not hold"),
            ("UserSelect", [str(one.id) for one in (ada, ben, mo)], "does not take 3"),
            ("UserSelect", [], "does not take 0"),
            ("Elsewhere", [], "There is no list"),
        ):
            with pytest.raises(CannotDo, match=why):
                here.standin.people.select(ada, message, kind, values)


@runs
async def test_a_form_has_lists_to_choose_from() -> None:
    async with place(OrderBot()) as here:
        ada, ben = here.people.ada, here.people.ben
        opened = await here.standin.command(ada, here.people.general, "order")
        for values, why in (
            ({"what": ["beer"]}, "does not hold"),
            ({"what": []}, "does not take 0"),
            ({}, "does not take 0"),
            ({"what": ["tea"], "note": ["a", "b"]}, "takes text"),
        ):
            with pytest.raises(CannotDo, match=why):
                await here.standin.submit(opened, values)
        done = await here.standin.submit(opened, {"what": ["tea", "cake"], "whom": [str(ben.id)], "note": "hot"})
        assert done.text == "tea+cake for ben (hot)"
        once_more = await here.standin.command(ada, here.people.general, "order")
        again = await here.standin.submit(once_more, {"what": ["nothing"]})
        assert again.text == "nothing for nobody ()"
