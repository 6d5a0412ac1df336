"""The gallery: leafed through by each member alone, in an order of their own, with votes that change until closing."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.challenges.doors import gallerypages as pages
from bot.challenges.doors.handles import Act, Handle
from bot.challenges.doors.looks import Kept, Look, Looks, Tasks
from bot.challenges.doors.replies import later, turn
from bot.challenges.doors.showing import check_place
from bot.challenges.doors.visiting import Visitor, visitor
from bot.challenges.errors import NotNow
from bot.challenges.model import State
from bot.challenges.records import Challenges
from bot.challenges.views import Card, Gallery
from bot.dreaming.conversation import Interaction
from bot.dreaming.handles import chosen
from bot.executor.protocol import Executor, SheetEntry, SheetKind, SheetOrder
from bot.languages import current, tr, tr_count

SHEET_BYTES = 600 << 10
SHEETS_KEPT = 32 << 20  #: bytes
PATIENCE = 20.0  #: seconds that somebody waits for a picture that is being made
QUICK = 0.15  #: seconds for what is there already

log = logging.getLogger(__name__)


class Galleries:
    """`acts`: by what its buttons and menus are called. Owns its tasks, until `close`."""

    def __init__(self, *, challenges: Challenges, executor: Executor) -> None:
        self._challenges = challenges
        self._executor = executor
        self.looks = Looks(challenges=challenges, executor=executor)
        self._sheets = Kept(SHEETS_KEPT)
        self._tasks = Tasks()
        self.acts: dict[Act, Callable[[Interaction, Handle], Awaitable[None]]] = {
            Act.GALLERY: self._gallery,
            Act.LEAF: self._leaf,
            Act.VOTE: self._vote,
            Act.UNVOTE: self._vote,
        }

    async def close(self) -> None:
        await self._tasks.close()
        await self.looks.tasks.close()

    async def settled(self) -> None:
        """Nothing is being made. For tests."""
        await self._tasks.settled()
        await self.looks.tasks.settled()

    async def open(self, interaction: Interaction, challenge: int) -> None:
        """The first entry, in this member's order."""
        await self._show(interaction, visitor(interaction), challenge, 0)

    async def gallery(self, interaction: Interaction, who: Visitor, challenge: int) -> Gallery:
        """What this member may see here, now. Raises NotNow, NoChallenge, Refusal."""
        found = await self._challenges.votes.gallery(challenge, guild=who.guild, voter=who.member)
        await check_place(self._challenges, interaction, found.challenge)
        if found.challenge.state is State.SUBMITTING and found.challenge.hidden:
            raise NotNow(tr("In this challenge the dreams are shown once the voting begins, so that it is fair."))
        return found

    # --- one entry

    async def _leaf(self, interaction: Interaction, read: Handle) -> None:
        values = chosen(interaction)
        entry = Handle(act=None, more=(values[0],)).number() if values else read.number(1)
        await self._show(interaction, visitor(interaction), read.number(), entry)

    async def _vote(self, interaction: Interaction, read: Handle) -> None:
        who, entry = visitor(interaction), read.number()
        votes = self._challenges.votes
        if read.act is Act.VOTE:
            voted = await votes.vote(entry, guild=who.guild, voter=who.member, roles=who.roles)
        else:
            voted = await votes.unvote(entry, guild=who.guild, voter=who.member)
        note = None
        if read.act is Act.VOTE and voted.fresh and not voted.left:
            note = tr_count(
                "That was your only vote. You can take it back until the voting ends.",
                "That was the last of your {count} votes. You can take one back until the voting ends.",
                voted.challenge.plan.votes_each,
            )
        await self._show(interaction, who, voted.challenge.id, entry, stays=True, note=note)

    async def _show(
        self,
        interaction: Interaction,
        who: Visitor,
        challenge: int,
        entry: int,
        *,
        stays: bool = False,
        note: str | None = None,
    ) -> None:
        """stays: its picture is in the message that was pressed."""
        gallery = await self.gallery(interaction, who, challenge)
        if not gallery.cards:
            await turn(interaction, pages.empty_page(gallery.challenge))
            return
        position = next((at for at, card in enumerate(gallery.cards) if card.entry == entry), None)
        if position is None and entry:
            note = tr("Entry #{entry} does not take part any more.", entry=entry)
            stays = False
        look = await self._look(interaction, gallery.cards[position or 0])
        page = pages.entry_page(gallery, position or 0, look, kept=_carried(interaction, entry) if stays else None)
        await turn(interaction, page.saying(note))
        await self._next(gallery, position or 0)

    async def _look(self, interaction: Interaction, card: Card) -> Look | None:
        """At once, save where only a smaller file can be shown."""
        limit = interaction.filesize_limit
        look = await self.looks.of(card.copy, limit=limit)
        if look is not None or card.copy.picture is None:
            return look
        await later(interaction)
        return await self.looks.smaller(card.copy, limit=limit, patience=PATIENCE)

    async def _next(self, gallery: Gallery, position: int) -> None:
        """Where somebody leafs to next is made ready."""
        count = len(gallery.cards)
        for neighbour in {(position + 1) % count, (position - 1) % count} - {position}:
            await self.looks.soon(gallery.cards[neighbour].copy)

    # --- nine at once

    async def _gallery(self, interaction: Interaction, read: Handle) -> None:
        """From an announcement: one entry. From the gallery: a leaf, by its number or by an entry on it."""
        who, challenge = visitor(interaction), read.number()
        if len(read.more) < 2:
            await self._show(interaction, who, challenge, 0)
            return
        gallery = await self.gallery(interaction, who, challenge)
        if not gallery.cards:
            await turn(interaction, pages.empty_page(gallery.challenge))
            return
        leaves = _leaves(gallery, who.member)
        if read.text(1) == "of":
            wanted = read.number(2)
            number = next((at for at, leaf in enumerate(leaves) if any(c.entry == wanted for c in leaf)), 0)
        else:
            number = read.number(1) % len(leaves)
        sheet = await self._sheet(interaction, gallery, leaves[number])
        await turn(interaction, pages.leaf_page(gallery, leaves, number, sheet))
        following = leaves[(number + 1) % len(leaves)]
        if self._sheets.get(_key(gallery, following)) is None:
            self._tasks.begin(_key(gallery, following), self._make(gallery, following))

    async def _sheet(self, interaction: Interaction, gallery: Gallery, leaf: Sequence[Card]) -> Look | None:
        """The picture of a leaf: at once where somebody has seen it before."""
        key = _key(gallery, leaf)
        if (sheet := self._sheets.get(key)) is not None:
            return sheet
        task = self._tasks.begin(key, self._make(gallery, leaf))
        if task is not None:
            done, _ = await asyncio.wait({task}, timeout=QUICK)
            if not done:
                await later(interaction)
                await asyncio.wait({task}, timeout=PATIENCE)
        return self._sheets.get(key)

    async def _make(self, gallery: Gallery, leaf: Sequence[Card]) -> None:
        entries = []
        for card in leaf:
            look = None if card.copy.spoiler else await self.looks.of(card.copy, limit=1 << 40)
            entries.append(SheetEntry(picture=None if look is None else look.data, mark=str(card.entry)))
        order = SheetOrder(
            kind=SheetKind.PAGE, entries=tuple(entries), missing=tr("not shown here"), byte_limit=SHEET_BYTES
        )
        made = await self._executor.sheet(order)
        self._sheets.put(_key(gallery, leaf), Look(data=made.data, format=made.format))


def _leaves(gallery: Gallery, member: int) -> list[list[Card]]:
    """The same nine stand together for everybody, so that their picture is made once; in which order, differs."""
    if gallery.challenge.state is State.FINISHED:
        cards = list(gallery.cards)
        return [cards[start : start + pages.PER_LEAF] for start in range(0, len(cards), pages.PER_LEAF)]
    cards = sorted(gallery.cards, key=lambda card: card.entry)
    leaves = [cards[start : start + pages.PER_LEAF] for start in range(0, len(cards), pages.PER_LEAF)]
    return sorted(leaves, key=lambda leaf: hashlib.sha256(f"{member}:{leaf[0].entry}".encode()).digest())


def _key(gallery: Gallery, leaf: Sequence[Card]) -> tuple[object, ...]:
    return (gallery.challenge.id, current(), *((card.entry, card.copy.picture) for card in leaf))


def _carried(interaction: Interaction, entry: int) -> str | None:
    """The name of an entry's file that is in the message already, under which its button was pressed."""
    files = [] if interaction.message is None else interaction.message.attachments
    return next((one.filename for one in files if pages.is_of(one.filename, entry)), None)
