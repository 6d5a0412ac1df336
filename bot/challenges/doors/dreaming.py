"""Dreaming for a challenge: within what it asks for, and where it is anonymous or has a secret style, for the member
alone, with the recipe hidden. The member's own limits hold, and so do the server's rules.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

import discord

from bot.challenges.doors import forms
from bot.challenges.doors.fields import Field, Way
from bot.challenges.doors.handles import Act, Handle, handle
from bot.challenges.doors.replies import Page, show
from bot.challenges.doors.visiting import visitor
from bot.challenges.eligible import may_take_part
from bot.challenges.errors import NoChallenge, NotTaken
from bot.challenges.model import Challenge, State
from bot.challenges.records import Challenges
from bot.challenges.states import not_now
from bot.dreaming.asks import Ask
from bot.dreaming.conversation import Interaction, defer_after
from bot.dreaming.origins import stays_in
from bot.dreaming.parsing import recipe_from_options
from bot.dreaming.pictures import Found, of_attachment, pictures_only
from bot.dreaming.places import place_of_interaction
from bot.dreaming.scenes import Scene, scene_of_interaction
from bot.dreaming.service import Dreaming
from bot.errors import NoPicture, Refusal
from bot.jobs.model import AskedPicture, Door, Job
from bot.kinds import Kind
from bot.languages import mark, tr
from dreamcore.catalogue import catalogue
from dreamcore.errors import RecipeError
from dreamcore.recipe import Recipe
from dreamcore.settings import AUTO
from dreamcore.styles import styles_of

RECIPE = "recipe"
LONGEST = 400  #: characters of a recipe in the form
NO_OTHER_PICTURE = mark("In this challenge everybody dreams the same picture: leave picture: out.")
WHICH_PICTURE = mark("Which picture? Use `/challenge dream`, and attach yours with picture:.")
DOES_NOT_GO = mark("That does not go together with the challenge's secret style: name neither a network nor layers.")


class DreamingForIt:
    """`acts`: by what its buttons and forms are called."""

    def __init__(self, *, challenges: Challenges, dreaming: Dreaming) -> None:
        self._challenges = challenges
        self._dreaming = dreaming
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {
            Act.DREAM: self._press,
            Act.DREAM_SAVE: self._handed_in,
        }

    async def hides(self, job: Job) -> bool:
        """Whether a dream's recipe is still a secret."""
        if not job.manner.secret or job.place.guild is None:
            return False
        try:
            return (await self._challenges.get(job.manner.secret, guild=job.place.guild)).hidden
        except NoChallenge:
            return False

    async def by_command(
        self, interaction: Interaction, challenge: Challenge, picture: discord.Attachment | None, typed: str
    ) -> None:
        self._check(interaction, challenge)
        if challenge.plan.base is not None:
            if picture is not None:
                raise NotTaken(tr(NO_OTHER_PICTURE))
            await self._dream(interaction, challenge, Door.SLASH, typed, kept=await self._base(interaction, challenge))
            return
        if picture is None:
            raise NoPicture(tr(WHICH_PICTURE))
        posted = of_attachment(picture, author=interaction.user.id, origin=interaction.channel_id)
        usable, _ = pictures_only((posted,))
        await self._dream(interaction, challenge, Door.SLASH, typed, found=usable)

    async def _press(self, interaction: Interaction, read: Handle) -> None:
        """In an announcement: asks how, where there is a picture to dream. Under a dream for it: once more."""
        challenge = await self._challenges.get(read.number(), guild=visitor(interaction).guild)
        self._check(interaction, challenge)
        if read.text(1):
            await self._again(interaction, challenge, read.text(1))
        elif challenge.plan.base is None:
            await show(interaction, Page(text=tr(WHICH_PICTURE)))
        else:
            title = tr("Dream for {theme}", theme=challenge.plan.theme)
            await forms.open_modal(interaction, handle(Act.DREAM_SAVE, challenge.id), title, [_field(challenge)])

    async def _handed_in(self, interaction: Interaction, read: Handle) -> None:
        challenge = await self._challenges.get(read.number(), guild=visitor(interaction).guild)
        self._check(interaction, challenge)
        typed = forms.typed(interaction).get(RECIPE, "")
        await self._dream(interaction, challenge, Door.BUTTON, typed, kept=await self._base(interaction, challenge))

    async def _again(self, interaction: Interaction, challenge: Challenge, id: str) -> None:
        """The same picture with another seed."""
        job = await self._dreaming.queue.job(id)
        if job is None or job.requester != interaction.user.id or job.kind is not Kind.DREAM:
            raise NotTaken(tr("Only who asked for this dream can dream it again for the challenge."))
        data = await self._dreaming.queue.source_bytes(job.pictures[0])
        if data is None:
            raise NoPicture(tr("The picture that this was made of is no longer kept."))
        first = job.pictures[0]
        picture = AskedPicture(
            data=data,
            filename=first.filename,
            author=first.author,
            attachment=first.attachment,
            spoiler=first.spoiler,
            alt=first.alt,
        )
        asked = Recipe.parse(job.recipe).but(seed=None).text
        stays = stays_in(self._dreaming.client, job)
        await self._dream(interaction, challenge, Door.BUTTON, asked, kept=picture, stays=stays, parent=job.id)

    async def _dream(
        self,
        interaction: Interaction,
        challenge: Challenge,
        door: Door,
        typed: str,
        *,
        kept: AskedPicture | None = None,
        found: tuple[Found, ...] = (),
        stays: int | None = None,
        parent: str | None = None,
    ) -> None:
        scene = self._scene(interaction, challenge)
        place = place_of_interaction(interaction, personal_install=False)
        if challenge.hidden:
            place = dataclasses.replace(place, ephemeral=True)
        recipe, notes = self._recipe(scene, challenge, typed)
        ask = Ask(
            scene=scene,
            door=door,
            place=place,
            recipe=recipe,
            found=found,
            kept=() if kept is None else (kept,),
            stays_in=stays,
            cause=f"interaction:{interaction.id}",
            parent=parent,
            notes=() if challenge.hidden else notes,
            secret=challenge.id if challenge.hidden else 0,
        )
        await defer_after(interaction, self._admitted(challenge, ask), ephemeral=place.ephemeral)
        await self._dreaming.take(ask)

    async def _admitted(self, challenge: Challenge, ask: Ask) -> None:
        try:
            await self._dreaming.check(ask)
        except RecipeError as error:
            if not challenge.plan.constraints.secret:
                raise
            raise Refusal(tr(DOES_NOT_GO), log=error.log) from error

    def _check(self, interaction: Interaction, challenge: Challenge) -> None:
        """Raises NotNow, NotTaken."""
        if challenge.state is not State.SUBMITTING:
            raise not_now(challenge)
        may_take_part(challenge, visitor(interaction).roles)

    def _scene(self, interaction: Interaction, challenge: Challenge) -> Scene:
        """A challenge's own channel is one for its dreams, whatever is set."""
        scene = scene_of_interaction(interaction, self._dreaming.settings)
        if challenge.plan.channel not in (scene.channel, scene.under):
            return scene
        effective = scene.effective
        allowed: tuple[int, ...] = effective["channels"] or ()
        where = dataclasses.replace(effective.where, channels=(*effective.where.channels, *allowed))
        return dataclasses.replace(scene, effective=dataclasses.replace(effective, where=where))

    def _recipe(self, scene: Scene, challenge: Challenge, typed: str) -> tuple[Recipe, tuple[str, ...]]:
        """What is typed, as the server lets it be dreamt, within what the challenge asks for. Raises RecipeError."""
        constraints = challenge.plan.constraints
        asked = recipe_from_options({}, typed)
        applied = scene.effective.apply(asked)
        recipe = constraints.fitted(applied.recipe)
        if constraints.style is not None and recipe.network in (None, AUTO):
            usual = self._dreaming.network_names(recipe)
            having = [info.name for info in catalogue().values() if constraints.style in styles_of(info.family)]
            if having and not set(usual) <= set(having):
                recipe = recipe.but(network=having[0])
        return recipe, applied.notes

    async def _base(self, interaction: Interaction, challenge: Challenge) -> AskedPicture:
        """The picture that everybody dreams."""
        base = challenge.plan.base
        data = await self._challenges.base_bytes(challenge)
        if base is None or data is None:
            raise NoPicture(tr("The picture that everybody dreams is no longer kept."))
        return AskedPicture(data=data, filename=base.filename, author=interaction.user.id)


def _field(challenge: Challenge) -> Field:
    constraints = challenge.plan.constraints
    if constraints.style is not None or constraints.layers:
        help_ = tr("For example strength=1.5; empty: as usual. What the challenge asks for is in it anyway")
    else:
        help_ = tr("For example style=eyes strength=1.5; empty: as usual")
    return Field(key=RECIPE, label=tr("How (if you like)"), help=help_, way=Way.TEXT, longest=LONGEST)
