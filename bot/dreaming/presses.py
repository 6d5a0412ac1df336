"""What happens when a button is pressed. Everything raised on the way becomes a sentence for whoever pressed it."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.dreaming import rules, variations
from bot.dreaming.asks import ask_for
from bot.dreaming.attaching import extension
from bot.dreaming.buttons import DREAMS_ON, GOES_ON, Action, Press, from_result_buttons
from bot.dreaming.conversation import Interaction, answered, defer, defer_after, say
from bot.dreaming.origins import stays_in
from bot.dreaming.parsing import recipe_line
from bot.dreaming.pictures import in_message, of_attachment
from bot.dreaming.places import place_of_interaction
from bot.dreaming.readers import speak_to
from bot.dreaming.scenes import Scene, moderates, scene_of_interaction
from bot.dreaming.service import Dreaming, made_pictures, with_authors
from bot.errors import BotError, NoPicture, Refusal
from bot.executor.protocol import Encoded
from bot.jobs.model import AskedPicture, Door, Job
from bot.kinds import Kind, Role
from bot.languages import mark, tell, tr
from bot.recipes import AnyRecipe, read_recipe, unseeded
from dreamcore.catalogue import network_info
from dreamcore.imagining.recipe import ImagineRecipe
from dreamcore.recipe import Recipe

COMPARE_PATIENCE = 120.0  #: seconds for putting before and after side by side
COMPARED_AT_ONCE = 2
REQUEST_BYTES = 24 << 20  #: of all files in one answer; Discord takes 25 MiB
LONGEST_RECIPE = 1800

GONE = mark("I no longer know this dream: it was deleted from my records.")
OTHER_VERSION = mark("This button was made by another version of me, which I cannot read any more. Please ask anew.")
NOTHING_ELSE = mark("That would make no other dream here.")
NO_LONGER_KEPT = mark("The picture that this was made of is no longer kept.")

_SAME = {
    Kind.DREAM: mark(
        "With the same picture this makes the same dream; `/dream` takes what follows the command as `recipe:`."
    ),
    Kind.FILM: mark(
        "With the same picture this makes the same film; `/film` takes what follows the word as `settings:`."
    ),
    Kind.IMAGINE: mark("This makes the same picture; `/imagine` takes what follows the word as `settings:`."),
    Kind.EXPLAIN: mark(
        "With the same picture this makes the same sheet; `/explain` takes what follows the word as `settings:`."
    ),
    Kind.GRID: mark(
        "With the same picture this makes the same sheet; `/grid` takes what follows the word as `settings:`."
    ),
    Kind.ATLAS: mark("This shows the same page; `/layers` takes the same as options."),
}

Answering = Callable[[Interaction, Press], Awaitable[None]]


class Presses:
    """The client's listener for `dream_button`. `questions`, `members`: what answers Yes and No under a question."""

    def __init__(self, dreaming: Dreaming, *, questions: Answering, members: Answering) -> None:
        self._dreaming = dreaming
        self._comparing = asyncio.Semaphore(COMPARED_AT_ONCE)
        self._handlers: dict[Action, Answering] = {
            **dict.fromkeys(DREAMS_ON, self._dream_on),
            Action.FROM_RESULT: self._from_result,
            Action.COMPARE: self._compare,
            Action.RECIPE: self._recipe,
            Action.DELETE: self._delete,
            Action.CANCEL: self._cancel,
            Action.TAKE: questions,
            Action.LEAVE: questions,
            Action.FORGET: members,
            Action.KEEP: members,
        }

    async def pressed(self, interaction: Interaction, press: Press) -> None:
        speak_to(interaction, self._dreaming.settings)
        await answered(interaction, self._handle(interaction, press))

    async def _handle(self, interaction: Interaction, press: Press) -> None:
        if press.action is None:
            raise Refusal(tr(OTHER_VERSION))
        await self._handlers[press.action](interaction, press)

    # --- dreaming on

    async def _dream_on(self, interaction: Interaction, press: Press) -> None:
        """Again, Stronger, Deeper, Calmer: the same pictures by a recipe near the one that made them."""
        assert press.action is not None
        job = await self._shown_job(press)
        scene, recipe = self._varied(interaction, job, press.action)
        kept = await self._sources(job)
        if kept is None:
            await self._offer_result(interaction, job, press.action)
            return
        await self._take(interaction, scene, job, recipe, kept=kept)

    async def dream_of(self, interaction: Interaction, id: str, recipe_of: Callable[[Job], AnyRecipe]) -> None:
        """The same picture once more, as `recipe_of` wants it of what is made there."""
        job = await self._shown_job(Press(action=None, job=id))
        scene, recipe = scene_of_interaction(interaction, self._dreaming.settings), recipe_of(job)
        kept = await self._sources(job)
        if kept is None:
            raise NoPicture(f"{tr(NO_LONGER_KEPT)} {tr('Please post it again.')}")
        await self._take(interaction, scene, job, recipe, kept=kept)

    async def _from_result(self, interaction: Interaction, press: Press) -> None:
        """The same, of the dream itself, where the picture that it was made of is gone."""
        if len(press.more) != 2 or not press.more[1].isdecimal():
            raise Refusal(tr(OTHER_VERSION))
        action = next((one for one in DREAMS_ON if one.value == press.more[0]), None)
        if action is None:
            raise Refusal(tr(OTHER_VERSION))
        job = await self._shown_job(press)
        scene, recipe = self._varied(interaction, job, action)
        channel = interaction.channel_id or job.place.channel
        await defer(interaction, ephemeral=job.place.ephemeral)
        message = await self._dreaming.fetch_message(channel, int(press.more[1]))
        found = with_authors(in_message(message, origins=self._dreaming.config.picture_origins), job)
        if not found:
            raise NoPicture(tr("The dream is no longer in that message."))
        await self._take(interaction, scene, job, recipe, found=found)

    async def _take(self, interaction: Interaction, scene: Scene, job: Job, recipe: AnyRecipe, **pictures: Any) -> None:
        place = place_of_interaction(interaction, personal_install=self._dreaming.config.personal_install)
        ask = ask_for(
            scene,
            door=Door.BUTTON,
            place=place,
            recipe=recipe,
            cause=f"interaction:{interaction.id}",
            parent=job.id,
            seconds=await self._seconds(job),
            stays_in=stays_in(self._dreaming.client, job),
            **pictures,
        )
        await defer_after(interaction, self._dreaming.check(ask), ephemeral=place.ephemeral)
        await self._dreaming.take(ask)

    async def _offer_result(self, interaction: Interaction, job: Job, action: Action) -> None:
        if job.kind is not Kind.DREAM:
            raise NoPicture(f"{tr(NO_LONGER_KEPT)} {tr('Please post it again.')}")
        if interaction.message is None or not job.place.reachable:
            raise NoPicture(f"{tr(NO_LONGER_KEPT)} {tr('Save the dream and post it again to dream on.')}")
        view = from_result_buttons(job, action, interaction.message.id)
        await say(interaction, f"{tr(NO_LONGER_KEPT)} {tr('Shall I dream on from the dream itself?')}", view=view)

    async def _sources(self, job: Job) -> tuple[AskedPicture, ...] | None:
        """The pictures that were dreamt, as they were posted; None when one is no longer kept."""
        kept = []
        for picture in made_pictures(job):
            data = await self._dreaming.queue.source_bytes(picture)
            if data is None and job.kind.has_source:
                return None
            kept.append(
                AskedPicture(
                    data=data,
                    filename=picture.filename,
                    author=picture.author,
                    attachment=picture.attachment,
                    spoiler=picture.spoiler,
                    alt=picture.alt,
                )
            )
        return tuple(kept)

    async def _seconds(self, job: Job) -> dict[Role, AskedPicture]:
        """What was beside them, as far as it is still kept."""
        kept = {}
        for one in job.companions:
            if (data := await self._dreaming.queue.source_bytes(one)) is not None:
                kept[one.role] = AskedPicture(
                    data=data,
                    filename=one.filename,
                    author=one.author,
                    attachment=one.attachment,
                    spoiler=one.spoiler,
                )
        return kept

    def _varied(self, interaction: Interaction, job: Job, action: Action) -> tuple[Scene, AnyRecipe]:
        """Where it is pressed, and the recipe that the button makes. Raises Refusal where settings leave none of it."""
        if action not in GOES_ON.get(job.kind, ()):
            raise Refusal(tr(OTHER_VERSION))
        scene = scene_of_interaction(interaction, self._dreaming.settings)
        base = _base(job)
        recipe = self._variation(base, action)
        rules.admit(scene, now=self._dreaming.clock(), kind=job.kind)
        changed, as_it_is = (scene.effective.apply(one) for one in (recipe, base))
        if action is not Action.AGAIN and unseeded(changed.recipe) == unseeded(as_it_is.recipe):
            raise Refusal(" ".join((tr(NOTHING_ELSE), *map(tell, changed.notes))))
        return scene, recipe

    def _variation(self, base: AnyRecipe, action: Action) -> AnyRecipe:
        if isinstance(base, Recipe | ImagineRecipe) and action is Action.STRONGER:
            return variations.stronger(base)
        if isinstance(base, Recipe | ImagineRecipe) and action is Action.CALMER:
            return variations.calmer(base)
        if isinstance(base, Recipe) and action is Action.DEEPER:
            return variations.deeper(base, network_info(self._dreaming.network_names(base)[0]))
        return variations.again(base)

    # --- looking

    async def _compare(self, interaction: Interaction, press: Press) -> None:
        """Before and after, side by side, for whoever asked."""
        job = await self._job(press)
        if job.kind is not Kind.DREAM:
            raise Refusal(tr(OTHER_VERSION))
        await defer(interaction, ephemeral=True)
        sources = await self._sources(job)
        if sources is None:
            raise NoPicture(f"{tr(NO_LONGER_KEPT)} {tr('There is nothing to compare the dream with.')}")
        attachments = interaction.message.attachments if interaction.message is not None else []
        pairs = list(zip(sources, attachments, strict=False))
        if not pairs:
            raise NoPicture(tr("The dream is no longer in this message."))
        limit = min(interaction.filesize_limit, REQUEST_BYTES // len(pairs))
        try:
            async with asyncio.timeout(COMPARE_PATIENCE), self._comparing:
                made = [await self._side_by_side(source, result, limit) for source, result in pairs]
        except TimeoutError:
            raise BotError(
                tr("I am too busy to put the pictures side by side. Please try again in some minutes.")
            ) from None
        files = [
            discord.File(
                io.BytesIO(encoded.data),
                f"before-after-{number}.{extension(encoded.format)}",
                spoiler=source.spoiler,
                description=tr("Before and after, side by side"),
            )
            for number, (encoded, (source, _)) in enumerate(zip(made, pairs, strict=True), 1)
        ]
        await say(interaction, tr("Before and after:"), files=files)

    async def _side_by_side(self, source: AskedPicture, result: discord.Attachment, limit: int) -> Encoded:
        after = await self._dreaming.downloader.fetch(of_attachment(result, author=source.author))
        return await self._dreaming.executor.compare(source.data or b"", after, limit)

    async def _recipe(self, interaction: Interaction, press: Press) -> None:
        """The recipe as text that makes the same dream again."""
        job = await self._shown_job(press)
        made = [picture.result.recipe for picture in job.pictures if picture.result is not None]
        recipes = list(dict.fromkeys(made)) or [job.recipe]
        prefix = self._dreaming.settings.prefix(interaction.guild_id)
        lines = [recipe_line(recipe, prefix, job.kind) for recipe in recipes]
        text = "\n".join(f"```\n{line}\n```" for line in lines)
        head = tr(_SAME[job.kind])
        if len(text) <= LONGEST_RECIPE:
            await say(interaction, f"{head}\n{text}")
        else:
            file = discord.File(io.BytesIO("\n\n".join(lines).encode()), "recipe.txt")
            await say(interaction, head, files=[file])

    # --- ending

    async def _delete(self, interaction: Interaction, press: Press) -> None:
        """The requester, the author of one of the pictures, or a moderator."""
        job = await self._dreaming.queue.job(press.job)
        if job is not None:
            beside = (companion.author for companion in job.companions)
            owners = {job.requester, *(picture.author for picture in job.pictures), *beside}
        else:  # whose it was is forgotten; Discord still says who asked
            owners = _asked_by(interaction.message)
        if interaction.user.id not in owners and not moderates(interaction, self._dreaming.settings):
            raise Refusal(tr("Only who asked for this dream, who posted the picture, or a moderator may delete it."))
        await interaction.response.defer()  # acknowledged; and it makes the message the interaction's own
        with contextlib.suppress(discord.NotFound):  # somebody was quicker
            await interaction.delete_original_response()
        if job is not None:
            await self._dreaming.queue.answer_deleted(job.id)
        if interaction.user.id not in owners:
            self._dreaming.on_moderated(interaction, Action.DELETE, job)

    async def _cancel(self, interaction: Interaction, press: Press) -> None:
        job = await self._job(press)
        if interaction.user.id != job.requester and not moderates(interaction, self._dreaming.settings):
            raise Refusal(tr("Only who asked for this dream, or a moderator, may cancel it."))
        if await self._dreaming.queue.cancel(job.id, by=interaction.user.id) is None:
            raise Refusal(tr("This dream is over already."))
        await interaction.response.defer()  # the waiting message itself will say so
        if interaction.user.id != job.requester:
            self._dreaming.on_moderated(interaction, Action.CANCEL, job)

    async def _shown_job(self, press: Press) -> Job:
        """One whose recipe may be seen. Raises Refusal."""
        job = await self._job(press)
        if await self._dreaming.hides(job):
            raise Refusal(tr("How this was dreamt stays hidden until the results of the challenge."))
        return job

    async def _job(self, press: Press) -> Job:
        job = await self._dreaming.queue.job(press.job)
        if job is None:
            raise Refusal(tr(GONE))
        return job


def _asked_by(message: discord.Message | None) -> set[int]:
    """Whom a message of the bot's answers: whoever used the command, or wrote what it replies to."""
    if message is None:
        return set()
    answered = message.reference.resolved if message.reference is not None else None
    return {
        *([message.interaction_metadata.user.id] if message.interaction_metadata is not None else []),
        *([answered.author.id] if isinstance(answered, discord.Message) else []),
    }


def _base(job: Job) -> AnyRecipe:
    """What made it, spelt out, so that it looks the same after defaults have changed."""
    if job.kind is not Kind.DREAM:
        return next(read_recipe(job.kind, one.result.recipe) for one in made_pictures(job) if one.result is not None)
    made = [Recipe.parse(picture.result.recipe) for picture in made_pictures(job) if picture.result is not None]
    return variations.common_base(Recipe.parse(job.recipe), made)
