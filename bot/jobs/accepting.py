"""From a request to a job: the pictures on the disk, then every check and the rows in one transaction."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import logging
import secrets
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.config import LimitsConfig
from bot.errors import Refusal
from bot.jobs import limits, rows
from bot.jobs.aliases import Aliases
from bot.jobs.board import Board
from bot.jobs.keeping import Keeping
from bot.jobs.limits import Use
from bot.jobs.model import JOB_ID_LENGTH, Job, Request
from bot.jobs.rows import Kept
from bot.jobs.rules import Ask
from bot.jobs.shelf import NoRoom, Shelf, content_hash
from bot.kinds import Role, seeded
from bot.languages import mark, tr
from bot.store.database import Database
from bot.store.tables import jobs

logger = logging.getLogger(__name__)

TURN_SECONDS = 10.0  #: for a request's turn to be written; then who asked hears that it could not be noted

NO_ROOM = mark("There is no room on the bot's disk to keep your picture just now: try again later.")
NOT_NOTED = mark("Your request could not be noted just now: try again in a minute.")


class Entered(NamedTuple):
    """A job, and whether it is a new one."""

    kept: Kept
    fresh: bool


class Acceptance:
    """The one way in. admit: raises Refusal for what the operator wants to have nothing to do with."""

    def __init__(
        self,
        *,
        database: Database,
        shelf: Shelf,
        keeping: Keeping,
        board: Board,
        limits: LimitsConfig,
        aliases: Aliases,
        admit: Callable[[Ask], None],
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._keeping = keeping
        self._board = board
        self._limits = limits
        self._aliases = aliases
        self._admit = admit
        self._clock = clock

    async def check(self, ask: Ask) -> None:
        """Raise Refusal for what would not be taken."""
        async with self._database.reading() as connection:
            await self._check(connection, ask)

    async def uses(self, ask: Ask) -> list[Use]:
        """Every limit that holds for this member there, and how much of it is left."""
        async with self._database.reading() as connection:
            every = self._by_any_name(ask)
            return await limits.uses(connection, every, self._limits, now=self._clock(), next_end=self._next_end)

    async def enter(self, request: Request) -> Entered:
        """Make a job of the request, or find the one that the same cause has made before. Raises Refusal."""
        sources, beside, kept = await asyncio.to_thread(_by_content, request)
        hashes = set(kept)
        recipe = request.recipe.text
        if request.kind.draws:
            recipe = seeded(recipe, secrets.randbelow(2**32))  # so that every attempt gives the same
        job = _new_id()

        async def change(connection: AsyncConnection) -> Entered:
            same = await rows.load_where(connection, select(jobs).where(jobs.c.cause == request.cause))
            if same:
                return Entered(same[0], fresh=False)
            await self._check(connection, _ask(request))
            new = await rows.add(
                connection, request, id=job, sources=sources, beside=beside, recipe=recipe, now=self._clock()
            )
            return Entered(new, fresh=True)

        def then(entered: Entered) -> None:
            if entered.fresh:
                self._board.put(entered.kept)

        try:
            async with self._keeping.expecting(hashes):
                await self._keep(kept)
                entered = await self._database.write(change, then=then, within=TURN_SECONDS)
        except Refusal:
            await self._drop_unneeded(hashes)
            raise
        except OSError as error:
            logger.error("a picture could not be kept: %s", error)
            await self._drop_unneeded(hashes)
            raise Refusal(tr(NO_ROOM), log=f"a picture could not be kept: {error}") from error
        except SQLAlchemyError as error:
            logger.exception("a request could not be noted")
            await self._drop_unneeded(hashes)
            raise Refusal(tr(NOT_NOTED), log=f"a request could not be noted: {error}") from error
        if entered.fresh:
            logger.info("accepted, %d pictures, as %s", len(request.pictures), request.kind.value, extra={"job": job})
        else:
            await self._drop_unneeded(hashes)
        return entered

    async def _keep(self, pictures: dict[str, bytes]) -> None:
        """Raises OSError, once nothing older can make room any more."""
        try:
            await asyncio.to_thread(self._shelf.keep_sources, pictures)
        except NoRoom:
            if not await self._keeping.make_room():
                raise
            await asyncio.to_thread(self._shelf.keep_sources, pictures)

    async def _check(self, connection: AsyncConnection, ask: Ask) -> None:
        self._admit(ask)
        every = self._by_any_name(ask)
        await limits.check(connection, every, self._limits, now=self._clock(), next_end=self._next_end)

    def _by_any_name(self, ask: Ask) -> Ask:
        """To be forgotten lifts no limit and no block."""
        return dataclasses.replace(ask, alias=self._aliases.of(ask.requester))

    def _next_end(self, wanted: Callable[[Job], bool]) -> float | None:
        """When the first of the open jobs that are wanted is expected to end."""
        standings = self._board.standings()
        return min((standings[job.id].ready_at for job in self._board.jobs() if wanted(job)), default=None)

    async def _drop_unneeded(self, hashes: set[str]) -> None:
        """What cannot be deleted now is an orphan, and the next start removes it."""
        try:
            await self._keeping.drop_unneeded(hashes)
        except SQLAlchemyError as error:
            logger.warning("sources of a refused request stay until the next start: %s", error)


def _by_content(request: Request) -> tuple[list[str | None], dict[Role, str], dict[str, bytes]]:
    """The hashes of the pictures and of the companions, and the bytes of all of them."""
    kept: dict[str, bytes] = {}

    def noted(data: bytes) -> str:
        hash_ = content_hash(data)
        kept[hash_] = data
        return hash_

    sources = [None if picture.data is None else noted(picture.data) for picture in request.pictures]
    beside = {role: noted(one.data) for role, one in request.companions.items() if one.data is not None}
    return sources, beside, kept


def _ask(request: Request) -> Ask:
    return Ask(
        requester=request.requester,
        kind=request.kind,
        guild=request.place.guild,
        pictures=len(request.pictures),
        personal=not request.place.reachable,
        allowance=request.allowance,
        authors=tuple({picture.author for picture in (*request.pictures, *request.companions.values())}),
    )


def _new_id() -> str:
    return base64.b32encode(secrets.token_bytes(JOB_ID_LENGTH * 5 // 8)).decode().lower()
