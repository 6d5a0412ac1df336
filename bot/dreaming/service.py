"""The one path of all doors: check, download, accept, announce.

Everything that can be refused is refused before a byte is downloaded; what has been accepted is never lost.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

import discord

from bot.config import Config
from bot.dreaming import checking, rules
from bot.dreaming.asks import Ask
from bot.dreaming.buttons import Action, Press
from bot.dreaming.origins import origins_of
from bot.dreaming.pictures import (
    Downloader,
    Expired,
    Found,
    attachments_of,
    check_sizes,
    in_message,
    is_picture,
)
from bot.dreaming.scenes import Scene
from bot.errors import NoPicture, Refusal
from bot.executor.protocol import Executor
from bot.jobs.model import AskedPicture, Job, JobPicture, Place, Request
from bot.jobs.queue import JobQueue
from bot.jobs.rules import Ask as Limited
from bot.kinds import Kind
from bot.languages import tr
from bot.moderation.pausing import Pausing
from bot.moderation.settings import Settings
from bot.recipes import AnyRecipe, kind_of
from dreamcore.catalogue import catalogue
from dreamcore.films.resolving import FPS, FilmLimits

LONGEST_BY_TOKEN = 600.0  #: seconds a dream may take where only the interaction's token leads back
DEFAULT_NETWORKS = ("inception_v1", "daydream")  #: what dreams where nothing is named, until a worker has said so
LOOK_BACK = 50  #: messages of a channel that are searched for a picture
CLOSING = 5.0  #: seconds for what is being taken when the bot stops

log = logging.getLogger(__name__)


class Announcing(Protocol):
    """What the doors ask of the side that answers."""

    async def announce(self, job: Job) -> None:
        """Show that the job is accepted, and where it stands."""


class Dreaming:
    """What the doors share."""

    def __init__(
        self,
        *,
        client: discord.Client,
        queue: JobQueue,
        answers: Announcing,
        executor: Executor,
        config: Config,
        settings: Settings,
        pausing: Pausing,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.client = client
        self.queue = queue
        self.executor = executor
        self.config = config
        self.settings = settings
        self.pausing = pausing
        self.clock = clock
        #: told when a moderator has deleted or cancelled somebody's dream by a button or a command; must not wait
        self.on_moderated: Callable[[discord.Interaction[Any], Action, Job | None], None] = lambda *_: None
        #: whether a dream's recipe is still a secret
        self.hides: Callable[[Job], Awaitable[bool]] = _hides
        self.downloader = Downloader(origins=config.picture_origins, most=config.picture_bytes)
        self._answers = answers
        self._at_work: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Let what is being taken come to its end, for a moment; then end the connections."""
        if at_work := set(self._at_work):
            _, late = await asyncio.wait(at_work, timeout=CLOSING)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.downloader.close()

    async def check(self, ask: Ask) -> None:
        """Raises the DreamError that keeps this from being dreamt; asks neither Discord nor the executor."""
        if ask.count == 0:
            raise NoPicture(tr("There is no picture to dream."))
        if ask.count > (most := checking.MOST_PICTURES[ask.kind]):
            if most == 1:
                raise Refusal(tr("One picture at a time, please; these are {count}.", count=ask.count))
            raise Refusal(tr("At most {most} pictures at once, please; these are {count}.", most=most, count=ask.count))
        rules.admit(ask.scene, now=self.clock(), kind=ask.kind)
        rules.check_authors(ask.scene, ask.authors)
        rules.check_origins(ask.scene, origins_of(self.client, ask))
        self.check_recipe(ask.scene, ask.recipe, ask.found)
        check_sizes(ask.to_fetch, self.config.picture_bytes)
        await self.check_consent(ask.requester, ask.authors)
        await self.check_limits(ask.scene, ask.place, ask.kind, pictures=ask.count)

    async def check_limits(self, scene: Scene, place: Place, kind: Kind, *, pictures: int = 1) -> None:
        """Raises Refusal for somebody who is blocked, for a server that is paused, and for limits."""
        await self.queue.check(
            Limited(
                requester=scene.member,
                guild=place.guild,
                kind=kind,
                pictures=pictures,
                personal=not place.reachable,
                allowance=scene.effective.allowance,
            )
        )

    def admit(self, scene: Scene, recipe: AnyRecipe) -> None:
        """What can be refused before anybody knows which picture is meant. Raises Refusal, RecipeError."""
        rules.admit(scene, now=self.clock(), kind=kind_of(recipe))
        self.check_recipe(scene, scene.effective.apply(recipe).recipe)

    async def check_consent(self, requester: int, authors: Iterable[int]) -> None:
        """Raises Refusal when somebody else's picture is meant who does not want that."""
        for author in authors:
            if author != requester and await self.queue.members.opted_out(author):
                member = f"<@{author}>"
                raise Refusal(tr("{member} does not want their pictures to be dreamt by others.", member=member))

    def check_recipe(self, scene: Scene, recipe: AnyRecipe, found: Iterable[Found] = ()) -> None:
        """Raises RecipeError for what the network cannot do, so that nobody waits in a queue for a typing error."""
        sizes = {(one.height or checking.USUAL_SIDE, one.width or checking.USUAL_SIDE) for one in found}
        checking.check_recipe(recipe, sizes, usual=usual_networks(self.executor), films=self._films(scene))

    def _films(self, scene: Scene) -> FilmLimits:
        """How long a film may be there."""
        seconds = min(self.config.film_seconds, scene.effective["most-seconds"] or math.inf)
        return FilmLimits(seconds=seconds, frames=math.ceil(seconds * FPS["mp4"]))

    def network_names(self, recipe: AnyRecipe | None = None) -> tuple[str, ...]:
        """Which network a recipe is for: its own, else the default; both candidates while no worker has said which."""
        return checking.network_names(recipe, usual_networks(self.executor))

    async def take(self, ask: Ask) -> Job:
        """Download, accept and announce what has passed `check`. Raises DreamError while nothing is accepted."""
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            return await self._take(ask)
        finally:
            self._at_work.discard(task)

    async def _take(self, ask: Ask) -> Job:
        fetched = await self._fetch_all(ask.to_fetch)
        pictures, beside = fetched[: len(ask.found)], iter(fetched[len(ask.found) :])
        companions = {role: next(beside) if isinstance(one, Found) else one for role, one in ask.seconds.items()}
        pictures = (*ask.kept, *pictures)
        files = [picture.data for picture in pictures]
        recipe = await asyncio.to_thread(checking.fitted, ask.recipe, files, films=self._films(ask.scene))
        accepted = await self.queue.accept(
            Request(
                requester=ask.requester,
                door=ask.door,
                place=ask.place,
                kind=ask.kind,
                recipe=recipe,
                pictures=pictures,
                companions=companions,
                cause=ask.cause,
                parent=ask.parent,
                manner=ask.manner(age_restricted=any(one.age_restricted for one in origins_of(self.client, ask))),
                allowance=ask.scene.effective.allowance,
            )
        )
        job = accepted.job
        if not ask.place.reachable:
            seconds = accepted.standing.ready_at - self.clock()
            if seconds > LONGEST_BY_TOKEN:
                await self.queue.undeliverable(job.id, log="would take longer than the interaction's token lives")
                raise rules.too_long(seconds, most=LONGEST_BY_TOKEN)
        what, door = job.kind.value, ask.door.value
        log.info("job %s: %d picture(s) by %s, %s", job.id, len(job.pictures), door, what, extra={"job": job.id})
        try:
            await self._answers.announce(job)
        except Exception:  # the job is safe: it is announced again, or answered when it is made
            log.exception("job %s: not announced", job.id, extra={"job": job.id})
        return job

    async def _fetch_all(self, found: tuple[Found, ...]) -> tuple[AskedPicture, ...]:
        """All at once; the first that fails ends the others."""
        tasks = [asyncio.create_task(self._fetch(one)) for one in found]
        try:
            return tuple(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, found: Found) -> AskedPicture:
        try:
            data = await self.downloader.fetch(found)
        except Expired:
            fresh = await self._fresh(found)
            if fresh is None:
                raise
            data = await self.downloader.fetch(fresh)
        return AskedPicture(
            data=data,
            filename=found.filename,
            author=found.author,
            attachment=found.attachment,
            spoiler=found.spoiler,
            alt=found.alt,
        )

    async def _fresh(self, found: Found) -> Found | None:
        """The same picture with a link that Discord has just signed; None where there is none."""
        if found.message is None or found.attachment is None:
            return None
        channel, message_id = found.message
        try:
            message = await self.fetch_message(channel, message_id)
        except discord.HTTPException:
            return None
        for attachment in attachments_of(message):
            if attachment.id == found.attachment:
                return dataclasses.replace(found, url=attachment.url)
        return None

    async def found_in(self, message: discord.Message) -> tuple[Found, ...]:
        """What a message carries. A dream of our own belongs to whoever posted the picture that it was made of."""
        found = in_message(message, origins=self.config.picture_origins)
        job = await self.job_of(message) if self.is_me(message.author) else None
        if job is None:
            return found
        if not job.ended:
            raise Refusal(tr("This dream is still being made. Please wait until it is there."))
        return with_authors(found, job)

    def is_me(self, user: discord.abc.User) -> bool:
        return self.client.user is not None and user.id == self.client.user.id

    async def last_in(
        self,
        channel: discord.abc.Messageable,
        wanted: Callable[[discord.Message], bool],
        *,
        before: discord.Message | None = None,
        kind: Kind = Kind.DREAM,
    ) -> tuple[discord.Message, tuple[Found, ...]] | None:
        """The newest of the last LOOK_BACK messages that is wanted and has what `kind` begins with, and all of it."""
        async for message in channel.history(limit=LOOK_BACK, before=before):
            if wanted(message):
                found = in_message(message, origins=self.config.picture_origins)
                if any(is_picture(one, kind) for one in found):
                    return message, found
        return None

    async def job_of(self, message: discord.Message) -> Job | None:
        """The job whose buttons stand under one of the bot's own messages."""
        for row in message.components:
            for component in getattr(row, "children", ()):
                press = Press.read(getattr(component, "custom_id", None) or "")
                if press.action in (Action.DELETE, Action.CANCEL):
                    return await self.queue.job(press.job)
        return None

    async def fetch_message(self, channel: int, message: int) -> discord.Message:
        partial: Any = self.client.get_partial_messageable(channel)
        fetched: discord.Message = await partial.fetch_message(message)
        return fetched


async def _hides(job: Job) -> bool:
    return bool(job.manner.secret)


def usual_networks(executor: Executor) -> tuple[str, ...]:
    """Which network dreams where nobody names one; both candidates while no worker has said which."""
    return (str(executor.network),) if executor.network in catalogue() else DEFAULT_NETWORKS


def made_pictures(job: Job) -> tuple[JobPicture, ...]:
    """Those that are in the answer, in the order in which they are attached to it."""
    return tuple(picture for picture in job.pictures if picture.result is not None)


def with_authors(found: Sequence[Found], job: Job) -> tuple[Found, ...]:
    """Results as they are attached to an answer, each with the author and the name of its source."""
    return tuple(
        dataclasses.replace(
            result, author=source.author, filename=source.filename, spoiler=source.spoiler, alt=source.alt
        )
        for result, source in zip(found, made_pictures(job), strict=False)
    )
