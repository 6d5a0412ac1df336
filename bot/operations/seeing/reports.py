"""Errors of the log, told to whoever runs the bot: what went wrong where, how often; nothing of whom.

A report names the module, the line of our own code and the kind of error. What was formatted into a line of the log
(ids, names of files, what others wrote) never enters it: of our own loggers the template, of all others not even that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.dreaming.mailbox import Letter, Mailbox, Superseded, Waits
from bot.dreaming.pacer import Importance
from bot.dreaming.rest import RestError
from bot.languages import ENGLISH, speaking, tr, tr_count
from dreamcore.errors import clip

GATHER = 10.0  #: seconds after the first error, in which others that belong to it come in
EVERY = 600.0  #: seconds between two reports, at the least
MOST_KINDS = 10  #: in one report
MOST_OWNERS = 5
CLOSING = 2.0
LONGEST = 1900

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """What makes two errors the same."""

    logger: str
    line: int
    template: str
    error: str  # the exception's class


class Reports(logging.Handler):
    """Takes what is logged from ERROR on, in any thread, and writes a message now and then.

    where: a channel's id; None: the owners, in direct messages.
    """

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        where: int | None,
        owners: Collection[int],
        gather: float = GATHER,
        every: float = EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(logging.ERROR)
        self._mailbox = mailbox
        self._where = where
        self._owners = sorted(owners)[:MOST_OWNERS]
        self._gather, self._every, self._clock = gather, every, clock
        self._counts: OrderedDict[Trouble, int] = OrderedDict()
        self._more = 0  # errors of further kinds
        self._last: float | None = None
        self._something = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._writing = False

    def start(self) -> None:
        logging.getLogger().addHandler(self)
        self._task = asyncio.create_task(self._report(), name="error reports")

    async def end(self) -> None:
        logging.getLogger().removeHandler(self)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == __name__:
            return
        own = record.name.partition(".")[0] in ("bot", "dreamcore")
        kind = record.exc_info[0] if record.exc_info else None
        trouble = Trouble(
            logger=record.name if own else record.name.partition(".")[0],
            line=record.lineno if own else 0,
            template=record.msg if own and isinstance(record.msg, str) and record.args else "",
            error="" if kind is None else kind.__name__,
        )
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to write
            self._loop.call_soon_threadsafe(self._note, trouble)

    def _note(self, trouble: Trouble) -> None:
        if trouble in self._counts or len(self._counts) < MOST_KINDS:
            self._counts[trouble] = self._counts.get(trouble, 0) + 1
        else:
            self._more += 1
        self._something.set()

    async def _report(self) -> None:
        while True:
            await self._something.wait()
            rest = 0.0 if self._last is None else self._last + self._every - self._clock()
            await asyncio.sleep(max(self._gather, rest))
            self._something.clear()
            counts, more = self._counts, self._more
            self._counts, self._more = OrderedDict(), 0
            self._last = self._clock()
            try:
                await self._write(self._text(counts, more))
            except (RestError, Superseded) as error:
                _log.warning("errors could not be reported: %s", error)
            except Exception:
                _log.exception("errors could not be reported")

    async def _write(self, text: str) -> None:
        letter = Letter(text=text, components=[])

        async def compose() -> Letter:
            return letter

        channels = [self._where] if self._where is not None else []
        for owner in self._owners if self._where is None else ():
            channels.append(await self._mailbox.direct_channel(owner))
        for channel in channels:
            await self._mailbox.send(channel, compose, Importance.ANNOUNCEMENT, Waits())

    def _text(self, counts: OrderedDict[Trouble, int], more: int) -> str:
        with speaking(ENGLISH):  # as everything that is the operator's
            found = [tr("⚠️ Something went wrong. The log says more.")]
            for trouble, count in counts.items():
                where = f"{trouble.logger}:{trouble.line}" if trouble.line else trouble.logger
                what = clip(" ".join(filter(None, (trouble.error, trouble.template))), 120)
                found.append(
                    tr_count("• {count} time: `{where}` {what}", "• {count} times: `{where}` {what}", count,
                             where=where, what=what)
                )  # fmt: skip
            if more:
                found.append(tr_count("• and {count} other error", "• and {count} other errors", more))
        return clip("\n".join(found), LONGEST)
